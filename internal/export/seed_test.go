package export

import (
	goflag "flag"
	"os"
	"testing"
)

// TestMain draws the same worlds every time, so that a test fails for a change and not by chance; -rapid.seed draws others.
func TestMain(m *testing.M) {
	goflag.Parse()
	if goflag.Lookup("rapid.seed").Value.String() == "0" {
		if err := goflag.Set("rapid.seed", "1"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
