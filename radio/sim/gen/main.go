// Command gen writes the shipped scenarios of radio/sim: each a world in TOML, the inventory an operator would hold of it as CSV, and
// what a scanner must come to. Everything is drawn from fixed seeds, so it writes the same files every time; a test holds them
// against what it would write. Run it with go generate ./radio/sim.
//
// Places are real, carriers and bandwidths are those of the operators; sites, identities and addresses are made up.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := "scenarios"
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// files are the scenarios' files by name.
func files() map[string]string {
	out := map[string]string{}
	for _, w := range []*world{
		femto("kt-femto"), femto("kt-femto-night"), catcher(), clone(), shadowed(), overshadow(), warning(), cleanCity(), border(),
	} {
		w.write(out)
	}
	return out
}
