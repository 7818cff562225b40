package enb

import (
	"fmt"
	"slices"
)

// vrbs are the virtual resource blocks of the distributed kind.
type vrbs struct {
	n    int // how many there are
	unit int // interleaved among themselves
	gap  int // between the two halves of a unit, resource blocks
}

// vrbs states them for the first or the second gap, TS 36.211 §6.2.3.2 and Table 6.2.3.2-1.
func (c Cell) vrbs(gap2 bool) vrbs {
	var gap int
	switch n := c.PRB; {
	case n <= 10:
		gap = (n + 1) / 2
	case n <= 19:
		gap = 8
	case n <= 26:
		gap = 12
	case n <= 63:
		gap = 27
		if gap2 {
			gap = 9
		}
	case n <= 79:
		gap = 32
		if gap2 {
			gap = 16
		}
	default:
		gap = 48
		if gap2 {
			gap = 16
		}
	}
	if gap2 {
		return vrbs{n: c.PRB / (2 * gap) * 2 * gap, unit: 2 * gap, gap: gap}
	}
	n := 2 * min(gap, c.PRB-gap)
	return vrbs{n: n, unit: n, gap: gap}
}

// vrbStep is what allocations of format 1C are multiples of, TS 36.213 Table 7.1.6.3-1.
func (c Cell) vrbStep() int {
	if c.PRB < 50 {
		return 2
	}
	return 4
}

// rbgSize is P of TS 36.213 Table 7.1.6.1-1.
func (c Cell) rbgSize() int {
	switch n := c.PRB; {
	case n <= 10:
		return 1
	case n <= 26:
		return 2
	case n <= 63:
		return 3
	}
	return 4
}

// blocksOf is how many resource blocks an allocation like d can have, in steps of how many.
func (c Cell) blocksOf(d DCI) (n, step int) {
	n, step = c.PRB, 1
	if d.Distributed {
		n = c.vrbs(d.Gap2).n
	}
	if d.Format == Format1C {
		step = c.vrbStep()
		n = n / step * step
	}
	return n, step
}

// check says why a cell cannot send this allocation.
func (d DCI) check(c Cell) error {
	if d.Distributed && d.Gap2 && c.PRB < 50 {
		return fmt.Errorf("a second gap with %d resource blocks: there is one from 50 on", c.PRB)
	}
	n, step := c.blocksOf(d)
	if d.First < 0 || d.N < 1 || d.First+d.N > n {
		return fmt.Errorf("%d resource blocks from %d: there are %d", d.N, d.First, n)
	}
	if d.First%step != 0 || d.N%step != 0 {
		return fmt.Errorf("%d resource blocks from %d: format 1C knows multiples of %d", d.N, d.First, step)
	}
	return nil
}

// prbs lists the physical resource blocks of an allocation by slot, lowest first.
func (d DCI) prbs(c Cell) (slots [2][]int) {
	for v := d.First; v < d.First+d.N; v++ {
		even, odd := v, v
		if d.Distributed {
			even, odd = c.vrbs(d.Gap2).place(v, c.rbgSize())
		}
		slots[0], slots[1] = append(slots[0], even), append(slots[1], odd)
	}
	slices.Sort(slots[0])
	slices.Sort(slots[1])
	return slots
}

// place tells where virtual resource block v stands in even and odd slots: an interleaver of four columns is written along
// its rows and read down its columns, with nulls at the ends of the second and the fourth. TS 36.211 §6.2.3.2.
func (b vrbs) place(v, rbg int) (even, odd int) {
	rows := (b.unit + 4*rbg - 1) / (4 * rbg) * rbg
	full := rows - (4*rows-b.unit)/2 // rows without a null
	base, i := v/b.unit*b.unit, v%b.unit
	row, column := i/4, i%4
	if i >= 4*full {
		i -= 4 * full
		row, column = full+i/2, 2*(i%2)
	}
	even = [4]int{0, rows, rows + full, 2*rows + full}[column] + row
	odd = (even + b.unit/2) % b.unit
	spread := func(i int) int {
		if i >= b.unit/2 {
			i += b.gap - b.unit/2
		}
		return i + base
	}
	return spread(even), spread(odd)
}
