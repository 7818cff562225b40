package cell

import (
	"flag"
	"os"
	"testing"
)

// TestMain draws the same worlds every time, so that a test fails for a change and not by chance; -rapid.seed draws others.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		if err := flag.Set("rapid.seed", "1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
