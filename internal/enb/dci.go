package enb

import (
	"fmt"
	"math/bits"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// The identities that broadcast is addressed to, TS 36.321 §7.1.
const (
	SIRNTI = 0xffff
	PRNTI  = 0xfffe
)

// Format is the form of a DCI.
type Format uint8

const (
	FormatUnknown Format = iota // stands for Format1A where a value is asked for
	Format1A
	Format1C
)

func (f Format) String() string { return [...]string{"", "1A", "1C"}[f%3] }

// DCI is downlink control information for broadcast: where the PDSCH of a subframe holds a message, and how. TS 36.212
// §5.3.3.1.3 and §5.3.3.1.4.
type DCI struct {
	Format      Format
	Distributed bool // virtual resource blocks are spread; always in format 1C
	Gap2        bool // the smaller gap, from 50 resource blocks on; only with Distributed
	First, N    int  // virtual resource blocks

	MCS    int // row of the transport block sizes
	Column int // of format 1A: 2 or 3

	// Of format 1A alone; the last two mean nothing for broadcast.
	RV, NDI   int
	HARQ, DAI int
}

// TBS is the transport block's size in bits, TS 36.213 §7.1.7.
func (d DCI) TBS() int {
	if d.Format == Format1C {
		return tbs1C[d.MCS]
	}
	return tbs1A[d.MCS][d.Column-2]
}

// bits is the DCI as it stands before its CRC.
func (d DCI) bits(c Cell) []uint8 {
	var out []uint8
	put := func(v, n int) {
		at := len(out)
		out = append(out, make([]uint8, n)...)
		fec.Bits(out[at:], uint32(v), n)
	}
	if d.Format == Format1C {
		step := c.vrbStep()
		n := c.vrbs(false).n / step
		if c.PRB >= 50 {
			put(flag(d.Gap2), 1)
		}
		put(indication(c.vrbs(d.Gap2).n/step, d.First/step, d.N/step), width(n*(n+1)/2))
		put(d.MCS, 5)
		return out
	}
	ndi := d.NDI
	if d.Distributed && c.PRB >= 50 {
		ndi = flag(d.Gap2) // the field states the gap instead
	}
	harq := 3
	if c.Duplex == lte.TDD {
		harq = 4
	}
	put(1, 1) // not format 0
	put(flag(d.Distributed), 1)
	put(indication(c.PRB, d.First, d.N), width(c.PRB*(c.PRB+1)/2))
	put(d.MCS, 5)
	put(d.HARQ, harq)
	put(ndi, 1)
	put(d.RV, 2)
	put(d.Column-2, 2) // TPC: its low bit states the column
	if c.Duplex == lte.TDD {
		put(d.DAI, 2)
	}
	// It is never shorter than format 0 of a carrier as wide. Of some lengths two places would give the same code word.
	switch len(out) {
	case 12, 14, 16, 20, 24, 26, 32, 40, 44, 56: // TS 36.212 Table 5.3.3.1.2-1
		put(0, 1)
	}
	return out
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// width is the number of bits that tell n values apart.
func width(n int) int { return bits.Len(uint(n - 1)) }

// indication is the resource indication value of length blocks from first on, of n; TS 36.213 §7.1.6.3.
func indication(n, first, length int) int {
	if length-1 <= n/2 {
		return n*(length-1) + first
	}
	return n*(n-length+1) + n - 1 - first
}

// tbs1A are columns 2 and 3 of TS 36.213 Table 7.1.7.2.1-1, by row: all that format 1A knows for broadcast.
var tbs1A = [27][2]int{
	{32, 56}, {56, 88}, {72, 144}, {104, 176}, {120, 208}, {144, 224}, {176, 256}, {224, 328}, {256, 392},
	{296, 456}, {328, 504}, {376, 584}, {440, 680}, {488, 744}, {552, 840}, {600, 904}, {632, 968}, {696, 1064},
	{776, 1160}, {840, 1288}, {904, 1384}, {1000, 1480}, {1064, 1608}, {1128, 1736}, {1192, 1800}, {1256, 1864}, {1480, 2216},
}

// tbs1C is TS 36.213 Table 7.1.7.2.3-1.
var tbs1C = [32]int{40, 56, 72, 120, 136, 144, 176, 208, 224, 256, 280, 296, 328, 336, 392, 488,
	552, 600, 632, 696, 776, 840, 904, 1000, 1064, 1128, 1224, 1288, 1384, 1480, 1608, 1736}

// size sets the row (and column) of the smallest transport block that holds so many octets.
func (d *DCI) size(octets int) error {
	best := 0
	try := func(tbs, row, column int) {
		if tbs >= 8*octets && (best == 0 || tbs < best) {
			best, d.MCS, d.Column = tbs, row, column
		}
	}
	if d.Format == Format1C {
		for row, n := range tbs1C {
			try(n, row, 0)
		}
	} else {
		for row, n := range tbs1A {
			try(n[0], row, 2)
			try(n[1], row, 3)
		}
	}
	if best == 0 {
		return fmt.Errorf("%d octets: more than a transport block of format %v holds", octets, d.Format)
	}
	return nil
}
