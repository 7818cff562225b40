package grid

import "github.com/straycell/straycell/decode/lte"

// Frames tells what each subframe of a cell is for, as far as that is known: FDD cells may keep some for multicast, which
// their SIB2 says; TDD cells say in SIB1 which are downlink.
type Frames struct {
	Duplex    lte.Duplex
	CP        lte.CP
	TDD       *lte.TDDConfig // nil: not known yet
	Multicast []Multicast    // mbsfn-SubframeConfigList with its extension
	Known     bool           // Multicast is all there is: SIB2 was read
}

// Multicast is one MBSFN-SubframeConfig of TS 36.331 §6.3.7: frames whose number leaves Offset when divided by Period
// begin a pattern of one or four frames.
type Multicast struct {
	Period, Offset int
	Patterns       []uint16 // per frame of the pattern: bit n is subframe n
}

// patterns of the uplink-downlink configurations of TS 36.211 Table 4.2-2.
var patterns = [7]string{"DSUUUDSUUU", "DSUUDDSUUD", "DSUDDDSUDD", "DSUUUDDDDD", "DSUUDDDDDD", "DSUDDDDDDD", "DSUUUDSUUD"}

// dwpts is the number of downlink symbols of a special subframe by its configuration, TS 36.211 Table 4.2-1; in the tenth, not
// all of those that hold reference signals elsewhere do.
var dwpts = [3][11]int{
	lte.NormalCP:   {3, 9, 10, 11, 12, 3, 9, 10, 11, 6, 6},
	lte.ExtendedCP: {3, 8, 9, 10, 3, 8, 9, 5},
}

// Special tells whether a subframe of a TDD cell ends in uplink: subframe 1 in every configuration, 6 in those that switch
// every 5 ms.
func (f *Frames) Special(sf int) bool {
	if f.Duplex != lte.TDD {
		return false
	}
	return sf == 1 || sf == 6 && (f.TDD == nil || patterns[f.TDD.SubframeAssignment%7][6] == 'S')
}

// Symbols is the number of symbols of a subframe (0 to 9 of frame sfn) that are certainly downlink and carry this cell's
// reference signals where they should: none of an uplink subframe, two of one that may be multicast (its control region has
// at least one), all of others.
func (f *Frames) Symbols(sfn, sf int) int {
	whole := 2 * f.CP.SymbolsPerSlot()
	if f.Duplex == lte.TDD {
		switch {
		case f.Special(sf):
			if f.TDD == nil || f.TDD.SpecialSubframePattern > 9 {
				return 3
			}
			return max(dwpts[f.CP][f.TDD.SpecialSubframePattern], 3)
		case sf == 0 || sf == 5:
			return whole
		case f.TDD == nil:
			if sf == 6 {
				return 3
			}
			return 0
		case patterns[f.TDD.SubframeAssignment%7][sf] == 'U':
			return 0
		}
	}
	if f.MayMulticast(sfn, sf) {
		return 2
	}
	return whole
}

// MayMulticast tells whether a subframe is an MBSFN subframe, or might be because SIB2 was not read.
func (f *Frames) MayMulticast(sfn, sf int) bool {
	switch sf {
	case 0, 5: // never, TS 36.331 §6.3.7
		return false
	case 4, 9:
		if f.Duplex == lte.FDD && !f.Known {
			return false // a phone of release 13 knows of none
		}
	case 1, 6:
		if f.Duplex == lte.TDD {
			return false
		}
	case 2:
		if f.Duplex == lte.TDD {
			return false // always uplink
		}
	}
	if !f.Known {
		return true
	}
	for _, m := range f.Multicast {
		if m.Period <= 0 {
			continue
		}
		if n := ((sfn-m.Offset)%m.Period + m.Period) % m.Period; n < len(m.Patterns) && m.Patterns[n]>>sf&1 != 0 {
			return true
		}
	}
	return false
}
