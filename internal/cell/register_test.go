package cell

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// changes prints the news of looks as words: "new t1, timing t1".
func changes(news ...News) string {
	var out []string
	for _, n := range news {
		for _, c := range n.Changes {
			out = append(out, string(c.What)+" "+c.Cell.Transmitter)
		}
	}
	return strings.Join(out, ", ")
}

func TestOneTransmitterOverManyLooks(t *testing.T) {
	for _, ppm := range []float64{0, 7.8, -62, 120} {
		rnd, r := seeded(), testRegister()
		m := mast{pci: 301, rxHz: 1815.314e6, ppm: ppm, at: 0.0031, sinr: 10}
		var news []News
		for i := range 100 {
			m.sinr = 10 + 5*float64(i%7)
			m.rxHz += 2 // our oscillator warms up
			news = append(news, r.Add(window(i).of(rnd, m)))
		}
		cells := r.Cells()
		if got := changes(news...); got != "new t1" || len(cells) != 1 {
			t.Fatalf("%v ppm: %s, %d cells", ppm, got, len(cells))
		}
		c := cells[0]
		if c.MIBCRCs != 800 || c.Looks != 100 || c.MIBs != 1 || c.FirstS != 0 || c.LastS != window(99).EndS || c.Best.Signal.SINRdB != 40 || c.Newest.Signal.SINRdB != 15 {
			t.Errorf("%+v", c)
		}
		if want := window(97).StartS; c.Best.FirstSample < want*testRate-10 {
			t.Errorf("best is not the newest of equals: %f before %f", c.Best.FirstSample/testRate, want)
		}
	}
}

// Two transmitters with one PCI are two lines, at different timing or at different offset, and stay two whichever is
// seen.
func TestClonedPCI(t *testing.T) {
	for name, clone := range map[string]mast{
		"other timing":            {pci: 1, rxHz: 1815.300e6, at: 0.0047, sinr: 3},
		"close timing":            {pci: 1, rxHz: 1815.300e6, at: 0.0031 + 20e-6, sinr: 3},
		"other offset, aligned":   {pci: 1, rxHz: 1815.302e6, at: 0.0031, sinr: 3},
		"little offset, aligned":  {pci: 1, rxHz: 1815.3005e6, at: 0.0031, sinr: 3},
		"other clock and content": {pci: 1, rxHz: 1815.301e6, at: 0.0047, ppm: 1.1, sinr: 3, prb: 100, ports: 2},
	} {
		for order := range 2 {
			rnd, r := seeded(), testRegister()
			genuine := mast{pci: 1, rxHz: 1815.300e6, at: 0.0031, sinr: 12}
			var news []News
			for i := range 40 {
				ms := []mast{genuine, clone}
				if order == 1 {
					slices.Reverse(ms)
				}
				if i >= 10 {
					switch i % 3 {
					case 0:
						ms = ms[:1]
					case 1:
						ms = ms[1:]
					}
				}
				news = append(news, r.Add(window(i).of(rnd, ms...)))
			}
			if got := changes(news...); got != "new t1, new t2" {
				t.Fatalf("%s: %s", name, got)
			}
			a, b := r.Cells()[0], r.Cells()[1]
			if order == 1 {
				a, b = b, a
			}
			if a.Best.Signal.SINRdB != 12 || b.Best.Signal.SINRdB != 3 || a.MIBs != 1 || b.MIBs != 1 || a.Looks+b.Looks != 60 {
				t.Errorf("%s: mixed up: %+v %+v", name, a, b)
			}
		}
	}
}

// A recording glued of pieces loses its sample count unnoticed: one transmitter all the same, and the jump is told.
func TestGluedRecording(t *testing.T) {
	for _, jump := range []float64{6 / testRate, 200e-6, 0.0042, -0.0049} {
		for _, others := range []int{0, 1, 3} {
			rnd, r := seeded(), testRegister()
			ms := []mast{{pci: 86, rxHz: 1859.958e6, ppm: 22.5, at: 0.001, sinr: 10}}
			for i := range others {
				ms = append(ms, mast{pci: lte.PCI(87 + i), rxHz: 1859.958e6, ppm: 22.5, at: 0.0015 * float64(i+2), sinr: 5})
			}
			var all []Change
			for i := range 20 {
				all = append(all, r.Add(window(i).of(rnd, ms...)).Changes...)
				if i%5 == 4 {
					for j := range ms {
						ms[j].at += jump + 0.16
					}
				}
			}
			if n := len(r.Cells()); n != 1+others {
				t.Errorf("jump %g, %d others: %d cells", jump, others, n)
			}
			timing := 0
			for _, c := range all {
				if c.What == Timing {
					timing++
				}
			}
			if timing != 3*(1+others) {
				t.Errorf("jump %g, %d others: %d jumps told", jump, others, timing)
			}
		}
	}
}

