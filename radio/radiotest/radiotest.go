// Package radiotest is the suite every radio.Source passes: devices, recordings and simulated worlds alike.
package radiotest

import (
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
)

// How long a source may take, however its driver behaves. A device that streams is asked for well under a second of
// samples in all.
var (
	closeWithin  = 3 * time.Second
	cancelWithin = 2 * time.Second
)

// enough is how many samples of an endless source a check looks at.
const enough = 50_000

// Run holds the source that open delivers against the contract of radio.Source. Each check opens its own; open readies
// it for Read, so a device comes tuned.
func Run(t *testing.T, open func(t *testing.T) radio.Source) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			err := c.run(func() radio.Source {
				src := open(t)
				t.Cleanup(func() { src.Close() })
				return src
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

type check struct {
	name string
	run  func(open func() radio.Source) error
}

var checks = []check{
	{"info", info},
	{"tune", tune},
	{"read", read},
	{"capacity", capacity},
	{"continuous", continuous},
	{"same-by-any-size", sameByAnySize},
	{"end", end},
	{"cancelled", cancelled},
	{"cancel-while-reading", cancelWhileReading},
	{"close", closing},
	{"close-while-reading", closeWhileReading},
}
