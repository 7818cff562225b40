// Package decode turns IQ samples into what LTE cells broadcast. It never logs, and it decodes nothing that is addressed
// to a subscriber.
package decode

import (
	"context"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// Config says where a Decoder looks. The zero value looks at every raster point in view with the default range.
type Config struct {
	PPM      float64   // the radio's known error, parts per million
	PPMRange float64   // how far it may be off PPM; 0: DefaultPPMRange
	FreqsHz  []float64 // carriers to look for; nil: every raster point the block's bandwidth holds
}

// DefaultPPMRange is the search range of a radio nobody has calibrated.
const DefaultPPMRange = 60

// Decoder holds the scratch of one decoding worker. It is not safe for concurrent use; it keeps no knowledge from one
// look to the next, so the same look gives the same observations whichever worker takes it.
type Decoder struct {
	cfg Config
}

// New plans buffers lazily; it never fails.
func New(cfg Config) *Decoder {
	if cfg.PPMRange == 0 {
		cfg.PPMRange = DefaultPPMRange
	}
	return &Decoder{cfg: cfg}
}

// Decode looks at one run of consecutive samples of one tuning (at least 10 ms; 80 ms or more is useful) and returns
// what each cell in it told, strongest first. Cells whose MIB was not read come with a nil MIB and Stop set.
// It returns early, with what it has, when ctx ends.
func (d *Decoder) Decode(ctx context.Context, b *radio.Block) []lte.Observation {
	return nil
}
