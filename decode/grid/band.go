package grid

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/dsp"
)

// A band filter estimates the twelve subcarriers of one resource block from the reference elements of up to bandBlocks
// blocks round it: four positions a block, every third subcarrier. It is wiener over a sliding window, so its cost grows with
// the bandwidth, not with its square.
const (
	bandBlocks    = 7
	bandPositions = 4 * bandBlocks
	bandWidth     = 16
)

type bandFilter struct {
	w    [bandPositions * bandWidth]float32 // by position, the weights of each subcarrier and four of none
	self float32                            // mean weight of a reference element in the estimate of its own place
}

// bandKey tells filters apart: the first position, the block's place in a window of blocks blocks, where in the window the
// carrier lies (subcarriers from its beginning; 0: outside), the model, and which positions there are.
type bandKey struct {
	first, blocks, at, carrier int
	spanNS, levelDB            int
	even, odd                  bool
}

func (c *Carrier) bandFilter(k bandKey) *bandFilter {
	f := c.filters[k]
	if f == nil {
		f = k.solve(&c.equations)
		c.filters[k] = f
	}
	return f
}

// level rounds a power of averaged reference elements over noise to the steps that filters are made for.
func level(x float64) int {
	const stepDB = 3
	return max(-15, min(36, stepDB*int(math.Round(10*math.Log10(max(x, 1e-3))/stepDB))))
}

func (k bandKey) solve(e *equations) *bandFilter {
	corr := e.correlations(k.spanNS)
	place := func(sc int) int {
		if k.carrier > 0 && sc >= k.carrier {
			sc++
		}
		return sc
	}
	var pos []int
	for q := range 4 * k.blocks {
		if q%2 == 0 && k.even || q%2 == 1 && k.odd {
			pos = append(pos, q)
		}
	}
	load := math.Pow(10, -float64(k.levelDB)/10)
	a, b := e.sized(len(pos), 12)
	for i := range a {
		for j := range a[i] {
			a[i][j] = corr.at(place(k.first+3*pos[i]) - place(k.first+3*pos[j]))
		}
		a[i][i] += load
		for sc := range 12 {
			b[i][sc] = corr.at(place(12*k.at+sc) - place(k.first+3*pos[i]))
		}
	}
	e.solve()
	f := &bandFilter{}
	n := 0
	for sc := range 12 {
		for i, q := range pos {
			f.w[q*bandWidth+sc] = float32(b[i][sc])
			if k.first+3*q == 12*k.at+sc {
				f.self += float32(b[i][sc])
				n++
			}
		}
	}
	if n > 0 {
		f.self /= float32(n)
	}
	return f
}

// Estimate writes the channel of a port over the whole width, for the middle of slots first to last, and returns by how much
// an element's own noise shows in the estimate of its place. own: these slots' own reference elements are certainly there.
// ok is false when there are none in reach; resource blocks out of view are zero.
func (c *Carrier) Estimate(dst []complex64, port, first, last int, m Smoothing, own bool) (self float32, ok bool) {
	return c.estimate(dst, port, first, last, m, own, -1, 1)
}

// estimate leaves out slot without, and resource blocks other than every step-th.
func (c *Carrier) estimate(dst []complex64, port, first, last int, m Smoothing, own bool, without, step int) (self float32, ok bool) {
	n := c.gather(port, first, last, m.Slots, own, without)
	if n[0]+n[1] == 0 {
		return 0, false
	}
	return c.spread(dst, n, m.SpanUS, step), true
}

