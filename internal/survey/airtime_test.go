//go:build bench

package survey_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
)

var (
	trials = flag.Int("trials", 50, "trials per point of a table")
	only   = flag.String("only", "", "only rows whose name contains this")
)

// TestAirTime prints how long a dongle listens until a cell has told who it is: signal time from the first sample on, every
// retune with its 50 ms of noise included, median and 90th percentile. The carrier is known, the radio's error is not (±60 ppm).
func TestAirTime(t *testing.T) {
	dir := t.TempDir()
	for _, moving := range []bool{false, true} {
		for _, prb := range []int{25, 50, 75, 100} {
			name, first := fmt.Sprintf("%d PRB, static", prb), ""
			if moving {
				name = fmt.Sprintf("%d PRB, moving", prb)
			}
			if !strings.Contains(name, *only) {
				continue
			}
			var line strings.Builder
			for _, snr := range []float64{10, 5, 0, -3, -6} {
				var took []float64
				for seed := range *trials {
					last := prb - 8
					first = fmt.Sprintf("[%d]", []int{0, 0, 0, last, last / 2}[seed%5]) // most at the lower edge, as networks have it
					if moving {
						first = fmt.Sprintf("[%d, %d, %d, %d]", last*2/3, last/2, last, last*4/5)
						if seed%2 == 1 {
							first = fmt.Sprintf("[0, %d]", last)
						}
					}
					took = append(took, airTime(t, dir, seed+1, prb, snr, []string{"[1]", "[2]", "[3]", "[1, 2]"}[seed%4], first))
				}
				slices.Sort(took)
				fmt.Fprintf(&line, " | %s | %s", text(took[len(took)/2]), text(took[len(took)*9/10]))
			}
			fmt.Printf("| %s%s |\n", name, line.String())
		}
	}
}

func text(s float64) string {
	if math.IsInf(s, 1) {
		return "-"
	}
	return fmt.Sprintf("%.2f", s)
}

var errRead = errors.New("read")

// airTime is when one cell's SIB1 was read; infinite: not within the time the survey had.
func airTime(t *testing.T, dir string, seed, prb int, snrDB float64, cfi, first string) float64 {
	w := loneWorld(t, dir, seed, "", 50, prb, snrDB, cfi, first)
	spans := []plan.Span{plan.Carrier(w.Plan()[0])}
	at := math.Inf(1)
	_, err := survey.Run(context.Background(), survey.Config{
		Source: w, Plan: plan.Tunings(spans, 2.16e6, decode.DefaultPPMRange), Workers: 1, Decode: decode.Config{FreqsHz: plan.Freqs(spans)},
		Sinks: []survey.Sink{{Name: "test", Live: true, Take: func(e survey.Event) error {
			if c, ok := e.(survey.Cell); ok && c.ECI != nil {
				if *c.ECI != 27447297 {
					t.Errorf("%d PRB at %g dB, seed %d: ECI %d", prb, snrDB, seed, *c.ECI)
				}
				at = c.TS
				return errRead
			}
			return nil
		}}},
	})
	if err != nil && !errors.Is(err, errRead) {
		t.Fatal(err)
	}
	return at
}
