package sim

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// moving is a car that passes a parked receiver at 72 km/h with two cells of one radio that take turns.
const moving = `title = "t"
[sweep]
earfcn = [1550]
[receiver]
lat = 37.5
lon = 127.0
ppm = 0
[[route]]
name = "by"
points = [[0, 37.4991, 127.0003], [10, 37.5009, 127.0003]]
[[rotation]]
cells = ["one", "two"]
every_s = [0.4, 0.6]
gap_s = 0.1
[[cell]]
name = "one"
site = "car"
class = "femto"
earfcn = 1550
pci = 3
prb = 25
route = "by"
rs_eirp_dbm = 0
[[cell]]
name = "two"
site = "car"
class = "femto"
earfcn = 1550
pci = 4
prb = 25
route = "by"
rs_eirp_dbm = 0
`

// TestMotion: what passes by shifts with its speed towards the receiver, and frames arrive later the farther it is.
func TestMotion(t *testing.T) {
	w := world(t, moving)
	near, far := w.TruthAt(5)[0], w.TruthAt(0.1)[0]
	doppler := 20.0 / lightMS * 1840e6 // 123 Hz
	if d := far.CFOHz - doppler; d > 10 || d < -15 {
		t.Errorf("%.0f Hz off as it comes, want about %.0f", far.CFOHz, doppler)
	}
	if math.Abs(near.CFOHz) > 3 || w.TruthAt(9.9)[0].CFOHz > -100 {
		t.Errorf("%.0f Hz off beside the receiver, %.0f Hz as it goes", near.CFOHz, w.TruthAt(9.9)[0].CFOHz)
	}
	if near.DistanceM < 20 || near.DistanceM > 30 || far.DistanceM < 100 || near.RSRPdBm < far.RSRPdBm+15 {
		t.Errorf("%.0f m and %.0f dBm beside it, %.0f m and %.0f dBm before", near.DistanceM, near.RSRPdBm, far.DistanceM, far.RSRPdBm)
	}
	late := math.Remainder(far.StartS-near.StartS, 0.01) * lightMS
	if d := late - (far.DistanceM - near.DistanceM); d > 0.5 || d < -0.5 {
		t.Errorf("frames come as if it were %.1f m farther, and it is %.1f", late, far.DistanceM-near.DistanceM)
	}
}

