package phch

import (
	"math/bits"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// The only RNTIs ever searched, TS 36.321 §7.1.
const (
	SIRNTI = 0xffff
	PRNTI  = 0xfffe
)

// Grant is what a DCI of format 1A or 1C with SI-RNTI or P-RNTI says of its PDSCH.
type Grant struct {
	RNTI        uint16
	Compact     bool // format 1C; else 1A
	Distributed bool // virtual resource blocks of distributed type
	Gap2        bool
	Start       int // first virtual resource block
	Length      int
	TBS         int
	RV          int // redundancy version; -1: format 1C has none, it follows from the time
	NDI         int // 1A's new data indicator; it has no meaning for these RNTIs, TS 36.212 §5.3.3.1.3
}

// Format is "1A" or "1C".
func (g *Grant) Format() string {
	if g.Compact {
		return "1C"
	}
	return "1A"
}

// rivBits is the length of a resource indication value over n resource blocks.
func rivBits(n int) int { return bits.Len(uint(n*(n+1)/2 - 1)) }

// size1A is the length of format 1A, TS 36.212 §5.3.3.1.3: with a zero behind it where the length is one of the ambiguous ones
// of Table 5.3.3.1.2-1. Format 0 is as long where uplink and downlink are equally wide and no longer where the uplink is
// narrower. A wider uplink, which SIB2 would state and TS 36.101 §5.6 does not know, would lengthen both for downlinks of up
// to 25 resource blocks (TestWiderUplink); that is not read.
func size1A(d lte.Duplex, prb int) int {
	n := 15 + rivBits(prb)
	if d == lte.TDD {
		n += 3
	}
	switch n {
	case 12, 14, 16, 20, 24, 26, 32, 40, 44, 56:
		n++
	}
	return n
}

// size1C is the length of format 1C, TS 36.212 §5.3.3.1.4.
func size1C(prb int) int {
	n := rivBits(distributed(prb, false).blocks/step1C(prb)) + 5
	if prb >= 50 {
		n++
	}
	return n
}

// step1C is the step of resource allocation in format 1C, TS 36.213 Table 7.1.6.3-1.
func step1C(prb int) int {
	if prb < 50 {
		return 2
	}
	return 4
}

// unpackRIV solves a resource indication value over n blocks, TS 36.213 §7.1.6.3.
func unpackRIV(riv, n int) (start, length int, ok bool) {
	length, start = riv/n+1, riv%n
	if length+start > n {
		length, start = n-length+2, n-1-start
	}
	return start, length, riv < n*(n+1)/2
}

// parse1A reads format 1A; ok is false for format 0 and where a value is not legal for these RNTIs.
func parse1A(b []uint8, rnti uint16, d lte.Duplex, prb int) (g Grant, ok bool) {
	take := func(n int) int {
		v := int(fec.Value(b[:n]))
		b = b[n:]
		return v
	}
	if take(1) == 0 {
		return g, false
	}
	g = Grant{RNTI: rnti, Distributed: take(1) == 1}
	g.Start, g.Length, ok = unpackRIV(take(rivBits(prb)), prb)
	mcs := take(5)
	if d == lte.TDD {
		take(4)
	} else {
		take(3)
	}
	g.NDI = take(1)
	g.RV = take(2)
	tpc := take(2)
	if d == lte.TDD {
		take(2)
	}
	for _, pad := range b {
		ok = ok && pad == 0
	}
	if !ok || mcs >= len(tbs1A) {
		return g, false
	}
	g.TBS = tbs1A[mcs][tpc&1]
	if g.Distributed {
		g.Gap2 = prb >= 50 && g.NDI == 1
		ok = g.Start+g.Length <= distributed(prb, g.Gap2).blocks
	}
	return g, ok
}

// parse1C reads format 1C: always distributed, TS 36.212 §5.3.3.1.4.
func parse1C(b []uint8, rnti uint16, prb int) (g Grant, ok bool) {
	g = Grant{RNTI: rnti, Compact: true, Distributed: true, RV: -1}
	if prb >= 50 {
		g.Gap2 = b[0] == 1
		b = b[1:]
	}
	// The field's length is that for the first gap; with the second there may be fewer blocks.
	step := step1C(prb)
	n := rivBits(distributed(prb, false).blocks / step)
	g.Start, g.Length, ok = unpackRIV(int(fec.Value(b[:n])), distributed(prb, g.Gap2).blocks/step)
	g.Start, g.Length = g.Start*step, g.Length*step
	g.TBS = tbs1C[fec.Value(b[n:n+5])]
	return g, ok
}

// tbs1A is the transport block size by I_TBS for N_PRB 2 and 3, the columns that format 1A has for these RNTIs by the low bit
// of its TPC field, TS 36.213 Table 7.1.7.2.1-1 and §7.1.7.
var tbs1A = [27][2]int{
	{32, 56}, {56, 88}, {72, 144}, {104, 176}, {120, 208}, {144, 224}, {176, 256}, {224, 328}, {256, 392},
	{296, 456}, {328, 504}, {376, 584}, {440, 680}, {488, 744}, {552, 840}, {600, 904}, {632, 968}, {696, 1064},
	{776, 1160}, {840, 1288}, {904, 1384}, {1000, 1480}, {1064, 1608}, {1128, 1736}, {1192, 1800}, {1256, 1864}, {1480, 2216},
}

// tbs1C is TS 36.213 Table 7.1.7.2.3-1.
var tbs1C = [32]int{40, 56, 72, 120, 136, 144, 176, 208, 224, 256, 280, 296, 328, 336, 392, 488,
	552, 600, 632, 696, 776, 840, 904, 1000, 1064, 1128, 1224, 1288, 1384, 1480, 1608, 1736}
