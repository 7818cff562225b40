package enb

import "github.com/straycell/straycell/decode/lte"

// FramePeriod is the number of subframes after which the system frame number starts anew.
const FramePeriod = 10 * 1024

// uplinkDownlink gives the kind of each subframe (D, S or U), TS 36.211 Table 4.2-2.
var uplinkDownlink = [7]string{
	"DSUUUDSUUU",
	"DSUUDDSUUD",
	"DSUDDDSUDD",
	"DSUUUDDDDD",
	"DSUUDDDDDD",
	"DSUDDDDDDD",
	"DSUUUDSUUD",
}

// The length of DwPTS in OFDM symbols by special subframe configuration; TS 36.211 Table 4.2-1 states it in Ts, of which
// a symbol with the normal prefix takes 2192 (the first of a slot 2208) and one with the extended prefix 2560.
var (
	dwptsNormal   = [10]int{3, 9, 10, 11, 12, 3, 9, 10, 11, 6}
	dwptsExtended = [8]int{3, 8, 9, 10, 3, 8, 9, 5}
)

// downlinkSymbols tells how many OFDM symbols at the head of subframe 0 to 9 belong to the downlink.
func (c Cell) downlinkSymbols(subframe int) int {
	all := 2 * c.CP.SymbolsPerSlot()
	if c.Duplex == lte.FDD {
		return all
	}
	switch uplinkDownlink[c.UplinkDownlink][subframe] {
	case 'D':
		return all
	case 'S':
		if c.CP == lte.ExtendedCP {
			return dwptsExtended[c.SpecialSubframe]
		}
		return dwptsNormal[c.SpecialSubframe]
	}
	return 0
}

// dataSymbols is downlinkSymbols where the subframe may carry PDSCH, else 0: a DwPTS of three symbols carries none,
// TS 36.213 §7.1.7.
func (c Cell) dataSymbols(subframe int) int {
	if n := c.downlinkSymbols(subframe); n > 3 {
		return n
	}
	return 0
}
