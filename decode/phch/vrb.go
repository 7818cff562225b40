package phch

import "slices"

// distribution is how virtual resource blocks of distributed type spread over a carrier, TS 36.211 §6.2.3.2.
type distribution struct {
	gap    int // N_gap
	blocks int // N_VRB: how many there are
	unit   int // Ñ_VRB: how many are interleaved together
	rows   int // N_row
	null   int // N_null
}

// gaps is TS 36.211 Table 6.2.3.2-1 for the bandwidths there are.
func gaps(prb int) (first, second int) {
	switch {
	case prb <= 10:
		return (prb + 1) / 2, 0
	case prb == 11:
		return 4, 0
	case prb <= 19:
		return 8, 0
	case prb <= 26:
		return 12, 0
	case prb <= 44:
		return 18, 0
	case prb <= 49:
		return 27, 0
	case prb <= 63:
		return 27, 9
	case prb <= 79:
		return 32, 16
	}
	return 48, 16
}

// groupSize is P, the size of a resource block group, TS 36.213 Table 7.1.6.1-1.
func groupSize(prb int) int {
	switch {
	case prb <= 10:
		return 1
	case prb <= 26:
		return 2
	case prb <= 63:
		return 3
	}
	return 4
}

func distributed(prb int, gap2 bool) distribution {
	first, second := gaps(prb)
	d := distribution{gap: first}
	if gap2 && second > 0 {
		d.gap = second
		d.unit = 2 * second
		d.blocks = prb / d.unit * d.unit
	} else {
		d.blocks = 2 * min(first, prb-first)
		d.unit = d.blocks
	}
	p := groupSize(prb)
	d.rows = (d.unit + 4*p - 1) / (4 * p) * p
	d.null = 4*d.rows - d.unit
	return d
}

// block is the physical resource block of virtual one v in slot 0 or 1 of a subframe.
func (d distribution) block(v, slot int) int {
	base, in := v/d.unit*d.unit, v%d.unit
	var at int
	switch {
	case d.null != 0 && in >= d.unit-d.null && in%2 == 1:
		at = 2*d.rows + in/2 - d.rows
	case d.null != 0 && in >= d.unit-d.null:
		at = in/2 - d.rows + d.null/2
	case d.null != 0 && in%4 >= 2:
		at = d.rows*(in%4) + in/4 - d.null/2
	default:
		at = d.rows*(in%4) + in/4
	}
	if slot == 1 {
		at = (at + d.unit/2) % d.unit
	}
	if at >= d.unit/2 {
		at += d.gap - d.unit/2
	}
	return at + base
}

// Allocation marks, in two sets of resource blocks, those a grant has in each slot.
func (g *Grant) Allocation(set *[2][]bool, prb int) {
	for s := range set {
		if cap(set[s]) < prb {
			set[s] = make([]bool, prb)
		}
		set[s] = set[s][:prb]
		clear(set[s])
		d := distributed(prb, g.Gap2)
		for v := g.Start; v < g.Start+g.Length; v++ {
			p := v
			if g.Distributed {
				p = d.block(v, s)
			}
			if p < prb {
				set[s][p] = true
			}
		}
	}
}

// First is the lowest physical resource block of a grant's first slot.
func (g *Grant) First(prb int) int {
	var set [2][]bool
	g.Allocation(&set, prb)
	return max(0, slices.Index(set[0], true))
}
