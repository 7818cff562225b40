//go:build bench

package sim

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

var trials = flag.Int("trials", 40, "scenes in tens: 40 are 400 scenes of one to ten cells")

// TestSensitivityTables writes tables/: the real decoder hears scenes of one to ten cells, and what becomes of each cell goes to
// the row of its effective SINR.
func TestSensitivityTables(t *testing.T) {
	for _, x := range []struct {
		name, profile string
		rateHz        float64
		scenes        int
		lengths       []int // of looks, milliseconds
	}{
		{"narrow", "rtlsdr", 2.4e6, 10 * *trials, []int{40, 80, 160, 320}},
		{"wide", "usrp", 15.36e6, 4 * *trials, []int{40, 80, 160}},
	} {
		tallies := map[int][]tally{}
		for _, ms := range x.lengths {
			tallies[ms] = make([]tally, tableRows)
		}
		for scene := range x.scenes {
			hearScene(t, uint64(scene), x.profile, x.rateHz, x.lengths, tallies)
		}
		var out bytes.Buffer
		commit := "unknown"
		if v, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
			commit = strings.TrimSpace(string(v))
		}
		fmt.Fprintf(&out, "# What the decoder makes of cells at %g Msps, by length of look and effective SINR (hear.go).\n", x.rateHz/1e6)
		fmt.Fprintf(&out, "# Written by make bench-sensitivity: %d scenes of one to ten cells, at commit %s.\n", x.scenes, commit)
		fmt.Fprintln(&out, strings.Join(columns, ","))
		for _, ms := range x.lengths {
			writeRows(&out, ms, tallies[ms])
		}
		if err := os.WriteFile(filepath.Join("tables", x.name+".csv"), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("tables/%s.csv written", x.name)
	}
}

// tally collects what became of the cells of one row.
type tally struct {
	tried, found                       int
	periods, crcs                      int
	cfo, cfoSE, clock, clockSE, timing []float64
	rsrp, sinr, rssi                   []float64
	sib1Tried, sib1Read                int
	sent, alone, failed                int
}

// sceneText is a world of cells of 10 MHz, SIB1 in the middle of the carrier, and the levels at which they shall arrive, some of them
// near the noise.
func sceneText(rng *rand.Rand) (text string, levels []float64) {
	var b strings.Builder
	fmt.Fprintf(&b, "title = \"scene\"\n[sweep]\nearfcn = [3743]\n[receiver]\nlat = 37.5\nlon = 127.0\nppm = %g\ntuner_error_hz = 100\n", 20*(rng.Float64()-0.5))
	n := 1 + rng.IntN(10)
	top := -118 + 50*rng.Float64()
	perm := rng.Perm(lte.PCIs)
	for i := range n {
		levels = append(levels, top-24*rng.Float64()*math.Min(1, float64(i)))
		fmt.Fprintf(&b, `[[cell]]
name = "c%d"
class = "macro"
plmn = "450-08"
tac = 4610
eci = %d
earfcn = 3743
pci = %d
prb = 50
ports = %d
load = %g
pdcch_load = %g
lat = 37.5
lon = %g
rs_eirp_dbm = 0
clock_ppm = %g
[cell.onair]
sib1 = {first_prb = [22]}
`, i, 15667979+256*i, perm[i], 1+rng.IntN(2), 0.6*rng.Float64()*rng.Float64(), 0.3*rng.Float64(), 127+float64(10+rng.IntN(60))*1e-4,
			0.2*(rng.Float64()-0.5))
	}
	return b.String(), levels
}

func hearScene(t *testing.T, scene uint64, profile string, rateHz float64, lengths []int, tallies map[int][]tally) {
	rng := rand.New(rand.NewPCG(scene, 77))
	path := filepath.Join(t.TempDir(), "s.toml")
	text, levels := sceneText(rng)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := Open(fmt.Sprintf("sim:%s?seed=%d&profile=%s", path, scene+1, profile))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range w.cells {
		w.cells[i].levelDB, w.cells[i].mW = levels[i], mW(levels[i])
	}
	ctx := context.Background()
	tuning, err := w.Tune(ctx, radio.Tuning{FreqHz: 954.3e6, RateHz: rateHz})
	if err != nil {
		t.Fatal(err)
	}
	skip := radio.Block{IQ: make([]complex64, w.settle)}
	if err := w.Read(ctx, &skip); err != nil && w.settle > 0 {
		t.Fatal(err)
	}
	d := decode.New(decode.Config{PPM: w.clock.at(0) * -1, PPMRange: 2, FreqsHz: []float64{954.3e6}})
	for _, ms := range lengths {
		fromS := w.now()
		b := radio.Block{IQ: make([]complex64, int(float64(ms)*1e-3*tuning.RateHz))}
		if err := w.Read(ctx, &b); err != nil {
			t.Fatal(err)
		}
		obs := d.Decode(ctx, &b)
		if narrow.Reads(tuning.RateHz) {
			obs = narrow.NewReader().Read(ctx, &b, fromS, obs)
		}
		for _, h := range w.hear(fromS, w.now()) {
			i := int(math.Round(h.effectiveDB)) - tableLow
			if i < 0 || i >= tableRows {
				continue
			}
			tallies[ms][i].add(w, h, obs, &b, fromS)
		}
	}
}