// TestTurns: one of the two is on at a time, frames go on across turns, and the decoder hears whose turn it is.
func TestTurns(t *testing.T) {
	w, ctx := world(t, moving), context.Background()
	var last string
	changes := 0
	for at := 0.0; at < 10; at += 0.02 {
		c := w.TruthAt(at)
		if c[0].On && c[1].On {
			t.Fatalf("both on at %g s", at)
		}
		for _, x := range c {
			if x.On && x.Name != last {
				last = x.Name
				changes++
			}
		}
		if d := math.Remainder(c[0].StartS-c[1].StartS, 0.01); math.Abs(d) > 1e-9 || c[0].SFN != c[1].SFN {
			t.Fatalf("one radio and two frame timings: %+v", c)
		}
	}
	if changes < 17 || changes > 26 {
		t.Errorf("%d turns in 10 s of 0.4 to 0.6 s", changes)
	}
	_, _, endS := w.cells[0].when.turns.at(0)
	buf := make([]complex64, int(0.08*w.tuning.RateHz))
	for _, want := range []lte.PCI{3, 4} {
		b := radio.Block{IQ: buf}
		if err := w.Read(ctx, &b); err != nil {
			t.Fatal(err)
		}
		obs := decode.New(decode.Config{PPMRange: 2}).Decode(ctx, &b)
		if len(obs) != 1 || obs[0].PCI != want || obs[0].MIB == nil {
			t.Errorf("at %.2f s: %+v, want PCI %d", w.now(), obs, want)
			continue
		}
		c := w.truth(&w.cells[want-3], w.now()-0.04)
		if d := obs[0].Signal.CFOHz - c.CFOHz; math.Abs(d) > 8 {
			t.Errorf("PCI %d: %.1f Hz off, want %.1f", want, obs[0].Signal.CFOHz, c.CFOHz)
		}
		at, sfn := c.frame(obs[0].FirstSample/w.tuning.RateHz - 1e-3)
		if late := obs[0].FirstSample/w.tuning.RateHz - at; math.Abs(late) > 1e-6 || sfn != obs[0].MIB.SFN {
			t.Errorf("PCI %d: frame %d is %.3g s late, want frame %d", want, obs[0].MIB.SFN, late, sfn)
		}
		if want == 4 {
			break
		}
		skip := radio.Block{IQ: make([]complex64, int((endS-w.now())*w.tuning.RateHz))}
		if err := w.Read(ctx, &skip); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRead: in a world in which everything changes, samples do not depend on how they are asked for.
func TestRead(t *testing.T) {
	read := func(sizes ...int) (out []complex64, gaps []int64) {
		w := world(t, strings.Replace(moving, "ppm = 0", "drift_ppm = 1\nlost_per_min = 60\nlost_ms = 5", 1))
		for i := 0; len(out) < 3_000_000; i++ {
			b := radio.Block{IQ: make([]complex64, min(sizes[i%len(sizes)], 3_000_000-len(out)))}
			if err := w.Read(context.Background(), &b); err != nil {
				t.Fatal(err)
			}
			if b.Lost > 0 {
				gaps = append(gaps, b.First, b.Lost)
			}
			out = append(out, b.IQ...)
		}
		return
	}
	a, gaps := read(1 << 20)
	b, same := read(100_003, 77_777)
	if !slices.Equal(a, b) || !slices.Equal(gaps, same) {
		t.Error("samples depend on how they are read")
	}
	if len(gaps) != 4 || gaps[1] != 12000 {
		t.Errorf("lost: %v, want one buffer of 12000 samples a second", gaps)
	}
}

// TestTimeAlone: what cells send at a time does not depend on how the receiver came there.
func TestTimeAlone(t *testing.T) {
	ctx := context.Background()
	at := func(hops int) []complex64 {
		w := world(t, strings.Replace(moving, "ppm = 0", "ppm = 3\nsettle_ms = 0", 1))
		for i := range hops { // away and back, in the same time
			freq := 1840e6 + 1e6*float64((hops-1-i)%2)
			if _, err := w.Tune(ctx, radio.Tuning{FreqHz: freq, GainDB: 29}); err != nil {
				t.Fatal(err)
			}
			b := radio.Block{IQ: make([]complex64, 480_000/hops)}
			if err := w.Read(ctx, &b); err != nil {
				t.Fatal(err)
			}
		}
		b := radio.Block{IQ: make([]complex64, 24000)}
		if err := w.Read(ctx, &b); err != nil {
			t.Fatal(err)
		}
		return b.IQ
	}
	x, y := at(1), at(3)
	var cross complex128
	var px, py float64
	for i := range x {
		a, b := complex128(x[i]), complex128(y[i])
		cross += a * complex(real(b), -imag(b))
		px += real(a)*real(a) + imag(a)*imag(a)
		py += real(b)*real(b) + imag(b)*imag(b)
	}
	if r := math.Hypot(real(cross), imag(cross)) / math.Sqrt(px*py); r < 0.98 {
		t.Errorf("the same time after other tunings correlates with %.3f", r)
	}
}

func TestShadow(t *testing.T) {
	w := world(t, strings.Replace(moving, "[sweep]", "shadowing_db = 8\n[sweep]", 1))
	var near, far, power float64
	const n = 4000
	for i := range n {
		x := newShadow(w.draw("test", string(rune(i))))
		a := x.at(0, 0)
		near += a * x.at(decorrelationM, 0)
		far += a * x.at(0, 5*decorrelationM)
		power += a * a
	}
	if p, c, f := power/n, near/power, far/power; math.Abs(p-1) > 0.1 || math.Abs(c-math.Exp(-1)) > 0.07 || math.Abs(f) > 0.07 {
		t.Errorf("variance %.2f, correlation %.2f at %d m, %.2f at five times that", p, c, decorrelationM, f)
	}
}

func TestBadMotion(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"route = \"by\"\nrs", "route = \"bye\"\nrs", `line 22: cell "one": route "bye": no [[route]] has this name`},
		{"route = \"by\"\nrs", "route = \"by\"\nlat = 37.5\nrs", `line 22: cell "one": lat and lon and a route`},
		{"[10, 37.5009, 127.0003]", "[10, 38, 127]", "line 10: route \"by\": point 2: 55"},
		{"[10, 37.5009, 127.0003]", "[0, 37.5009, 127.0003]", "line 10: route \"by\": point 2: second 0 after 0"},
		{"[10, 37.5009, 127.0003]", "[10, 37.5009]", "line 10: route \"by\": point 2 has 2 numbers"},
		{"127.0003]]", "127.0003]]\nloop = true", "line 10: route \"by\": a loop ends where it begins"},
		{"name = \"by\"", "name = \"\"", "line 9: route \"\": name is missing"},
		{"cells = [\"one\", \"two\"]", "cells = [\"one\", \"three\"]", `line 12: rotation: "three"`},
		{"every_s = [0.4, 0.6]", "every_s = [0.4]", "line 13: rotation: every_s [0.4]"},
		{"gap_s = 0.1", "gap_s = 1", "line 14: rotation: gap_s 1"},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\non_s = [[5, 1]]\n", `line 24: cell "one": on_s: span 1`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\non_s = [[5], [6]]\n", `line 24: cell "one": on_s: span 1`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\ndrift_ppm = 11\n", `line 24: cell "one": drift_ppm 11`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\ndrift_period_s = 1\n", `line 24: cell "one": drift_period_s 1`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\nbursts = {subframes = [10]}\n", `line 24: cell "one": bursts: subframe 10`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\nbursts = {subframes = [5], period = 3}\n", `line 24: cell "one": bursts: every 3 frames`},
		{"rs_eirp_dbm = 0\n", "rs_eirp_dbm = 0\nrepeats = \"two\"\n", `line 24: cell "one": repeats "two": no cell of this name stands above`},
		{"ppm = 0", "lost_per_min = 100", `line 7: lost_per_min 100: want 0 to 60`},
	} {
		text := strings.Replace(moving, c.old, c.new, 1)
		if text == moving {
			t.Fatalf("%q is not in the scenario", c.old)
		}
		_, err := parse(text, "s.toml")
		var arg *ArgumentError
		if !errors.As(err, &arg) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v, want an ArgumentError with %q", c.new, c.old, err, c.want)
		}
	}
}

// TestRepeats: a repeater sends what its donor does, later and from elsewhere.
func TestRepeats(t *testing.T) {
	c := world(t, spoken+`[[cell]]
name = "b"
class = "small"
repeats = "a"
lat = 37.5
lon = 127.001
rs_eirp_dbm = 0
delay_us = 5
`).TruthAt(1)
	a, b := c[0], c[1]
	if b.ECI != a.ECI || b.Cell.PCI != a.Cell.PCI || b.Cell.Broadcast != a.Cell.Broadcast || b.Cell.Load.Seed != a.Cell.Load.Seed || b.Class != "small" {
		t.Errorf("the repeater is %+v, its donor %+v", b, a)
	}
	want := 5e-6 + (b.DistanceM-a.DistanceM)/lightMS
	if late := math.Remainder(b.StartS-a.StartS, 0.01); math.Abs(late-want) > 1e-9 || math.Abs(a.CFOHz-b.CFOHz) > 1e-6 {
		t.Errorf("%.3g s later, want %.3g; carriers %g and %g", late, want, a.CFOHz, b.CFOHz)
	}
}
