// Package rapidtest is how the packages whose tests draw worlds with rapid begin.
package rapidtest

import (
	"flag"
	"os"
	"testing"
)

// Main draws the same worlds every time, so that a test fails for a change and not by chance; -rapid.seed draws others.
func Main(m *testing.M) {
	flag.Parse()
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		if err := flag.Set("rapid.seed", "1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
