package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/sim"
)

// newcomer is a world of twelve cells on bands 5, 8 and 3, and a thirteenth on a carrier of its own that begins at startS.
func newcomer(t testing.TB, seed uint64, startS float64) *sim.World {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	type cell struct {
		earfcn lte.EARFCN
		snrDB  float64
	}
	var cells []cell
	for _, mhz := range []float64{874, 884, 930, 940, 954.3, 1810, 1820, 1840, 1850, 1860, 1870} {
		cells = append(cells, cell{lte.EARFCNs(mhz*1e6, lte.FDD)[0], 5 + 20*rng.Float64()})
	}
	bands := []int{5, 8, 3}
	b, _ := lte.BandByNumber(bands[rng.IntN(3)])
	cells = append(cells, cell{b.First + 60 + lte.EARFCN(rng.IntN(int(b.Last-b.First)-120)), 3 + 20*rng.Float64()})
	path := filepath.Join(t.TempDir(), "newcomer.toml")
	open := func(eirp []float64) *sim.World {
		var text strings.Builder
		fmt.Fprintf(&text, "title = \"newcomer\"\n[sweep]\nearfcn = [%d]\n[receiver]\nlat = 37.5\nlon = 127.0\n", cells[0].earfcn)
		for i, c := range cells {
			fmt.Fprintf(&text, "[[cell]]\nname = \"c%d\"\nclass = \"macro\"\nplmn = \"450-08\"\ntac = 4660\neci = %d\nearfcn = %d\npci = %d\nprb = 50\nports = 2\nload = 0.2\nlat = 37.5\nlon = 127.0\nrs_eirp_dbm = %.2f\nwalls_db = 80\n",
				i, 256*(1000+i), c.earfcn, 40*i+3, eirp[i])
			if i == len(cells)-1 {
				fmt.Fprintf(&text, "on_s = [[%.3f]]\n", startS)
			}
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := sim.Open(fmt.Sprintf("sim:%s?seed=%d", path, seed))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	eirp := make([]float64, len(cells))
	for i, c := range open(eirp).Truth() {
		eirp[i] = -174 + 41.8 + 8 + cells[i].snrDB - c.RSRPdBm
	}
	return open(eirp)
}

var errHeard = errors.New("heard")

// untilReported is how long after its start the newcomer is reported in a continuous sweep of three bands by a dongle whose error is
// not known; infinite: not within 100 s.
func untilReported(t testing.TB, seed uint64, observe bool) float64 {
	startS := 5 + 60*rand.New(rand.NewPCG(seed, 3)).Float64()
	w := newcomer(t, seed, startS)
	defer w.Close()
	var spans []plan.Span
	for _, n := range []int{5, 8, 3} {
		b, _ := lte.BandByNumber(n)
		spans = append(spans, plan.Band(b))
	}
	at := math.Inf(1)
	cfg := survey.Config{
		Source: w, Plan: plan.Tunings(spans, 2.16e6, decode.DefaultPPMRange), Spans: spans, Bands: []int{5, 8, 3},
		For: time.Duration((startS + 100) * 1e9), Decode: decode.Config{FreqsHz: plan.Freqs(spans)},
		Sinks: []survey.Sink{{Name: "test", Take: func(e survey.Event) error {
			if c, ok := e.(survey.Change); ok && c.What == "new" && c.PCI == 40*11+3 {
				at = c.TS
				return errHeard
			}
			return nil
		}}},
	}
	if observe {
		cfg.Observer = w
	}
	if _, err := survey.Run(context.Background(), cfg); err != nil && !errors.Is(err, errHeard) {
		t.Fatal(err)
	}
	return at - startS
}

func distribution(took []float64) string {
	slices.Sort(took)
	n := len(took)
	return fmt.Sprintf("%d starts, seconds until reported: least %.1f, quarter %.1f, half %.1f, three quarters %.1f, 95 of 100 %.1f, most %.1f",
		n, took[0], took[n/4], took[n/2], took[n*3/4], took[n*95/100], took[n-1])
}

// A cell that starts during a continuous sweep of three bands is reported within a minute.
func TestNewcomers(t *testing.T) {
	newcomers(t, 20)
}

func newcomers(t *testing.T, starts int) {
	var took []float64
	late := 0
	for seed := range uint64(starts) {
		s := untilReported(t, seed+1, true)
		if took = append(took, s); s > 60 {
			late++
		}
	}
	t.Log(distribution(took))
	if late > starts*5/100 {
		t.Errorf("%d of %d starts were reported later than 60 s", late, starts)
	}
}

// The sweep itself depends on what was heard, and is still the same for any number of workers. Interrupted, it tells what it has.
func TestSweepsAreTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	run := func(workers int, until float64) (told []string, err error) {
		w, err := sim.Open("sim:kt-femto")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		spans := []plan.Span{{LowHz: 952.8e6, HighHz: 955.8e6}, plan.Carrier(1840e6)}
		_, err = survey.Run(ctx, survey.Config{
			Source: w, Plan: plan.Tunings(spans, 2.16e6, decode.DefaultPPMRange), Spans: spans, Workers: workers, For: 1600 * time.Millisecond,
			Decode: decode.Config{FreqsHz: plan.Freqs(spans)},
			Sinks: []survey.Sink{{Name: "test", Take: func(e survey.Event) error {
				if p, ok := e.(survey.Progress); ok {
					p.PSD = nil
					if e = p; p.TS >= until {
						cancel()
					}
				}
				text, err := json.Marshal(e)
				told = append(told, string(text))
				return err
			}}},
		})
		return told, err
	}
	want, err := run(1, math.Inf(1))
	if err != nil || !strings.Contains(strings.Join(want, "\n"), `"earfcn":3743`) {
		t.Fatalf("%v: %d events", err, len(want))
	}
	for _, workers := range []int{3} {
		got, err := run(workers, math.Inf(1))
		if err != nil || !slices.Equal(got, want) {
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("%d workers, event %d of %d and %d:\n%.300s\nwant\n%.300s", workers, i, len(got), len(want), got[i], want[i])
				}
			}
			t.Errorf("%d workers: %v, %d events, want %d", workers, err, len(got), len(want))
		}
	}
	got, err := run(2, 0.5)
	if !errors.Is(err, context.Canceled) || !strings.Contains(got[len(got)-1], `"type":"sweep"`) || !strings.Contains(strings.Join(got, "\n"), `"type":"cell"`) {
		t.Errorf("interrupted: %v, %d events, the last %.200s", err, len(got), got[len(got)-1])
	}
}
