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

	CFI  int // symbols at the head of a subframe that filler data leaves free, 1 to 3; default 1
	Load Load
}

// Load is filler: random QPSK in whole resource blocks, as data for phones would be, announced by nothing.
type Load struct {
	Fraction float64 // share of the resource blocks of each downlink subframe, 0 to 1
	DB       float64 // power of a data element, all ports together, over that of one reference element
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
	case !(c.Load.Fraction >= 0 && c.Load.Fraction <= 1):
		return c, fmt.Errorf("load %g: want a fraction of 0 to 1", c.Load.Fraction)
	case !(math.Abs(c.Load.DB) <= 40):
		return c, fmt.Errorf("load_db %g: want -40 to 40", c.Load.DB)
	}
	return c, nil
}

// Check says why no cell can be like this; the message begins with the field's name in small letters.
func (c Cell) Check() error {
	_, err := c.defaults()
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
