//go:build bench

package decode_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"github.com/straycell/straycell/decode"
)

// TestFalse looks at white noise, two seconds a trial, every raster point with the default range, the gate between the
// hypotheses and the PBCH standing open, and works out how often noise becomes a cell with the gate closed.
func TestFalse(t *testing.T) {
	for _, ms := range []int{80, 320} {
		if wanted(fmt.Sprintf("false %d ms", ms)) {
			chances(t, ms)
		}
	}
}

func chances(t *testing.T, ms int) {
	looks := *trials * 2000 / ms
	var sum decode.Chances
	for _, c := range sample(looks, decode.Config{}, func(d *decode.Decoder, seed uint64) decode.Chances {
		iq := make([]complex64, 1920*ms)
		addNoise(iq, 0.03, rand.New(rand.NewPCG(seed, 109)))
		return d.Chances(block(iq, sensitivityHz, 1.92e6))
	}) {
		sum.Peaks += c.Peaks
		sum.Margins = append(sum.Margins, c.Margins...)
		sum.Words += c.Words
		sum.Passed += c.Passed
		sum.MIBs += c.MIBs
	}
	seconds := float64(looks*ms) / 1e3
	perSecond := func(n int) float64 { return float64(n) / seconds }
	gate, slope := tail(sum.Margins)
	// No more than three where none were seen, with 95 % confidence.
	day := math.Max(float64(sum.MIBs), 3) / seconds * 86400

	table(fmt.Sprintf("False cells in %.0f s of noise, looks of %d ms", seconds, ms), "stage", "per second of noise")
	fmt.Printf("| peaks of the PSS search | %.1f |\n", perSecond(sum.Peaks))
	fmt.Printf("| hypotheses the SSS lets pass | %.1f |\n", perSecond(len(sum.Margins)))
	fmt.Printf("| code words, were all of them decoded | %.0f |\n", perSecond(sum.Words))
	fmt.Printf("| of these pass the 16-bit CRC (before the gate) | %.2f (%d seen; %.2f expected) |\n",
		perSecond(sum.Passed), sum.Passed, perSecond(sum.Words)/65536)
	fmt.Printf("| of these believed (content, re-encoded correlation, second period) | %.4f (%d seen) |\n", perSecond(sum.MIBs), sum.MIBs)
	fmt.Printf("| share of hypotheses whose reference signals stand out | %.1e (extrapolated by %.1f decades per unit of margin; highest seen %.2f of 1) |\n",
		gate, slope, sum.Margins[len(sum.Margins)-1])
	fmt.Printf("| false cells in 24 hours | %.1e (%.0f without the reference signals' part) |\n", day*gate, day)
	if !(day*gate <= 1) {
		t.Errorf("looks of %d ms: %.1e false cells in 24 hours, want at most 1", ms, day*gate)
	}
}

// tail extrapolates the share of margins above 1: a straight line through the logarithm of the share above the highest
// hundredth and above the highest ten-thousandth (or tenth largest). Sums of exponentials fall faster than that. It sorts.
func tail(margins []float64) (share, decades float64) {
	sort.Float64s(margins)
	n := len(margins)
	low, high := n/100, max(n/10000, 10)
	a, b := margins[n-1-low], margins[n-1-high]
	decades = math.Log10(float64(low)/float64(high)) / (b - a)
	return math.Pow(10, math.Log10(float64(high)/float64(n))-decades*(1-b)), decades
}

// TestFalseLooks looks at noise as the program does: nothing may be found.
func TestFalseLooks(t *testing.T) {
	looks := *trials * 25
	type count struct{ cells, candidates int }
	var sum count
	for seed, c := range sample(looks, decode.Config{}, func(d *decode.Decoder, seed uint64) (c count) {
		iq := make([]complex64, 153600)
		addNoise(iq, 0.03, rand.New(rand.NewPCG(seed, 113)))
		for _, o := range d.Decode(context.Background(), block(iq, sensitivityHz, 1.92e6)) {
			if o.MIB != nil {
				c.cells++
			} else {
				c.candidates++
			}
		}
		return c
	}) {
		sum.cells += c.cells
		sum.candidates += c.candidates
		if c.cells > 0 {
			t.Errorf("seed %d: %d cells in noise", seed, c.cells)
		}
	}
	fmt.Printf("\n%.0f s of noise with the gate closed: %d cells, %d candidates without MIB\n", float64(looks)*0.08, sum.cells, sum.candidates)
}