// When another cell's timing runs on, no samples are missing: a PCI that turns up elsewhere in the frame is another radio.
func TestWitness(t *testing.T) {
	for late, want := range map[float64]int{0.003: 3, -100e-6: 3, 20e-6: 2} { // the last may be an echo of the same
		rnd, r := seeded(), testRegister()
		witness := mast{pci: 7, rxHz: 1815.3e6, at: 0.002, sinr: 10}
		m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
		for i := range 20 {
			if i == 10 {
				m.at += late
			}
			r.Add(window(i).of(rnd, witness, m))
		}
		if got := len(r.Cells()); got != want {
			t.Errorf("%g s late: %d cells, want %d", late, got, want)
		}
	}
}

// The witness must have been there all the time.
func TestWitnessTooLate(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
	other := mast{pci: 7, rxHz: 1815.3e6, at: 0.002, sinr: 10}
	r.Add(window(0).of(rnd, m))
	r.Add(window(1).of(rnd, other))
	m.at += 0.004
	r.Add(window(2).of(rnd, other, m))
	if got := len(r.Cells()); got != 2 {
		t.Errorf("%d cells", got)
	}
}

// Without a witness the benefit of the doubt ends when both are seen at once; nothing told so far is lost.
func TestSplit(t *testing.T) {
	rnd, r := seeded(), testRegister()
	a := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
	b := mast{pci: 1, rxHz: 1815.3e6, at: 0.0071, sinr: 8, ports: 2}
	var news []News
	for i, ms := range [][]mast{{a}, {b}, {a}, {b, a}, {b}} {
		news = append(news, r.Add(window(i).of(rnd, ms...)))
	}
	if got := changes(news...); got != "new t1, mib t1, timing t1, new t2" {
		t.Error(got)
	}
	if c := news[3].Changes[0]; c.From != "t1" {
		t.Errorf("split from %q", c.From)
	}
	x, y := r.Cells()[0], r.Cells()[1]
	if x.Looks != 3 || y.Looks != 3 || x.MIBs != 1 || y.MIBs != 1 || x.Best.Ports != 1 || y.Best.Ports != 2 || x.MIBCRCs+y.MIBCRCs != 48 {
		t.Errorf("%+v\n%+v", x, y)
	}
}

// Timing elsewhere and offset elsewhere, a moment later on the same tuning: not the same radio. After a retune the
// synthesiser may have landed elsewhere.
func TestJumpInTimingAndOffset(t *testing.T) {
	for name, c := range map[string]struct {
		off     float64
		retuned bool
		pause   int
		want    int
	}{
		"little": {100, false, 0, 1}, "much": {1000, false, 0, 2}, "much, retuned": {1000, true, 0, 1},
		"much, after a pause": {1000, false, 20, 1}, "too much": {6000, true, 20, 2},
	} {
		rnd, r := seeded(), testRegister()
		m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
		r.Add(window(0).of(rnd, m))
		m.at, m.rxHz = m.at+0.004, m.rxHz+c.off
		l := window(1+c.pause).of(rnd, m)
		if c.retuned {
			l.Obs[0].CaptureHz += 1e6
		}
		r.Add(l)
		if got := len(r.Cells()); got != c.want {
			t.Errorf("%s: %d cells, want %d", name, got, c.want)
		}
	}
}

// After an hour without a look timing predicts nothing; PCI and carrier do.
func TestRevisit(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, ppm: 3, sinr: 10}
	var news []News
	for _, i := range []int{0, 1, 11250, 11251, 22500} {
		if i%11250 == 0 {
			m.at += 0.0033
			m.rxHz += 700
		}
		news = append(news, r.Add(window(i).of(rnd, m)))
	}
	if got := changes(news...); got != "new t1" {
		t.Error(got)
	}
}

func TestCandidates(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: -8}
	told := 0
	for i := range 20 { // 6.4 s
		n := r.Add(mute(window(i).of(rnd, m)))
		told += len(n.Candidates)
		if len(n.Changes)+len(n.Seen) > 0 {
			t.Fatal("a candidate is news of a cell")
		}
	}
	if told != 5 { // every fourth look is the first that comes a second after the last
		t.Errorf("told %d times", told)
	}
	n := r.Add(window(20).of(rnd, m))
	if changes(n) != "new t1" || len(n.Seen) != 1 || n.Seen[0].Looks != 21 || n.Seen[0].MIBFails != 160 || n.Seen[0].FirstS != 0 {
		t.Errorf("%s %+v", changes(n), n.Seen)
	}
	n = r.Add(mute(window(21).of(rnd, m)))
	if len(n.Candidates) != 0 || len(n.Seen) != 1 || n.Seen[0].LastS != window(21).EndS || n.Seen[0].Newest.MIB == nil {
		t.Errorf("a cell that misses one MIB: %+v", n)
	}
	// Another one, forgotten after a while.
	r.Add(mute(window(22).of(rnd, mast{pci: 5, rxHz: 1815.3e6})))
	r.Add(window(200).of(rnd, m))
	if len(r.candidates) != 0 || len(r.tracks[5]) != 0 || len(r.Cells()) != 1 {
		t.Errorf("%d candidates left", len(r.candidates))
	}
}

