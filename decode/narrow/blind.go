package narrow

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/phch"
)

// allocation is a hypothesis of where and how SIB1 is sent: a control region of symbols symbols, length resource blocks from
// first on, virtual ones if it is spread, a transport block of size bits.
type allocation struct {
	symbols, first, length, size int
	spread                       spread
}

// spread tells resource blocks of localised type from those distributed with the first or the second gap.
type spread uint8

const (
	together spread = iota
	oneGap
	twoGap
)

// grant is the allocation in the terms of a DCI.
func (a allocation) grant() phch.Grant {
	return phch.Grant{Start: a.first, Length: a.length, Distributed: a.spread != together, Gap2: a.spread == twoGap}
}

const (
	minSize   = 56   // bits of the smallest block looked for, a message with one short SIB; a SIB1 has 96 and more
	maxSize   = 1000 // and of the largest
	maxLength = 10   // resource blocks of the longest allocation looked for
	overlap   = 40   // bits sent twice below which repetition tells nothing
	soft      = 6    // soft bits are cut here: one strong bit must not outweigh many
	// sureZ is how many standard deviations the repetition of a circular buffer must stand out. Noise reaches it in
	// one of 700 subframes, with 5,000 hypotheses each.
	sureZ = 5
	// longest is the bits of the longest allocation that a DCI may announce.
	longest = 2 * 12 * 14 * 25
)

// blind looks for SIB1's PDSCH without its DCI: a transport block sent with few information bits goes round its circular buffer
// more than once, so a descrambled allocation correlates with itself at the buffer's length, TS 36.212 §5.1.4.1.2, whatever
// the redundancy version. Only the right control region, first resource block and length descramble it.
type blind struct {
	sizes, lags []int
	bits        []float32
	cut         []float32
	gold        []uint8
	signs       []float32
	key         int
	z           []float32 // of each hypothesis, in the order of the scan
}

func newBlind() *blind {
	b := &blind{key: -1}
	for _, n := range phch.Sizes(minSize, maxSize) {
		if l := fec.Lag(n); l > 0 {
			b.sizes, b.lags = append(b.sizes, n), append(b.lags, l)
		}
	}
	return b
}

// descramble prepares for a cell's subframe: SI-RNTI, code word 0, TS 36.211 §6.3.1.
func (b *blind) descramble(pci, subframe int) {
	key := pci*10 + subframe
	if b.key == key {
		return
	}
	b.key = key
	b.gold = slices.Grow(b.gold[:0], longest)[:longest]
	fec.GoldTo(b.gold, phch.SIRNTI<<14+uint32(subframe)<<9+uint32(pci))
	b.signs = b.signs[:0]
	for _, v := range b.gold {
		b.signs = append(b.signs, 1-2*float32(v))
	}
}

// collect returns the descrambled bits of an allocation within the window; valid until the next call.
func (b *blind) collect(w *phch.Window, symbols, first, length int) []float32 {
	b.bits = w.Append(b.bits[:0], first, length, symbols)
	return b.descrambled()
}

func (b *blind) descrambled() []float32 {
	b.bits = b.bits[:min(len(b.bits), len(b.signs))]
	for i, s := range b.signs[:len(b.bits)] {
		b.bits[i] *= s
	}
	return b.bits
}

// collect is the same for any allocation, with zeros for what is not in the window.
func (r *Reader) collect(h *heard, a allocation) []float32 {
	b, w := r.blind, &h.w
	if a.spread == together && a.first >= w.First && a.first+a.length <= w.First+w.Count {
		return b.collect(w, a.symbols, a.first, a.length)
	}
	g := a.grant()
	b.bits = w.Grant(b.bits[:0], &g, a.symbols)
	return b.descrambled()
}

// seen tells whether enough of an allocation is in view to be worth a try.
func (a allocation) seen(r *Reader, v view) bool {
	in := a.inView(r, v.lo, v.hi)
	if a.spread != together {
		return in >= 2
	}
	return in >= 4 && 3*in >= a.length
}

