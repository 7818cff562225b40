package survey_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/sim"
)

// lonely is a world of one cell of 20 MHz whose SIB1 stands where no window on the middle of the carrier shows it.
const lonely = `title = "one cell"
[sweep]
earfcn = [1550]
[receiver]
lat = 37.5
lon = 127.0
%s
settle_ms = %g
tuner_error_hz = 400
[[cell]]
name = "a"
class = "macro"
plmn = "450-08"
tac = 4660
eci = 27447297
earfcn = 1550
pci = 301
prb = %d
ports = 2
load = 0.5
pdcch_load = 0.5
lat = 37.5
lon = 127.0
rs_eirp_dbm = %g
walls_db = 80
[cell.onair]
cfi = %s
[cell.onair.sib1]
first_prb = %s
`

// loneWorld opens that world with a reference element snrDB above the receiver's noise.
func loneWorld(t testing.TB, dir string, seed int, ppm string, settleMS float64, prb int, snrDB float64, cfi, first string) *sim.World {
	t.Helper()
	open := func(eirpDBm float64) *sim.World {
		path := filepath.Join(dir, "lonely.toml")
		if err := os.WriteFile(path, fmt.Appendf(nil, lonely, ppm, settleMS, prb, eirpDBm, cfi, first), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := sim.Open(fmt.Sprintf("sim:%s?seed=%d", path, seed))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	const noiseDBm = -174 + 41.8 + 8 // in 15 kHz, of the profile
	return open(noiseDBm + snrDB - open(0).Truth()[0].RSRPdBm)
}

// A sweep listens to the middle of a carrier, then where its cell sends SIB1, whichever part of 20 MHz that is, and tells the same
// with any number of workers.
func TestSweepFollowsCells(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	dir := t.TempDir()
	for _, first := range []string{"[0]", "[92]", "[30]"} {
		var told []survey.Event
		for _, workers := range []int{1, 3} {
			w := loneWorld(t, dir, 1, "ppm = -5", 20, 100, 10, "[2]", first)
			spans := []plan.Span{plan.Carrier(w.Plan()[0])}
			var got []survey.Event
			cfg := survey.Config{Source: w, Plan: plan.Tunings(spans, 2.16e6, 2), Workers: workers,
				Decode: decode.Config{PPM: 5, PPMRange: 2, FreqsHz: plan.Freqs(spans)},
				Sinks:  []survey.Sink{{Name: "json", Take: func(e survey.Event) error { got = append(got, e); return nil }}}}
			sum, err := survey.Run(context.Background(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			if len(sum.Cells) != 1 || sum.Cells[0].ECI == nil || *sum.Cells[0].ECI != 27447297 {
				t.Fatalf("SIB1 at block %s: %+v", first, sum.Cells)
			}
			// The other messages are sent at the lower edge, wherever SIB1 is.
			if c := &sum.Cells[0]; len(c.SISchedule) == 0 || len(c.SIHex) != len(c.SISchedule) {
				t.Errorf("SIB1 at block %s: %d of %d messages", first, len(c.SIHex), len(c.SISchedule))
			}
			if told == nil {
				told = got
			} else if !reflect.DeepEqual(got, told) {
				t.Errorf("SIB1 at block %s: %d workers tell something else than one", first, workers)
			}
		}
	}
}