// A candidate's first MIB after a seam joins the transmitter it was before the seam.
func TestCandidateJoins(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
	r.Add(window(0).of(rnd, m))
	m.at += 0.004
	r.Add(mute(window(1).of(rnd, m)))
	n := r.Add(window(2).of(rnd, m))
	if changes(n) != "timing t1" || len(r.Cells()) != 1 || r.Cells()[0].Looks != 3 {
		t.Errorf("%s %+v", changes(n), r.Cells())
	}
}

// A contradiction is kept and told, and the content heard most is summarised.
func TestMIBContradiction(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, at: 0.0031, sinr: 10}
	var all []Change
	for i := range 9 {
		m.prb = 50
		if i%3 == 1 {
			m.prb, m.sinr = 100, 30
		}
		all = append(all, r.Add(window(i).of(rnd, m)).Changes...)
	}
	c := r.Cells()[0]
	if c.MIBs != 2 || c.Best.MIB.PRB != 50 || len(all) != 2 || all[1].What != MIB {
		t.Fatalf("%+v %+v", all, c)
	}
	if got := all[1].From + " -> " + all[1].To; got != "50 PRB, 1 ports, PHICH normal 1, normal CP -> 100 PRB, 1 ports, PHICH normal 1, normal CP" {
		t.Error(got)
	}
	for i := 9; i < 100; i++ { // hostile: a new content each time
		m.prb, m.ports = i, 1+i%4
		r.Add(window(i).of(rnd, m))
	}
	if c = r.Cells()[0]; c.MIBs > maxContents || c.Best.MIB.PRB != 50 || c.MIBCRCs != 800 {
		t.Errorf("%d contents, %d PRB", c.MIBs, c.Best.MIB.PRB)
	}
}

// Timing that jumps at every look costs no memory and loses no count.
func TestManyJumps(t *testing.T) {
	rnd, r := seeded(), testRegister()
	m := mast{pci: 1, rxHz: 1815.3e6, sinr: 10}
	for i := range 500 {
		m.at = rnd.Float64()
		r.Add(window(i).of(rnd, m))
	}
	if n := len(r.tracks[1]); n > maxTracks || len(r.Cells()) != 1 {
		t.Errorf("%d tracks, %d cells", n, len(r.Cells()))
	}
	if c := r.Cells()[0]; c.Looks != 500 || c.MIBCRCs != 4000 {
		t.Errorf("%d looks, %d CRCs", c.Looks, c.MIBCRCs)
	}
}

// Any mixture of radios on an unbroken sample count, with one that is always heard, comes out as exactly those radios,
// however thinned the rest, and no count is lost.
func TestRandomWorlds(t *testing.T) {
	for seed := range uint64(1000) {
		rnd := rand.New(rand.NewPCG(seed, 3))
		r := testRegister()
		ms := []mast{{pci: 500, rxHz: 1815.3e6, at: rnd.Float64(), ppm: 20, sinr: 20}}
		for len(ms) < 1+rnd.IntN(8) {
			m := mast{pci: lte.PCI(rnd.IntN(3)), rxHz: 1815.3e6 + float64(rnd.IntN(5))*100, at: rnd.Float64(), ppm: 20 + 0.1*rnd.NormFloat64(), sinr: 10}
			apart := func(o mast) bool {
				_, counts, _ := newClock(o.at, o.ppm*1e-6, 0).late(m.at)
				late, _, _ := newClock(o.at, o.ppm*1e-6, 0).late(m.at)
				return o.pci != m.pci || late > 200e-6+counts || late < -200e-6-counts
			}
			ok := true
			for _, o := range ms {
				ok = ok && apart(o)
			}
			if ok {
				ms = append(ms, m)
			}
		}
		heard := map[int]int{}
		for i := range 60 {
			var at []mast
			for j, m := range ms {
				if j == 0 || rnd.IntN(4) == 0 {
					at = append(at, m)
					heard[j]++
				}
			}
			rnd.Shuffle(len(at), func(i, j int) { at[i], at[j] = at[j], at[i] })
			r.Add(window(i).of(rnd, at...))
		}
		var want, got []int
		for _, n := range heard {
			want = append(want, n)
		}
		for _, c := range r.Cells() {
			got = append(got, c.Looks)
		}
		slices.Sort(want)
		slices.Sort(got)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("seed %d: looks %v, want %v", seed, got, want)
		}
	}
}
