package narrow

import (
	"math"

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
)

// place is a hypothesis of where the DCI stands: always at CCE 0, as every network seen sends it.
type place struct {
	factor, cfi, aggregation int
	still                    bool // redundancy version always 0; else by the frame number
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

// books are the codebooks made so far: one for each duplex mode and bandwidth met.
type books map[bookKey]*phch.Codebook

type bookKey struct {
	duplex lte.Duplex
	prb    int
}

func (b books) of(d lte.Duplex, prb int) *phch.Codebook {
	k := bookKey{d, prb}
	if b[k] == nil {
		b[k] = phch.NewCodebook(d, prb)
	}
	return b[k]
}

// listen adds what a subframe holds of the DCI.
func (r *Reader) listen(c *cell, s *grid.Subframe) {
	book := r.books.of(c.layout.Frames.Duplex, c.layout.PRB)
	k := 0
	for _, factor := range phch.PHICHFactors(c.layout.Frames.Duplex, c.layout.Frames.TDD, s.Number) {
		p := c.phich
		p.Factor = factor
		for cfi := 1; cfi <= 3; cfi++ {
			for aggregation := 4; aggregation <= 8; aggregation *= 2 {
				clear(r.control)
				soft, ok := r.pdcch.Soft(book, r.control, s, p, cfi, aggregation)
				r.control = soft
				for model := range 2 {
					if k == len(c.control.places) {
						c.control.places = append(c.control.places, place{factor, cfi, aggregation, model == 1})
						c.control.soft = append(c.control.soft, nil)
					}
					if ok {
						book.Turn(soft, redundancy(s.SFN/2)) // and back again
						sum := c.control.soft[k]
						for len(sum) < len(soft) {
							sum = append(sum, 0)
						}
						for i, v := range soft {
							sum[i] += max(-maxControlBit, min(maxControlBit, v))
						}
						c.control.soft[k] = sum
					}
					k++
				}
			}
		}
	}
}

// announced is the allocation that the DCI announces, if what was heard of it suffices.
func (r *Reader) announced(c *cell) (a allocation, at place, ok bool) {
	book := r.books.of(c.layout.Frames.Duplex, c.layout.PRB)
	best := math.Inf(-1)
	for k, soft := range c.control.soft {
		if len(soft) == 0 {
			continue
		}
		g, evidence := book.Best(soft)
		if evidence > best {
			best, at = evidence, c.control.places[k]
			symbols := at.cfi
			if c.layout.PRB <= 10 {
				symbols++
			}
			a = allocation{symbols, g.Start, g.Length, g.TBS}
		}
	}
	return a, at, best > math.Log(float64(book.Words*max(1, len(c.control.soft))))+sureEvidence
}
