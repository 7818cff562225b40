package enb

import (
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// subframe is what is known about a subframe before anything is mapped.
type subframe struct {
	n      int64 // counted from the start of system frame 0, without end
	sfn    int
	sf     int // 0 to 9
	mbsfn  bool
	cfi    int
	region *controlRegion // nil: not of the downlink
}

// isMBSFN tells whether subframe sf of system frame sfn is set aside for multicast.
func (c Cell) isMBSFN(sfn, sf int) bool {
	return c.MBSFN.Subframes[sf] && sfn%c.MBSFN.Period == c.MBSFN.Offset
}

// shortControl tells the subframes that have two control symbols at most: those of TDD with the PSS, and MBSFN; TS 36.211
// Table 6.7-1.
func (c Cell) shortControl(sf int, mbsfn bool) bool { return mbsfn || c.Duplex == lte.TDD && sf%5 == 1 }

// maxCFI is the largest control format indicator of a subframe, TS 36.211 Table 6.7-1: it states symbols, of which narrow
// carriers have one more than the indicator says.
func (c Cell) maxCFI(sf int, mbsfn bool) int {
	switch {
	case !c.shortControl(sf, mbsfn):
		return 3
	case c.PRB <= 10:
		return 1
	}
	return 2
}

// controlSymbols is the length of the control region, TS 36.212 §5.3.4.
func (c Cell) controlSymbols(cfi int) int {
	if c.PRB <= 10 {
		return cfi + 1
	}
	return cfi
}

// controlRegion lists the resource-element groups of the control channels, TS 36.211 §6.7 to §6.9.
type controlRegion struct {
	symbols int
	pcfich  [4]REG
	phich   [][3]REG // mapping units
	pdcch   []REG    // by the place among the multiplexed PDCCHs: nine to a CCE, what is left over carries nothing
}

func (r *controlRegion) cces() int { return len(r.pdcch) / regsPerCCE }

const regsPerCCE = 9

// phichFactor is m_i of TS 36.211 Table 6.9-1: by uplink-downlink configuration, how many times as many PHICH groups as a
// subframe of FDD has.
var phichFactor = [7][10]int{
	{2, 1, 0, 0, 0, 2, 1, 0, 0, 0},
	{0, 1, 0, 0, 1, 0, 1, 0, 0, 1},
	{0, 0, 0, 1, 0, 0, 0, 0, 1, 0},
	{1, 0, 0, 0, 0, 0, 0, 0, 1, 1},
	{0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
	{0, 0, 0, 0, 0, 0, 0, 0, 1, 0},
	{1, 1, 0, 0, 0, 1, 1, 0, 0, 1},
}

// phichUnits is the number of PHICH mapping units of subframe sf, TS 36.211 §6.9. With the extended prefix a unit is
// shared by two groups.
func (c Cell) phichUnits(sf int) int {
	// Ng is 1/6, 1/2, 1 or 2: count in sixths.
	sixths := [...]int{lte.PHICHOneSixth: 1, lte.PHICHHalf: 3, lte.PHICHOne: 6, lte.PHICHTwo: 12}[c.PHICHResource]
	n := (sixths*c.PRB + 47) / 48
	if c.Duplex == lte.TDD {
		n *= phichFactor[c.UplinkDownlink][sf]
	}
	return n
}

// newControlRegion lays out the control region of subframe sf.
func newControlRegion(c Cell, sf int, mbsfn bool, cfi int) *controlRegion {
	r := &controlRegion{symbols: c.controlSymbols(cfi)}
	var all [4][]REG
	var taken [4][]bool
	for l := range all {
		all[l] = c.REGs(l)
		taken[l] = make([]bool, len(all[l]))
	}

	// TS 36.211 §6.7.4; groups of the first symbol stand every six subcarriers.
	first := int(c.PCI) % (2 * c.PRB)
	for i := range r.pcfich {
		at := (first + i*c.PRB/2) % (2 * c.PRB)
		r.pcfich[i], taken[0][at] = all[0][at], true
	}

	// TS 36.211 §6.9.3.
	var free [3][]int // groups not assigned to the PCFICH
	for l := range free {
		for i, t := range taken[l] {
			if !t {
				free[l] = append(free[l], i)
			}
		}
	}
	extended, short := c.PHICHDuration == lte.PHICHExtended, c.shortControl(sf, mbsfn)
	for m := range c.phichUnits(sf) {
		var unit [3]REG
		for i := range unit {
			l, base := 0, 0
			switch {
			case extended && short:
				l, base = (m/2+i+1)%2, 1
			case extended:
				l = i
			}
			n := len(free[l])
			at := free[l][(int(c.PCI)*n/len(free[base])+m+i*n/3)%n]
			unit[i], taken[l][at] = all[l][at], true
		}
		r.phich = append(r.phich, unit)
	}

	// TS 36.211 §6.8.5: along the symbols first, then up the subcarriers.
	var rest []REG
	for l := range r.symbols {
		for i, t := range taken[l] {
			if !t {
				rest = append(rest, all[l][i])
			}
		}
	}
	slices.SortStableFunc(rest, func(a, b REG) int {
		if a.first != b.first {
			return a.first - b.first
		}
		return a.L - b.L
	})
	// Group i of this order carries quadruplet (i+PCI) mod n of the interleaved sequence.
	order := interleaved(len(rest))
	r.pdcch = make([]REG, len(rest))
	for i, g := range rest {
		r.pdcch[order[(i+int(c.PCI))%len(rest)]] = g
	}
	return r
}

// columns is the inter-column permutation of TS 36.212 Table 5.1.4-2.
var columns = [32]int{1, 17, 9, 25, 5, 21, 13, 29, 3, 19, 11, 27, 7, 23, 15, 31,
	0, 16, 8, 24, 4, 20, 12, 28, 2, 18, 10, 26, 6, 22, 14, 30}

// interleaved gives the order in which the sub-block interleaver of TS 36.212 §5.1.4.2.1 puts out n values.
func interleaved(n int) []int {
	rows := (n + 31) / 32
	nulls := 32*rows - n
	var out []int
	for _, c := range columns {
		for r := range rows {
			if i := 32*r + c - nulls; i >= 0 {
				out = append(out, i)
			}
		}
	}
	return out
}
