package grid

import (
	"math"
	"math/cmplx"

	"github.com/straycell/straycell/decode/dsp"
)

const (
	findFrames = 8    // summed up
	findChance = 1e-5 // that noise alone is taken for a cell
	slotS      = 0.5e-3
)

// findSlots are those that carry reference signals in every cell: of subframes 0 and 5.
var findSlots = [4]int{0, 1, 10, 11}

// Find looks for a cell's frames anywhere in the first tenths of a second of a run, where only its carrier is known, to about 1 kHz:
// samples were lost and nobody counted them. The reference signals in view of four slots are correlated with the samples, all
// frames added up. On success Timing.Frame is right to a sample; the number of that frame is not known.
func (c *Carrier) Find(iq []complex64, rateHz float64, l Layout) (_ Layout, ok bool) {
	c.prepare(iq[:0], rateHz, l)
	frame := int(math.Round(rateHz / 100))
	slot := int(math.Round(rateHz * slotS))
	frames := min(findFrames, (len(iq)-slot)/frame)
	if frames < 1 || c.view[1] <= c.view[0] {
		return l, false
	}
	n := 1
	for n < frame+slot {
		n *= 2
	}
	fft := dsp.NewFFT(n)
	x, y, z := make([]complex64, n), make([]complex64, n), make([]complex64, n)
	var refs [len(findSlots)][]complex64
	for i, s := range findSlots {
		clear(x)
		c.waveform(x[:slot], rateHz, s)
		refs[i] = make([]complex64, n)
		fft.Forward(refs[i], x)
		for k, v := range refs[i] {
			refs[i][k] = conj(v)
		}
	}
	sum := make([]float64, frame)
	var all float64
	for f := range frames {
		clear(x)
		copy(x, iq[f*frame:f*frame+frame+slot])
		fft.Forward(y, x)
		for i, ref := range refs {
			for k, v := range ref {
				z[k] = y[k] * v
			}
			fft.Inverse(x, z)
			begin := findSlots[i] * slot
			for lag := range frame {
				p := float64(power(x[lag]))
				sum[((lag-begin)%frame+frame)%frame] += p
				all += p
			}
		}
	}
	at := 0
	for i, v := range sum {
		if v > sum[at] {
			at = i
		}
	}
	// Terms of unit mean add up to more than this with less than that chance.
	terms, chance := float64(len(findSlots)*frames), math.Log(float64(frame)/findChance)
	if all == 0 || sum[at]/all*terms*float64(frame) < terms+math.Sqrt(2*terms*chance)+chance {
		return l, false
	}
	l.Timing.Frame = float64(at)
	for l.Timing.Frame > 0 {
		l.Timing.Frame -= float64(frame)
	}
	return l, true
}

// waveform writes the reference signals in view of a slot as they arrive.
func (c *Carrier) waveform(to []complex64, rateHz float64, slot int) {
	points := float64(c.demod.n)
	per := c.Timing
	per.Frame, per.ClockPPM = 0, 0
	for kind, l := range crsSymbols(c.Timing.CP) {
		shift, sent := CRSShift(c.PCI, c.Timing.CP, 0, slot, l)
		if !sent {
			continue
		}
		from := int(math.Round(c.demod.Start(per, Symbol{0, l})))
		for p := c.view[0]; p < c.view[1]; p++ {
			for m := 2 * p; m < 2*p+2; m++ {
				k := shift + 6*m - 6*c.PRB
				if k >= 0 {
					k++ // the carrier itself is left out
				}
				turns := (c.Timing.CFOHz + 15e3*float64(k)) / rateHz
				w := complex128(c.ref[slot][kind][m])
				step := cmplx.Rect(1, 2*math.Pi*turns)
				// From one symbol to the next the offset turns on, the subcarriers begin anew.
				w *= cmplx.Rect(1, 2*math.Pi*c.Timing.CFOHz/rateHz*float64(from))
				for i := from; i < min(from+int(points), len(to)); i++ {
					to[i] += complex64(w)
					w *= step
				}
			}
		}
	}
}
