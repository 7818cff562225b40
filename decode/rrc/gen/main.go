// Command gen reads the ASN.1 of TS 36.331 and prints the part of it that straycell decodes as Go tables: names, ranges
// and optionality, nothing of the text.
//
//	go run ./decode/rrc/gen ../shared/spec/EUTRA-RRC-Definitions.asn > decode/rrc/schema_gen.go
package main

import (
	"fmt"
	"os"
)

// roots are the channels' message types. Everything else that is generated is reached from them, so no message addressed
// to one subscriber has a table.
var roots = []string{"BCCH-BCH-Message", "BCCH-DL-SCH-Message", "PCCH-Message"}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen EUTRA-RRC-Definitions.asn > schema_gen.go")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	source, err := generate(string(text), roots)
	if err != nil {
		fmt.Fprintf(os.Stderr, "gen: %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	os.Stdout.Write(source)
}
