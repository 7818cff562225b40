// Package lte holds the nouns of the LTE downlink: carriers, cells, identities and what a cell broadcasts.
//
// It has no behaviour beyond String and Parse and imports nothing of straycell, so every other room may use it.
// Clauses cite 3GPP release 17 (TS 36.101 V17, TS 36.211 V17, TS 36.212 V17, TS 36.213 V17, TS 36.331 V17.1.0).
package lte

import (
	"fmt"
	"strconv"
	"strings"
)

// Duplex is the frame structure of a cell: type 1 (FDD) or type 2 (TDD), TS 36.211 §4.
type Duplex uint8

const (
	DuplexUnknown Duplex = iota
	FDD
	TDD
)

func (d Duplex) String() string { return [...]string{"", "fdd", "tdd"}[d%3] }

// CP is the length of the downlink's cyclic prefix, TS 36.211 §6.12.
type CP uint8

const (
	CPUnknown CP = iota
	NormalCP
	ExtendedCP
)

func (c CP) String() string { return [...]string{"", "normal", "extended"}[c%3] }

// SymbolsPerSlot is 7 for the normal and 6 for the extended cyclic prefix, 0 when unknown.
func (c CP) SymbolsPerSlot() int { return [...]int{0, 7, 6}[c%3] }

// PHICHDuration tells how many symbols the PHICH is spread over, TS 36.211 §6.9.3.
type PHICHDuration uint8

const (
	PHICHDurationUnknown PHICHDuration = iota
	PHICHNormal
	PHICHExtended
)

func (d PHICHDuration) String() string { return [...]string{"", "normal", "extended"}[d%3] }

// PHICHResource is the factor Ng of TS 36.211 §6.9.
type PHICHResource uint8

const (
	PHICHResourceUnknown PHICHResource = iota
	PHICHOneSixth
	PHICHHalf
	PHICHOne
	PHICHTwo
)

func (r PHICHResource) String() string { return [...]string{"", "1/6", "1/2", "1", "2"}[r%5] }

// PCI is a physical-layer cell identity, 0 to 503, TS 36.211 §6.11.
type PCI uint16

// PCIs is the number of physical-layer cell identities.
const PCIs = 504

// NID1 is the cell-identity group, 0 to 167, carried by the SSS.
func (p PCI) NID1() int { return int(p) / 3 }

// NID2 is the identity within the group, 0 to 2, carried by the PSS.
func (p PCI) NID2() int { return int(p) % 3 }

// PLMN is an operator's code: MCC and MNC with the MNC's own number of digits (2 or 3).
type PLMN struct {
	MCC, MNC  uint16
	MNCDigits uint8
}

// String prints "450-08", "310-260"; the zero PLMN prints as "".
func (p PLMN) String() string {
	if p.MNCDigits == 0 {
		return ""
	}
	return fmt.Sprintf("%03d-%0*d", p.MCC, int(p.MNCDigits), p.MNC)
}

// ParsePLMN reads "450-08", "45008" or "450 08"; three digits of MCC, two or three of MNC.
func ParsePLMN(s string) (PLMN, error) {
	t := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '/' {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
	if len(t) != 5 && len(t) != 6 {
		return PLMN{}, fmt.Errorf("plmn %q: want 3 digits of MCC and 2 or 3 of MNC, like 450-08", s)
	}
	for _, r := range t {
		if r < '0' || r > '9' {
			return PLMN{}, fmt.Errorf("plmn %q: %q is not a digit", s, r)
		}
	}
	mcc, _ := strconv.Atoi(t[:3])
	mnc, _ := strconv.Atoi(t[3:])
	return PLMN{uint16(mcc), uint16(mnc), uint8(len(t) - 3)}, nil
}

// ECI is the 28-bit E-UTRA cell identity, TS 36.331 §6.3.4 (cellIdentity).
type ECI uint32

// MaxECI is the largest 28-bit identity.
const MaxECI ECI = 1<<28 - 1

// ENB is the upper 20 bits: the macro eNB's identity. It has no meaning for a home eNB, which uses all 28 bits.
func (e ECI) ENB() int { return int(e >> 8) }

// Sector is the lower 8 bits.
func (e ECI) Sector() int { return int(e & 0xff) }

// MIB is the master information block, TS 36.331 §6.2.2.
type MIB struct {
	PRB           int // downlink bandwidth, resource blocks: 6 15 25 50 75 100
	PHICHDuration PHICHDuration
	PHICHResource PHICHResource
	SFN           int     // system frame number of the frame at Observation.FirstSample, 0 to 1023 (its two low bits come from the position in the PBCH's 40 ms)
	Spare         uint16  // the ten spare bits as sent; release 13 and later use some
	Raw           [3]byte // the 24 bits as sent
}

// Stop says why decoding of a cell went no further. It is a value, not an error: weak signals are normal.
type Stop uint8

const (
	StopNone        Stop = iota // all that this decoder knows how to read was read
	StopCandidate               // PSS and SSS alone
	StopWeak                    // too little signal for the next channel
	StopNoMIB                   // synchronised well, yet no MIB passed its CRC
	StopNarrow                  // the window does not hold what comes next
	StopCut                     // the recording ends before what comes next
	StopLost                    // samples were lost in the middle
	StopUnsupported             // our gap, never evidence against a cell
)

func (s Stop) String() string {
	return [...]string{"", "candidate", "weak", "no-mib", "narrow", "cut", "lost-samples", "unsupported"}[s%8]
}

// Signal holds what was measured on one cell in one window. Levels are relative to the source's full scale.
type Signal struct {
	RSRPdBFS float64 // mean power of one cell-specific reference element, port 0 (TS 36.214 §5.1.1)
	RSSIdBFS float64 // mean power of the measurement bandwidth over symbols with reference elements (TS 36.214 §5.1.3)
	RSRQdB   float64 // N*RSRP/RSSI over the same bandwidth (TS 36.214 §5.1.3)
	SINRdB   float64 // reference element power over noise and interference in it

	CFOHz    float64 // where the carrier sits above Observation.FreqHz, at the receiver
	CFOSEHz  float64 // its standard error
	ClockPPM float64 // how much faster the transmitter's clock runs than ours
	ClockSE  float64 // its standard error, ppm
}

// Observation is what one look at one carrier told about one cell. It never changes once made; partial is normal.
type Observation struct {
	StartS, EndS float64 // the window's signal time since the source's start, seconds
	FreqHz       float64 // the raster point (multiple of 100 kHz) nearest to the carrier, before the radio's error is known
	CaptureHz    float64 // the centre frequency of the tuning it was found in
	RateHz       float64 // samples per second of FirstSample

	PCI    PCI
	Duplex Duplex
	CP     CP
	Ports  int // antenna ports 1, 2 or 4, from the mask on the PBCH's CRC; 0 unknown

	FirstSample float64 // index in the source's sample count at which a radio frame of this cell starts
	MIB         *MIB    // nil: no MIB passed its CRC and the gate behind it
	MIBCRCs     int     // PBCH periods (40 ms) whose MIB passed its CRC and agreed, this window
	MIBFails    int     // PBCH periods in view of which none passed

	SystemInfo

	Signal Signal
	Stop   Stop
	Ghost  string // "alias of 1852.5 MHz": not a cell here, for the reason it names; empty otherwise
}