// gather fills c.means with a port's reference elements round slots first to last, averaged, and returns how many each is of: those of
// even and of odd positions.
func (c *Carrier) gather(port, first, last, reach int, own bool, without int) (n [2]int) {
	w := 2 * c.PRB
	c.sums, c.means = slices.Grow(c.sums[:0], 2*w)[:2*w], slices.Grow(c.means[:0], 2*w)[:2*w]
	sums := [2][]complex64{c.sums[:w], c.sums[w:]}
	clear(c.sums)
	for s := max(0, first-reach); s <= min(2*c.Subframes-1, last+reach); s++ {
		for kind := range 3 {
			v, odd, ok := c.pilot(port, s, kind)
			if !ok || s == without || !c.trusted(s, kind) && !(own && s >= first && s <= last) {
				continue
			}
			dsp.Accumulate(sums[odd], v)
			n[odd]++
		}
	}
	for odd, sum := range sums {
		scale := complex(1/float32(max(n[odd], 1)), 0)
		for i, v := range sum {
			c.means[2*i+odd] = v * scale
		}
	}
	return n
}

// spread writes the channel that c.means, of n elements each, make likely to dst.
func (c *Carrier) spread(dst []complex64, n [2]int, spanUS float64, step int) (self float32) {
	mean := float64(n[0]+n[1]) / 2
	blocks := min(bandBlocks, c.view[1]-c.view[0])
	k := bandKey{first: int(c.PCI) % 3, blocks: blocks, spanNS: int(spanUS * 1e3), levelDB: level(c.SNR * mean), even: n[0] > 0, odd: n[1] > 0}
	var last bandKey
	var f *bandFilter
	var h [bandWidth]complex64
	for p := 0; p < c.PRB; p += step {
		out := dst[12*p : 12*p+12]
		if !c.visible[p] {
			clear(out)
			continue
		}
		begin := max(c.view[0], min(p-blocks/2, c.view[1]-blocks))
		k.at = p - begin
		k.carrier = 6*c.PRB - 12*begin
		if k.carrier < 0 || k.carrier >= 12*blocks {
			k.carrier = 0
		}
		if f == nil || k != last {
			f, last = c.bandFilter(k), k
		}
		dsp.Weigh(h[:], c.means[4*begin:4*begin+4*blocks], f.w[:])
		copy(out, h[:])
		self = f.self
	}
	return self / float32(mean)
}

// models are the channel estimates tried: from still to fast, from flat to dispersive. A still channel gains from 20 ms;
// beyond a few microseconds a channel leaves the cyclic prefix.
var models = [...]Smoothing{
	{20, 0.6}, {20, 2}, {20, 5},
	{6, 0.6}, {6, 2}, {6, 5},
	{2, 0.6}, {2, 2}, {2, 5},
	{1, 0.6}, {1, 2}, {1, 5},
}

// choose picks the model that predicts a slot's reference elements best from the other slots'.
func (c *Carrier) choose() Smoothing {
	const samples = 16
	h := c.sub.scratch(c.Width())
	step := max(1, c.PRB/25)
	var miss [len(models)]float64
	for i := range samples {
		slot := i * (2*c.Subframes - 1) / (samples - 1)
		var n [2]int
		for j, m := range models {
			if j == 0 || models[j-1].Slots != m.Slots {
				n = c.gather(0, slot, slot, m.Slots, false, slot)
			}
			if n[0]+n[1] > 0 {
				c.spread(h, n, m.SpanUS, step)
			} else {
				clear(h)
			}
			miss[j] += c.miss(h, slot, step)
		}
	}
	best := 0
	for j, e := range miss {
		if e < miss[best] {
			best = j
		}
	}
	return models[best]
}

// miss is the power by which a channel misses a slot's reference elements, every step-th resource block's.
func (c *Carrier) miss(h []complex64, slot, step int) (e float64) {
	for kind := 0; kind < 3; kind += 2 {
		v, odd, ok := c.pilot(0, slot, kind)
		if !ok || !c.trusted(slot, kind) {
			continue
		}
		first := int(c.PCI)%3 + 3*odd
		for p := 0; p < c.PRB; p += step {
			for i := 2 * p; i < 2*p+2; i++ {
				e += float64(power(v[i] - h[first+6*i]))
			}
		}
	}
	return e
}
