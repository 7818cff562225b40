package decode

import (
	"fmt"
	"math"

	"github.com/straycell/straycell/decode/lte"
)

// aliases names cells that stand a whole sample rate away from where they seem to be: what the receiver's filter lets through
// from beyond the band folds back into it. Such a ghost decodes perfectly. Its carrier betrays it: the radio's relative error,
// known from a stronger cell of the look, puts the true raster point exactly (aliasPPM) on the other side of the fold and
// clearly off where it seems to be; and it overlaps the stronger cell's own carrier, which no network plans.
func aliases(cells []cell, centreHz, rateHz float64) {
	const (
		aliasPPM  = 0.03
		directPPM = 0.10
	)
	for i := range cells {
		c := &cells[i]
		if !c.mib {
			continue
		}
		for j := range cells {
			r := &cells[j]
			if !r.mib || r.ghost != "" || r.signal.RSRPdBFS <= c.signal.RSRPdBFS || !overlap(c, r) {
				continue
			}
			raster, ppm := nearestRaster(centreHz+r.freqHz, 0)
			if _, direct := nearestRaster(centreHz+c.freqHz, ppm); math.Abs(direct) < directPPM {
				continue
			}
			for _, fold := range []float64{rateHz, -rateHz} {
				at, off := nearestRaster(centreHz+c.freqHz+fold, ppm)
				if at != raster && math.Abs(off) < aliasPPM {
					c.ghost = fmt.Sprintf("alias of %.1f MHz", at/1e6)
				}
			}
		}
	}
}

// nearestRaster is the raster point nearest to a carrier received with a relative error of ppm, and what remains of the
// error, ppm.
func nearestRaster(freqHz, ppm float64) (rasterHz, restPPM float64) {
	f := freqHz / (1 + ppm*1e-6)
	rasterHz = math.Round(f/lte.RasterHz) * lte.RasterHz
	return rasterHz, (f/rasterHz - 1) * 1e6
}

// overlap tells whether the occupied bandwidths of two cells with different carriers overlap.
func overlap(a, b *cell) bool {
	d := math.Abs(a.freqHz - b.freqHz)
	return d > 50e3 && d < 90e3*float64(a.block.MIB.PRB+b.block.MIB.PRB)
}
