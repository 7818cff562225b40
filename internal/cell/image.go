package cell

import (
	"fmt"
	"math"
)

// Images of one tuning that stand in another: what lies beyond a receiver's filter folds back by a multiple of its rate, and what
// stands near a harmonic of its oscillator is mixed down with that. The signal that stands there is real, decodes perfectly and
// is sent elsewhere.
const (
	imageDB     = 15    // weaker than the cell it is the image of
	imageS      = 20e-6 // how sharp the prediction of its frames must be
	imageHz     = 500   // how near to where the image falls it stands, at the rate's first multiple
	imageFolds  = 4
	neighbourHz = 1e6 // nearer ones are no images but other cells of the carrier
)

var imageHarmonics = []float64{2, 3, 5}

// image says what a sighting is the image of: a stronger cell of the same PCI, MIB, frame timing and frame number, heard in another
// tuning, from where the receiver puts it here. Empty: nothing. Cells of one site may share all that on two carriers: they
// differ in their ECI, and seldom stand where an image would.
func (r *Register) image(s sighting) string {
	if s.o.MIB == nil || s.o.Ghost != "" {
		return ""
	}
	for _, t := range r.tracks[s.o.PCI] {
		x := t.of
		if x.id == 0 || x.ghost() || t.duplex != s.o.Duplex || t.sfn < 0 || math.Abs(t.rxHz-s.rxHz) < neighbourHz || !x.has(keyOf(s.o)) {
			continue
		}
		late, counts, predicts := t.clk.late(s.frameS)
		clk := t.clk
		frames := clk.ahead(s.frameS)
		if !predicts || counts > imageS || math.Abs(late) > counts || ((t.sfn+frames)%1024+1024)%1024 != s.o.MIB.SFN {
			continue
		}
		if x.sum().mibs[0].best.Signal.RSRPdBFS-s.o.Signal.RSRPdBFS < imageDB {
			continue
		}
		if s.o.SIB1 != nil {
			if was := x.sum().identities; len(was) > 0 && was[len(was)-1].key != identityKey(s.o.SIB1) {
				continue
			}
		}
		off := math.Abs(t.rxHz - s.rxHz)
		for k := 1.0; k <= imageFolds; k++ {
			if math.Abs(off-k*s.o.RateHz) < k*imageHz {
				return fmt.Sprintf("alias of %.1f MHz", t.rxHz/1e6)
			}
		}
		for _, h := range imageHarmonics {
			if math.Abs(t.rxHz-h*s.o.CaptureHz-(s.rxHz-s.o.CaptureHz)) < h*imageHz {
				return fmt.Sprintf("%.1f MHz, mixed down by harmonic %.0f of the radio's oscillator", t.rxHz/1e6, h)
			}
		}
	}
	return ""
}