// inView counts an allocation's resource blocks from lo to hi-1, those of both slots.
func (a allocation) inView(r *Reader, lo, hi int) (in int) {
	if a.spread == together {
		return 2 * max(0, min(a.first+a.length, hi)-max(a.first, lo))
	}
	g := a.grant()
	g.Allocation(&r.set, r.carrier.PRB)
	for _, set := range r.set {
		for _, mine := range set[lo:hi] {
			if mine {
				in++
			}
		}
	}
	return in
}

// found is a hypothesis with its evidence.
type found struct {
	allocation
	z  float64
	rv int // where the evidence tells
}

// scan fills b.z for every hypothesis and returns the best two that differ in more than size.
func (b *blind) scan(w *phch.Window, v view, lengths [3]int) (best [2]found) {
	b.z = b.z[:0]
	b.each(w, v, lengths, func(symbols, first, length int) {
		x, power := b.soft(b.collect(w, symbols, first, length))
		top := found{}
		for i, lag := range b.lags {
			pairs := len(x) - lag
			if pairs < overlap {
				break
			}
			z := float32(0)
			if power > 0 {
				// The product of two independent soft bits has the product of their powers for a variance.
				z = dsp.Dot(x[:pairs], x[lag:]) / (power / float32(len(x)) * float32(math.Sqrt(float64(pairs))))
			}
			if z > 1.5 {
				z = exact(x, lag)
			}
			b.z = append(b.z, z)
			if float64(z) > top.z {
				top = found{allocation{symbols: symbols, first: first, length: length, size: b.sizes[i]}, float64(z), anyRV}
			}
		}
		if top.z > best[0].z {
			best[1], best[0] = best[0], top
		} else if top.z > best[1].z {
			best[1] = top
		}
	})
	return best
}

// soft cuts strong bits, and gives the power of all.
func (b *blind) soft(x []float32) (cut []float32, power float32) {
	b.cut = slices.Grow(b.cut[:0], len(x))[:len(x)]
	dsp.Clamp(b.cut, x, soft)
	return b.cut, dsp.Dot(b.cut, b.cut)
}

// repeats is by how many standard deviations bits repeat as those of a block of size bits would.
func (b *blind) repeats(x []float32, size int) float32 {
	lag := fec.Lag(size)
	if lag == 0 || len(x)-lag < overlap {
		return 0
	}
	cut, _ := b.soft(x)
	return exact(cut, lag)
}

// at is the i-th hypothesis of a scan.
func (b *blind) at(w *phch.Window, v view, lengths [3]int, i int) (a allocation) {
	b.each(w, v, lengths, func(symbols, first, length int) {
		n := w.Size(first, length, symbols)
		for k, lag := range b.lags {
			if n-lag < overlap {
				break
			}
			if i == 0 {
				a = allocation{symbols: symbols, first: first, length: length, size: b.sizes[k]}
			}
			i--
		}
	})
	return a
}

// each calls f for every allocation that has at least half of its resource blocks in view, in one order.
func (b *blind) each(w *phch.Window, v view, lengths [3]int, f func(symbols, first, length int)) {
	for _, symbols := range lengths {
		if symbols == 0 {
			continue
		}
		for length := 2; length <= maxLength; length++ {
			for first := w.First; first+length <= w.First+w.Count; first++ {
				if seen := min(first+length, v.hi) - max(first, v.lo); seen >= 2 && 2*seen >= length {
					f(symbols, first, length)
				}
			}
		}
	}
}

// exact weighs each product with its own size instead of the mean: soft bits are not equally strong.
func exact(x []float32, lag int) float32 {
	var sum, power float32
	for i, v := range x[:len(x)-lag] {
		p := v * x[lag+i]
		sum += p
		power += p * p
	}
	if power == 0 {
		return 0
	}
	return sum / float32(math.Sqrt(float64(power)))
}
