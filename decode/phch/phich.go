package phch

import "github.com/straycell/straycell/decode/lte"

// phichFactors is m_i of TS 36.211 Table 6.9-1 by uplink-downlink configuration and subframe.
var phichFactors = [7][10]int{
	{2, 1, 0, 0, 0, 2, 1, 0, 0, 0},
	{0, 1, 0, 0, 1, 0, 1, 0, 0, 1},
	{0, 0, 0, 1, 0, 0, 0, 0, 1, 0},
	{1, 0, 0, 0, 0, 0, 0, 0, 1, 1},
	{0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
	{0, 0, 0, 0, 0, 0, 0, 0, 1, 0},
	{1, 1, 0, 0, 0, 1, 1, 0, 0, 1},
}

// PHICHFactors lists what the number of PHICH groups of a subframe may have to be multiplied with: one value for FDD and for
// a TDD cell whose configuration is known, else every value it can have, likeliest first.
func PHICHFactors(d lte.Duplex, c *lte.TDDConfig, sf int) []int {
	switch {
	case d != lte.TDD:
		return factorOne[:]
	case c != nil:
		return factors[phichFactors[c.SubframeAssignment%7][sf]][:1]
	}
	return factors[0][:]
}

var (
	factorOne = [1]int{1}
	factors   = [3][]int{{0, 1, 2}, {1}, {2}} // by the likeliest of them
)

// phichUnits is the number of PHICH mapping units of a factor of 1: the groups with the normal cyclic prefix, half of them
// with the extended one, TS 36.211 §6.9 and §6.9.3.
func phichUnits(r lte.PHICHResource, prb int) int {
	switch r {
	case lte.PHICHOneSixth:
		return (prb + 47) / 48
	case lte.PHICHHalf:
		return (prb + 15) / 16
	case lte.PHICHOne:
		return (prb + 7) / 8
	}
	return (prb + 3) / 4
}

// phichREGs marks the groups that carry the PHICH as taken, TS 36.211 §6.9.3. taken holds what the PCFICH took of symbol 0.
func phichREGs(c controlKey, taken [][]bool) {
	var free [3][]int // groups not assigned to the PCFICH, by symbol
	for l := range free {
		for i, t := range taken[l] {
			if !t {
				free[l] = append(free[l], i)
			}
		}
	}
	base := len(free[0])
	if c.duration == lte.PHICHExtended && c.short {
		base = len(free[1])
	}
	for unit := range c.factor * phichUnits(c.resource, c.prb) {
		for i := range 3 {
			l := 0
			if c.duration == lte.PHICHExtended {
				l = i
				if c.short {
					l = (unit/2 + i + 1) % 2
				}
			}
			n := len(free[l])
			taken[l][free[l][(int(c.pci)*n/base+unit+i*n/3)%n]] = true
		}
	}
}
