package narrow

import (
	"cmp"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
)

// Where the window does not hold SIB1 it still holds some bits of its DCI. Control channel elements are spread over the whole
// carrier: of the 288 bits of four of them 24 to 48 fall into 12 of 100 resource blocks, 140 into 12 of 25.

const (
	maxControlBit = 8    // soft bits of the PDCCH are cut here: a burst of interference must not choose the word
	fading        = 0.75 // a look
	sureEvidence  = 3    // nepers beyond the number of hypotheses: one in 20 of them
	sureMoving    = 6    // the same for a DCI of one transmission alone, of which there are many
	leastEvidence = -8   // with which a DCI is worth a try
)

// versions is a hypothesis of a SIB1's redundancy versions.
type versions uint8

const (
	byFrame    versions = iota // 0, 2, 3, 1 by the frame number, stated by format 1A
	alwaysZero                 // stated by format 1A
	compact                    // by the frame number, format 1C
)

// place is a hypothesis of where the DCI stands: always at CCE 0, as every network seen sends it.
type place struct {
	factor, cfi, aggregation int
	versions
}

// rv is the redundancy version in a frame.
func (v versions) rv(sfn int) int {
	if v == alwaysZero {
		return 0
	}
	return redundancy(sfn / 2)
}

// control adds up the soft bits of a cell's DCI over transmissions, for each place, with the signs that redundancy version 0 would
// have: as long as an allocation stays where it is, transmissions differ in nothing else.
type control struct {
	places []place
	soft   [][]float32
}

// fade lets what was heard before count less: an allocation that stays may change all the same.
func (c *control) fade() {
	for _, soft := range c.soft {
		for i := range soft {
			soft[i] *= fading
		}
	}
}

// books are the codebooks made so far: two for each duplex mode and bandwidth met.
type books map[bookKey]*phch.Codebook

type bookKey struct {
	duplex  lte.Duplex // unknown: format 1C, which is the same in both
	prb     int
	compact bool
}

func (b books) of(l *grid.Layout, v versions) *phch.Codebook {
	k := bookKey{l.Frames.Duplex, l.PRB, v == compact}
	if k.compact {
		k.duplex = lte.DuplexUnknown
	}
	if b[k] == nil {
		if k.compact {
			b[k] = phch.NewCompactCodebook(k.prb)
		} else {
			b[k] = phch.NewCodebook(k.duplex, k.prb)
		}
	}
	return b[k]
}

// listen adds what a subframe holds of the DCI, and keeps it in h.
func (r *Reader) listen(c *cell, s *grid.Subframe, h *heard) {
	k := 0
	for _, factor := range phch.PHICHFactors(c.layout.Frames.Duplex, c.layout.Frames.TDD, s.Number) {
		p := c.phich
		p.Factor = factor
		for cfi := 1; cfi <= 3; cfi++ {
			for aggregation := 4; aggregation <= 8; aggregation *= 2 {
				for v := byFrame; v <= compact; v++ {
					if k == len(c.control.places) {
						c.control.places = append(c.control.places, place{factor, cfi, aggregation, v})
						c.control.soft = append(c.control.soft, nil)
					}
					for len(h.control) <= k {
						h.control = append(h.control, nil)
					}
					h.control[k] = r.soften(c, s, p, c.control.places[k], h.control[k])
					if len(h.control[k]) > 0 {
						sum := c.control.soft[k]
						for len(sum) < len(h.control[k]) {
							sum = append(sum, 0)
						}
						for i, x := range h.control[k] {
							sum[i] += x
						}
						c.control.soft[k] = sum
					}
					k++
				}
			}
		}
	}
	for i := range h.control[k:] {
		h.control[k+i] = h.control[k+i][:0] // of another cell
	}
}

// soften writes a place's soft bits in one subframe to soft; none where it cannot be there.
func (r *Reader) soften(c *cell, s *grid.Subframe, p phch.PHICH, at place, soft []float32) []float32 {
	book := r.books.of(&c.layout, at.versions)
	clear(soft)
	soft, ok := r.pdcch.Soft(book, soft, s, p, at.cfi, at.aggregation)
	if !ok {
		return soft[:0]
	}
	if at.versions != compact {
		book.Turn(soft, at.rv(s.SFN))
	}
	for i, x := range soft {
		soft[i] = max(-maxControlBit, min(maxControlBit, x))
	}
	return soft
}

// candidate is an allocation that a DCI announces, with its evidence beyond that of noise.
type candidate struct {
	allocation
	at place
	by float64 // nepers more than the logarithm of the number of hypotheses
}

const (
	maxCandidates = 4
	maxBooks      = 64 // of all transmissions together
	booksEach     = 6  // for each transmission of a look, by itself
)

// narrowed leaves those places out of a transmission's soft bits that cannot be, once a DCI of the cell was found: factor and
// aggregation do not change.
func (c *cell) narrowed(soft [][]float32) [][]float32 {
	if len(c.moves) == 0 {
		return soft
	}
	for k := range soft[:min(len(soft), len(c.control.places))] {
		if p := c.control.places[k]; p.factor != c.movedAt.factor || p.aggregation != c.movedAt.aggregation {
			soft[k] = soft[k][:0]
		}
	}
	return soft
}

// announced lists the likeliest allocations that the DCI announces by soft bits for each place, those with at least so much
// evidence, the likeliest first; valid until the next call. budget is how many times the long book of format 1A may be gone through.
func (r *Reader) announced(c *cell, soft [][]float32, least float64, budget *int) []candidate {
	out := r.likely[:0]
	for k, x := range soft {
		if len(x) == 0 || k >= len(c.control.places) {
			continue
		}
		p := c.control.places[k]
		book := r.books.of(&c.layout, p.versions)
		chance := math.Log(float64(book.Words * len(soft)))
		if *budget <= 0 || book.Most(x)-chance < least {
			continue
		}
		if p.versions != compact {
			*budget--
		}
		g, evidence := book.Best(x, true)
		if evidence-chance >= least {
			out = append(out, candidate{allocated(g, p, c.layout.PRB), p, evidence - chance})
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.by, a.by) })
	r.likely = out
	return out[:min(len(out), maxCandidates)]
}

// allocated is what a grant allocates.
func allocated(g phch.Grant, at place, prb int) allocation {
	a := allocation{symbols: controlSymbols(at.cfi, prb), first: g.Start, length: g.Length, size: g.TBS}
	switch {
	case g.Gap2:
		a.spread = twoGap
	case g.Distributed:
		a.spread = oneGap
	}
	return a
}

// controlSymbols is the length of a control region, TS 36.212 §5.3.4.
func controlSymbols(cfi, prb int) int {
	if prb <= 10 {
		return cfi + 1
	}
	return cfi
}
