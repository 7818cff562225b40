//go:build bench && linux

package survey_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

// site is a carrier of a world, with the levels of its cells over noise in 15 kHz.
type site struct {
	earfcn lte.EARFCN
	prb    int
	snrDB  []float64
}

// crowded is a world of 40 cells on these carriers, three or four on each.
func crowded(t testing.TB, seed uint64, profile string, carriers []site, ppm float64) (*sim.World, []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	n := 0
	for i := range carriers {
		c := &carriers[i]
		left := (40 - n) / (len(carriers) - i)
		top := 8 + 20*rng.Float64()
		c.snrDB = nil
		for k := range left {
			c.snrDB = append(c.snrDB, top-4*float64(k)*rng.Float64())
		}
		n += left
	}
	load := 0.15 + 0.2*rng.Float64()
	world := func(eirp []float64) string {
		var b strings.Builder
		fmt.Fprintf(&b, "title = \"crowded\"\n[sweep]\nearfcn = [%d]\n[receiver]\nlat = 37.5\nlon = 127.0\nppm = %g\n", carriers[0].earfcn, ppm)
		at := 0
		for i, c := range carriers {
			for k := range c.snrDB {
				pci := (i*37 + k*101) % 504
				fmt.Fprintf(&b, "[[cell]]\nname = \"c%d\"\nclass = \"macro\"\nsite = \"s%d\"\nplmn = \"450-08\"\ntac = 4660\neci = %d\nearfcn = %d\npci = %d\nprb = %d\nports = %d\nload = %.2f\npdcch_load = 0.2\nlat = 37.5\nlon = 127.0\nrs_eirp_dbm = %.2f\nwalls_db = 80\nclock_ppm = %.4f\n",
					at, at, 256*(1000+at)+k, c.earfcn, pci, c.prb, 1+at%2, load, eirp[at], 0.05*(2*rand.New(rand.NewPCG(seed, uint64(at))).Float64()-1))
				at++
			}
		}
		return b.String()
	}
	path := filepath.Join(t.TempDir(), "crowded.toml")
	open := func(eirp []float64) *sim.World {
		if err := os.WriteFile(path, []byte(world(eirp)), 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := sim.Open(fmt.Sprintf("sim:%s?seed=%d&profile=%s", path, seed, profile))
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	noise := -174 + 41.8 + map[string]float64{"rtlsdr": 8, "usrp": 7}[profile]
	eirp := make([]float64, 40)
	at := 0
	truth := open(eirp).Truth()
	for _, c := range carriers {
		for _, snr := range c.snrDB {
			eirp[at] = noise + snr - truth[at].RSRPdBm
			at++
		}
	}
	w := open(eirp)
	// What others on the carrier add to the noise: their reference signals and their load.
	sinr := make([]float64, 40)
	for i, c := range w.Truth() {
		sum := math.Pow(10, noise/10)
		for k, o := range w.Truth() {
			if k != i && o.FreqHz == c.FreqHz {
				sum += math.Pow(10, o.RSRPdBm/10) * (load + 0.1)
			}
		}
		sinr[i] = c.RSRPdBm - 10*math.Log10(sum)
	}
	return w, sinr
}

// timed is a source whose own processor time is counted apart: a simulator costs more than a radio.
type timed struct {
	radio.Source
	spent time.Duration
}

func (s *timed) Read(ctx context.Context, b *radio.Block) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	err := s.Source.Read(ctx, b)
	s.spent += threadTime() - before
	return err
}

func (s *timed) Tune(ctx context.Context, t radio.Tuning) (radio.Tuning, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := threadTime()
	got, err := s.Source.Tune(ctx, t)
	s.spent += threadTime() - before
	return got, err
}

func threadTime() time.Duration { return usage(unix.RUSAGE_THREAD) }

func usage(who int) time.Duration {
	var u unix.Rusage
	unix.Getrusage(who, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sweep surveys a world once and prints what came of it.
func sweep(t *testing.T, name string, w *sim.World, sinr []float64, bands []int, workers int, ppm float64) {
	t.Helper()
	var spans []plan.Span
	for _, n := range bands {
		b, _ := lte.BandByNumber(n)
		spans = append(spans, plan.Band(b))
	}
	got, err := w.Tune(context.Background(), radio.Tuning{FreqHz: w.Plan()[0]})
	if err != nil {
		t.Fatal(err)
	}
	src := &timed{Source: w}
	type first struct{ mib, sib1 float64 }
	told := map[string]*first{}
	var boundS, boundCPU float64
	start := usage(unix.RUSAGE_SELF)
	sum, err := survey.Run(context.Background(), survey.Config{
		Source: src, Plan: plan.Tunings(spans, got.BandHz, decode.DefaultPPMRange), Spans: spans, Bands: bands, Workers: workers,
		Decode: decode.Config{FreqsHz: plan.Freqs(spans)},
		Sinks: []survey.Sink{{Name: "test", Live: true, Take: func(e survey.Event) error {
			switch e := e.(type) {
			case survey.Cell:
				f := told[e.Transmitter]
				if f == nil {
					f = &first{mib: e.TS}
					told[e.Transmitter] = f
				}
				if e.ECI != nil && f.sib1 == 0 {
					f.sib1 = e.TS
				}
				if boundS == 0 {
					boundS, boundCPU = e.TS, (usage(unix.RUSAGE_SELF) - start - src.spent).Seconds()
				}
			}
			return nil
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	cpu := (usage(unix.RUSAGE_SELF) - start - src.spent).Seconds()
	truth := w.Truth()
	taken := map[int]bool{}
	ghosts := 0
	found := make([]*survey.Cell, len(truth))
	for i := range sum.Cells {
		c := &sum.Cells[i]
		k := slices.IndexFunc(truth, func(x sim.Truth) bool { return x.Cell.PCI == lte.PCI(c.PCI) && math.Abs(x.FreqHz-c.FreqHz) < 1e3 })
		if k < 0 || taken[k] {
			ghosts++
			t.Errorf("%s: no such cell: PCI %d at %.1f MHz (%+v Hz) SINR %v", name, c.PCI, c.FreqHz/1e6, *c.CFOHz, *c.SINRdB)
			continue
		}
		taken[k] = true
		found[k] = c
	}
	for _, band := range bands {
		b, _ := lte.BandByNumber(band)
		var mibs, mustMIB, sib1s, mustSIB1, extra int
		var last float64
		for k, x := range truth {
			if in, _ := x.EARFCN.Band(); in.Number != b.Number {
				continue
			}
			c := found[k]
			if sinr[k] > -3 {
				mustMIB++
				if c != nil {
					mibs++
					last = max(last, told[c.Transmitter].mib)
				} else {
					t.Logf("   not found: %s PCI %d at %.1f MHz, SINR %.1f dB", x.Name, x.Cell.PCI, x.FreqHz/1e6, sinr[k])
				}
			} else if c != nil {
				extra++
			}
			if sinr[k] > 3 {
				mustSIB1++
				if c != nil && c.ECI != nil && *c.ECI == uint32(x.ECI) {
					sib1s++
				} else {
					t.Logf("   SIB1 not read: %s PCI %d at %.1f MHz, %d PRB, SINR %.1f dB", x.Name, x.Cell.PCI, x.FreqHz/1e6, x.Cell.PRB, sinr[k])
				}
			}
		}
		fmt.Printf("| %s | %d | %d/%d | %d/%d | %d | %.1f |\n", name, band, mibs, mustMIB, sib1s, mustSIB1, extra, last)
	}
	s := sum.Sweep
	fmt.Printf("   %s: %d tunings, %.2f s of signal, %.2f s of processor (%.2f until the first cell at %.2f s), error %+.3f ± %.3f ppm of %d cells (truth %+.3f), %d wrong cells, sensitivity %.1f dBFS\n",
		name, s.Tunings, s.Seconds, cpu, boundCPU, boundS, *s.PPM, *s.PPMSE, s.PPMCells, ppm, ghosts, *s.SensitivityDBFS)
}

func earfcn(band int, mhz float64) lte.EARFCN {
	for _, n := range lte.EARFCNs(mhz*1e6, lte.FDD) {
		if b, _ := n.Band(); b.Number == band {
			return n
		}
	}
	panic(fmt.Sprint(band, " ", mhz))
}

// TestSweepDongle: 40 cells on bands 5, 8, 20 and 28, a dongle whose error nobody knows.
func TestSweepDongle(t *testing.T) {
	for seed := range uint64(3) {
		ppm := []float64{-57, 43, 8}[seed]
		carriers := []site{
			{earfcn(28, 763), 50, nil}, {earfcn(28, 773), 50, nil}, {earfcn(28, 782), 25, nil}, {earfcn(20, 796), 50, nil}, {earfcn(20, 806), 50, nil}, {earfcn(20, 816), 50, nil},
			{earfcn(5, 874), 50, nil}, {earfcn(5, 884), 50, nil}, {earfcn(5, 890.4), 15, nil},
			{earfcn(8, 930.1), 50, nil}, {earfcn(8, 940), 50, nil}, {earfcn(8, 947.5), 25, nil}, {earfcn(8, 954.3), 50, nil},
		}
		if !strings.Contains(fmt.Sprintf("dongle, %+.0f ppm", ppm), *only) {
			continue
		}
		w, sinr := crowded(t, seed+1, "rtlsdr", carriers, ppm)
		sweep(t, fmt.Sprintf("dongle, %+.0f ppm", ppm), w, sinr, []int{5, 8, 20, 28}, 1, -ppm)
	}
}

// TestSweepUSRP: 40 cells on bands 1, 3 and 7, a USRP.
func TestSweepUSRP(t *testing.T) {
	for seed := range uint64(2) {
		ppm := []float64{1.5, -2}[seed]
		carriers := []site{
			{earfcn(3, 1810), 50, nil}, {earfcn(3, 1820), 50, nil}, {earfcn(3, 1840), 100, nil}, {earfcn(3, 1855), 50, nil}, {earfcn(3, 1865), 50, nil}, {earfcn(3, 1875), 50, nil},
			{earfcn(1, 2115), 50, nil}, {earfcn(1, 2130), 100, nil}, {earfcn(1, 2150), 75, nil}, {earfcn(1, 2165), 50, nil},
			{earfcn(7, 2630), 100, nil}, {earfcn(7, 2650), 100, nil}, {earfcn(7, 2670), 75, nil},
		}
		w, sinr := crowded(t, seed+1, "usrp", carriers, ppm)
		sweep(t, fmt.Sprintf("USRP, %+.1f ppm", ppm), w, sinr, []int{3, 1, 7}, 2, -ppm)
	}
}
