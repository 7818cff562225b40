package cell

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/straycell/straycell/decode/lte"
)

// radioWorld is a made-up one: masts, and what each calls itself in turn.
type radioWorld struct {
	masts []mast
	says  [][]lte.ECI // of each mast, one after the other; none: its SIB1 is never read
	looks int
	seed  uint64
}

var kt = lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}

// Two carriers in the middles of two tunings.
var carriers = []float64{1815.3e6, 1840.0e6}

func drawWorld(t *rapid.T) radioWorld {
	w := radioWorld{looks: rapid.IntRange(16, 40).Draw(t, "looks"), seed: rapid.Uint64().Draw(t, "seed")}
	rnd := rand.New(rand.NewPCG(w.seed, 1))
	n := rapid.IntRange(1, 9).Draw(t, "masts")
	for i := range n {
		m := mast{pci: lte.PCI(rapid.IntRange(0, 2).Draw(t, "pci")), rxHz: carriers[rapid.IntRange(0, 1).Draw(t, "carrier")],
			ppm: 20 + 0.1*rnd.NormFloat64(), sinr: 5 + 10*rnd.Float64(), prb: 50}
		// Frames far enough apart that radios of one PCI are two; those nearer than any clock tells apart are another test.
		m.at = (float64(i) + 0.3*rnd.Float64()) * frameS / float64(n)
		var says []lte.ECI
		for range rapid.IntRange(0, 3).Draw(t, "identities") {
			if e := lte.ECI(rapid.IntRange(1, 4).Draw(t, "eci")); !slices.Contains(says, e) {
				says = append(says, e)
			}
		}
		w.masts, w.says = append(w.masts, m), append(w.says, says)
	}
	// One radio that is always heard bears witness that no samples are missing.
	for k, hz := range carriers {
		w.masts = append(w.masts, mast{pci: lte.PCI(500 + k), rxHz: hz, ppm: 20, at: 0.00017 * float64(k+1), sinr: 20, prb: 50})
		w.says = append(w.says, []lte.ECI{lte.ECI(100 + k)})
	}
	return w
}

// stream is the looks of the world: each tuning in turn, and in each every mast on its carrier.
func (w radioWorld) stream() []Look {
	rnd := rand.New(rand.NewPCG(w.seed, 2))
	var out []Look
	for i := range w.looks {
		l := window(i)
		for m, x := range w.masts {
			if x.rxHz != carriers[i%2] {
				continue
			}
			o := x.see(l, rnd)
			o.CaptureHz = x.rxHz
			if says := w.says[m]; len(says) > 0 {
				e := says[min(len(says)-1, i*len(says)/w.looks)]
				o.SIB1 = &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: kt}}, ECI: e, TAC: 7, QRxLevMinDBm: -120}
				o.SIB1Octets, o.SIB1CRCs = fmt.Append(nil, e), 4
			}
			l.Obs = append(l.Obs, o)
		}
		out = append(out, l)
	}
	return out
}

func sorted(es []lte.ECI) []lte.ECI {
	es = slices.Clone(es)
	slices.Sort(es)
	return es
}

// summary is what the register came to, without the numbers of its transmitters.
func summary(r *Register) (cells, contradictions string) {
	says := map[string][]lte.ECI{}
	at := map[string]string{}
	for _, c := range r.Cells() {
		at[c.Transmitter] = fmt.Sprint(c.PCI, " ", carriers[slices.IndexFunc(carriers, func(hz float64) bool { return hz-5e6 < c.FreqHz && c.FreqHz < hz+5e6 })])
		if c.Identity != nil {
			says[c.Transmitter] = append(says[c.Transmitter], c.Identity.SIB1.ECI)
		}
	}
	var out []string
	for t, where := range at {
		pci, hz, _ := strings.Cut(where, " ")
		out = append(out, fmt.Sprint(pci, " ", hz, " ", sorted(says[t])))
	}
	slices.Sort(out)
	var cs []string
	for _, x := range r.Contradictions() {
		of := x.Of
		if x.Kind == TransmitterShared {
			of = at[x.Of]
		}
		cs = append(cs, fmt.Sprint(x.Kind, " ", of, " ", len(x.Transmitters), " ", x.Identities))
	}
	slices.Sort(cs)
	return strings.Join(out, "; "), strings.Join(cs, "; ")
}