func (y *tally) add(w *World, h *hearing, obs []lte.Observation, b *radio.Block, fromS float64) {
	y.tried++
	for i := range obs {
		o := &obs[i]
		if o.MIB == nil || o.PCI != h.p.e.PCI {
			continue
		}
		c := w.truth(h.p, fromS)
		at, sfn := c.frame(fromS + (o.FirstSample-float64(b.First))/b.Tuning.RateHz - 2e-3)
		late := fromS + (o.FirstSample-float64(b.First))/b.Tuning.RateHz - at
		if sfn != o.MIB.SFN || math.Abs(late) > 20e-6 {
			continue
		}
		y.found++
		y.periods += max(0, o.MIBCRCs+o.MIBFails-1)
		y.crcs += o.MIBCRCs - 1
		y.cfo = append(y.cfo, o.FreqHz+o.Signal.CFOHz-(c.FreqHz+c.CFOHz-w.missHz))
		y.cfoSE = append(y.cfoSE, o.Signal.CFOSEHz)
		y.clock = append(y.clock, o.Signal.ClockPPM-c.ClockPPM)
		y.clockSE = append(y.clockSE, o.Signal.ClockSE)
		y.timing = append(y.timing, late*1e6)
		y.rsrp = append(y.rsrp, o.Signal.RSRPdBFS-h.a.levelDB-w.toFull())
		y.sinr = append(y.sinr, o.Signal.SINRdB-h.effectiveDB)
		y.rssi = append(y.rssi, o.Signal.RSSIdBFS-h.rssiDBm-w.toFull())
		y.sib1Tried++
		n := int((h.offS - h.onS) / 0.02)
		y.sent += n
		y.alone += min(n, o.SIB1CRCs)
		y.failed += min(n, o.SIB1Fails)
		if o.SIB1 != nil {
			y.sib1Read++
		}
		return
	}
}

// writeRows smooths each row with its neighbours: what is measured on some dozens of cells must not step from decibel to decibel.
// Shares rise with the SINR.
func writeRows(out *bytes.Buffer, ms int, rows []tally) {
	var lines []row
	var tried []int
	for i := range rows {
		var y tally
		for k := max(0, i-1); k <= min(len(rows)-1, i+1); k++ {
			y.join(&rows[k])
		}
		for k := 2; len(y.cfo) < 10 && k < len(rows); k++ { // errors where little was found: as of the nearest that were
			for _, n := range []int{i + k, i - k} {
				if n >= 0 && n < len(rows) {
					y.joinErrors(&rows[n])
				}
			}
		}
		share := func(a, b int) float64 {
			if b == 0 {
				return 0
			}
			return float64(a) / float64(b)
		}
		x := row{
			found: share(y.found, y.tried), crcs: share(y.crcs, y.periods),
			cfoHz: spread(y.cfo), cfoSEHz: mean(y.cfoSE), clockPPM: spread(y.clock), clockSEPPM: mean(y.clockSE), timingUS: spread(y.timing),
			rsrpDB: mean(y.rsrp), rsrpSD: spread(y.rsrp), sinrDB: mean(y.sinr), sinrSD: spread(y.sinr), rssiDB: mean(y.rssi),
			sib1: share(y.sib1Read, y.sib1Tried), alone: share(y.alone, max(1, y.sent)), failed: share(y.failed, max(1, y.sent)),
		}
		if y.tried < 10 && i > len(rows)/2 { // louder than anything drawn
			x.found = 1
		}
		lines = append(lines, x)
		tried = append(tried, rows[i].tried)
	}
	for i := range lines { // rising
		if i > 0 {
			lines[i].found = max(lines[i].found, lines[i-1].found)
			lines[i].sib1 = max(lines[i].sib1, lines[i-1].sib1)
			lines[i].alone = max(lines[i].alone, lines[i-1].alone)
			lines[i].crcs = max(lines[i].crcs, lines[i-1].crcs)
		}
		fmt.Fprintf(out, "%d,%d,%d", ms, tableLow+i, tried[i])
		for _, p := range lines[i].fields() {
			out.WriteString("," + strconv.FormatFloat(*p, 'f', 3, 64))
		}
		out.WriteByte('\n')
	}
}

func (y *tally) join(o *tally) {
	y.tried, y.found, y.periods, y.crcs = y.tried+o.tried, y.found+o.found, y.periods+o.periods, y.crcs+o.crcs
	y.joinErrors(o)
}

func (y *tally) joinErrors(o *tally) {
	y.cfo, y.cfoSE = append(y.cfo, o.cfo...), append(y.cfoSE, o.cfoSE...)
	y.clock, y.clockSE, y.timing = append(y.clock, o.clock...), append(y.clockSE, o.clockSE...), append(y.timing, o.timing...)
	y.rsrp, y.sinr, y.rssi = append(y.rsrp, o.rsrp...), append(y.sinr, o.sinr...), append(y.rssi, o.rssi...)
	y.sib1Tried, y.sib1Read, y.sent, y.alone, y.failed = y.sib1Tried+o.sib1Tried, y.sib1Read+o.sib1Read, y.sent+o.sent, y.alone+o.alone, y.failed+o.failed
}

func mean(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	var s float64
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// spread is the standard deviation, of what lies within four medians of it: one cell taken for another is not an error of measurement.
func spread(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	m := mean(x)
	var s float64
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return math.Sqrt(s / float64(len(x)))
}
