// Package enb is a transmit model of the LTE downlink, for tests and for the simulator. Nothing that decodes imports it:
// its sequences, tables and mappings are written a second time, so that each side checks the other.
//
// A Mapper fills the resource grid of one subframe after the other; a Scene turns the grids of several cells into the
// samples of one receiver: channels, timing, clocks, offsets, noise and converter. Amplitudes are relative to a
// cell-specific reference element of one antenna port, which has power 1 in a grid.
//
// Clauses cite 3GPP release 17, as in decode/lte.
package enb

import (
	"fmt"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// Cell is what one cell transmits. The zero value of a field takes the default named beside it.
type Cell struct {
	PCI    lte.PCI
	Duplex lte.Duplex // FDD
	CP     lte.CP     // normal
	PRB    int        // downlink bandwidth in resource blocks: 6, 15, 25, 50, 75 or 100; no default
	Ports  int        // cell-specific antenna ports: 1, 2 or 4; default 1

	PHICHDuration lte.PHICHDuration // normal
	PHICHResource lte.PHICHResource // 1
	Spare         uint16            // the ten spare bits of the MIB

	UplinkDownlink  int // TDD uplink-downlink configuration, 0 to 6
	SpecialSubframe int // TDD special subframe configuration, 0 to 9 (0 to 7 with the extended prefix)

	MBSFN  MBSFN
	Bursts Bursts // the zero value: all subframes are sent

	CFI  int     // control format indicator, 1 to 3; default 1, or 3 where the PHICH has the extended duration
	CFIs []int   // of successive subframes in turn; empty: CFI in all
	PA   float64 // power of the messages' data over a reference element of all ports, dB: 10 lg of rho_A, TS 36.213 §5.2
	PB   int     // P_B: power of data in symbols with reference elements against the others, TS 36.213 Table 5.2-1, row 0 to 3

	Broadcast *Broadcast // nil: neither system information nor paging
	Load      Load
}

// MBSFN are subframes that are set aside for multicast. Behind their control symbols they stay empty here: to phones that
// receive none of it they are noise.
type MBSFN struct {
	Subframes [10]bool // FDD: of 1, 2, 3, 6, 7, 8; TDD: of 3, 4, 7, 8, 9; TS 36.331 §6.3.7
	Period    int      // in radio frames of this period; default 1
	Offset    int      // those whose system frame number leaves this remainder
}

// Bursts is a transmitter that speaks over another one: it sends some subframes, whole ones with everything in them, and is
// silent otherwise.
type Bursts struct {
	Subframes [10]bool // none: all
	Period    int      // in radio frames of this period; default 1
	Offset    int      // those whose system frame number leaves this remainder
}

// sent tells whether a subframe is.
func (b Bursts) sent(s subframe) bool {
	return b.Subframes == [10]bool{} || b.Subframes[s.sf] && s.sfn%max(1, b.Period) == b.Offset
}

// Load is filler, as data for phones would be, announced by nothing: random QPSK in whole resource blocks and whole CCEs.
type Load struct {
	Fraction float64 // share of the resource blocks of each downlink subframe, 0 to 1
	DB       float64 // power of a data element, all ports together, over that of one reference element
	PDCCH    float64 // share of the CCEs that nothing else needs, 0 to 1
	PHICH    float64 // share of the sequences of the PHICH groups that carry an indicator, 0 to 1
	Seed     uint64  // the same seed gives the same data
}

// defaults fills the zero fields and refuses what no cell can be.
func (c Cell) defaults() (Cell, error) {
	if c.Duplex == lte.DuplexUnknown {
		c.Duplex = lte.FDD
	}
	if c.CP == lte.CPUnknown {
		c.CP = lte.NormalCP
	}
	if c.Ports == 0 {
		c.Ports = 1
	}
	if c.PHICHDuration == lte.PHICHDurationUnknown {
		c.PHICHDuration = lte.PHICHNormal
	}
	if c.PHICHResource == lte.PHICHResourceUnknown {
		c.PHICHResource = lte.PHICHOne
	}
	if c.CFI == 0 {
		c.CFI = 1
		if c.PHICHDuration == lte.PHICHExtended {
			c.CFI = 3 // TS 36.211 §6.9.3: the PHICH has the control symbols of the subframe at most
		}
	}
	if c.MBSFN.Period == 0 {
		c.MBSFN.Period = 1
	}
	lastSpecial := 9
	if c.CP == lte.ExtendedCP {
		lastSpecial = 7
	}
	switch {
	case c.PCI >= lte.PCIs:
		return c, fmt.Errorf("pci %d: want 0 to %d", c.PCI, lte.PCIs-1)
	case bandwidthCode(c.PRB) < 0:
		return c, fmt.Errorf("prb %d: want 6, 15, 25, 50, 75 or 100", c.PRB)
	case c.Ports != 1 && c.Ports != 2 && c.Ports != 4:
		return c, fmt.Errorf("ports %d: want 1, 2 or 4", c.Ports)
	case c.Spare >= 1<<10:
		return c, fmt.Errorf("spare %#x: the MIB has ten spare bits", c.Spare)
	case c.UplinkDownlink < 0 || c.UplinkDownlink > 6:
		return c, fmt.Errorf("uplink_downlink %d: want a configuration of 0 to 6", c.UplinkDownlink)
	case c.SpecialSubframe < 0 || c.SpecialSubframe > lastSpecial:
		return c, fmt.Errorf("special_subframe %d: want a configuration of 0 to %d with the %v prefix", c.SpecialSubframe, lastSpecial, c.CP)
	case c.CFI < 1 || c.CFI > 3:
		return c, fmt.Errorf("cfi %d: want 1 to 3", c.CFI)
	case slices.ContainsFunc(c.CFIs, func(n int) bool { return n < 1 || n > 3 }):
		return c, fmt.Errorf("cfis %v: want each 1 to 3", c.CFIs)
	case c.PB < 0 || c.PB > 3:
		return c, fmt.Errorf("pb %d: want 0 to 3", c.PB)
	case !(math.Abs(c.PA) <= 10):
		return c, fmt.Errorf("pa %g: want -10 to 10", c.PA)
	case !fraction(c.Load.Fraction):
		return c, fmt.Errorf("load %g: want a fraction of 0 to 1", c.Load.Fraction)
	case !fraction(c.Load.PDCCH):
		return c, fmt.Errorf("pdcch_load %g: want a fraction of 0 to 1", c.Load.PDCCH)
	case !fraction(c.Load.PHICH):
		return c, fmt.Errorf("phich_load %g: want a fraction of 0 to 1", c.Load.PHICH)
	case !(math.Abs(c.Load.DB) <= 40):
		return c, fmt.Errorf("load_db %g: want -40 to 40", c.Load.DB)
	}
	if c.PHICHDuration == lte.PHICHNormal && 3*c.phichUnits(0) > 2*c.PRB-4 {
		return c, fmt.Errorf("phich_resource %v: more PHICH groups than a symbol of %d resource blocks holds with uplink_downlink %d", c.PHICHResource, c.PRB, c.UplinkDownlink)
	}
	if b := c.Bursts; b.Period < 0 || b.Period > 1024 || 1024%max(1, b.Period) != 0 || b.Offset < 0 || b.Offset >= max(1, b.Period) {
		return c, fmt.Errorf("bursts: every %d frames from %d: want a power of two up to 1024 and an offset below it", b.Period, b.Offset)
	}
	if err := c.MBSFN.check(c.Duplex); err != nil {
		return c, err
	}
	return c, nil
}

func fraction(v float64) bool { return v >= 0 && v <= 1 }

func (m MBSFN) check(d lte.Duplex) error {
	may := [10]bool{1: true, 2: true, 3: true, 6: true, 7: true, 8: true}
	if d == lte.TDD {
		may = [10]bool{3: true, 4: true, 7: true, 8: true, 9: true}
	}
	for sf, on := range m.Subframes {
		if on && !may[sf] {
			return fmt.Errorf("mbsfn: subframe %d cannot be one in %v", sf, d)
		}
	}
	if m.Period < 1 || m.Period > 32 || m.Period&(m.Period-1) != 0 || m.Offset < 0 || m.Offset >= m.Period {
		return fmt.Errorf("mbsfn: every %d frames from %d: want a power of two up to 32 and an offset below it", m.Period, m.Offset)
	}
	return nil
}

// Check says why no cell can be like this; the message begins with the field's name in small letters.
func (c Cell) Check() error {
	_, err := newPlan(c)
	return err
}

// Subcarriers is the width of the grid.
func (c Cell) Subcarriers() int { return 12 * c.PRB }

// dlBandwidths are the values of dl-Bandwidth in order of their code, TS 36.331 §6.2.2.
var dlBandwidths = [6]int{6, 15, 25, 50, 75, 100}

func bandwidthCode(prb int) int {
	for i, n := range dlBandwidths {
		if n == prb {
			return i
		}
	}
	return -1
}