// contradictions that the world holds, counted apart from the register.
func (w radioWorld) contradictions() string {
	type key struct {
		pci lte.PCI
		hz  float64
	}
	carrier, who := map[key][]lte.ECI{}, map[lte.ECI]int{}
	radios := map[key]int{}
	var cs []string
	names := func(es []lte.ECI) (out []string) {
		for _, e := range slices.Compact(sorted(es)) {
			out = append(out, fmt.Sprint(kt, " ", e))
		}
		slices.Sort(out)
		return out
	}
	for m, x := range w.masts {
		k := key{x.pci, x.rxHz}
		if len(w.says[m]) > 0 {
			radios[k]++
		}
		carrier[k] = append(carrier[k], w.says[m]...)
		for _, e := range w.says[m] {
			who[e]++
		}
		if len(w.says[m]) > 1 {
			cs = append(cs, fmt.Sprint(TransmitterShared, " ", x.pci, " ", x.rxHz, " ", 1, " ", names(w.says[m])))
		}
	}
	for k, es := range carrier {
		if len(names(es)) > 1 {
			cs = append(cs, fmt.Sprint(CarrierShared, fmt.Sprintf(" pci %d on %.1f MHz ", k.pci, k.hz/1e6), radios[k], " ", names(es)))
		}
	}
	for e, n := range who {
		if n > 1 {
			cs = append(cs, fmt.Sprint(IdentityShared, " ", kt, " ", e, " ", n, " ", names([]lte.ECI{e})))
		}
	}
	slices.Sort(cs)
	return strings.Join(cs, "; ")
}

func replayed(looks []Look) *Register {
	r := NewRegister(Config{PPM: 0, PPMRange: 0.1})
	for _, l := range looks {
		r.Add(l)
	}
	return r
}

// shuffled puts the observations of each look into another order, and looks of two tunings within a second too.
func shuffled(looks []Look, rnd *rand.Rand) []Look {
	out := slices.Clone(looks)
	for i := range out {
		out[i].Obs = slices.Clone(out[i].Obs)
		rnd.Shuffle(len(out[i].Obs), func(a, b int) { o := out[i].Obs; o[a], o[b] = o[b], o[a] })
	}
	for i := 0; i+1 < len(out); i += 2 {
		if rnd.IntN(2) == 0 {
			out[i], out[i+1] = out[i+1], out[i]
		}
	}
	return out
}

// thinned takes a third of the observations away, but of each radio under each name at least two stay.
func (w radioWorld) thinned(looks []Look, rnd *rand.Rand) []Look {
	left := map[string]int{}
	key := func(o *lte.Observation) string {
		e := lte.ECI(0)
		if o.SIB1 != nil {
			e = o.SIB1.ECI
		}
		return fmt.Sprint(o.PCI, o.FreqHz, o.Signal.SINRdB, e)
	}
	for _, l := range looks {
		for i := range l.Obs {
			left[key(&l.Obs[i])]++
		}
	}
	out := slices.Clone(looks)
	for i := range out {
		out[i].Obs = slices.DeleteFunc(slices.Clone(out[i].Obs), func(o lte.Observation) bool {
			k := key(&o)
			if o.PCI >= 500 || left[k] <= 2 || rnd.IntN(3) > 0 {
				return false
			}
			left[k]--
			return true
		})
	}
	return out
}

// The register comes to the same cells, transmitters and contradictions in whatever order a second's observations come, and
// with a third of them missing; and it loses no contradiction.
func TestOrderAndThinning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		looks := w.stream()
		rnd := rand.New(rand.NewPCG(w.seed, 3))
		cells, contradictions := summary(replayed(looks))
		for name, other := range map[string][]Look{"shuffled": shuffled(looks, rnd), "thinned": w.thinned(looks, rnd), "both": shuffled(w.thinned(looks, rnd), rnd)} {
			a, b := summary(replayed(other))
			if a != cells || b != contradictions {
				t.Fatalf("%s:\n%s\n%s\nwant\n%s\n%s", name, a, b, cells, contradictions)
			}
		}
		if contradictions != w.contradictions() {
			t.Fatalf("contradictions\n%s\nwant\n%s", contradictions, w.contradictions())
		}
	})
}
