// Package phch decodes the physical channels of the downlink, one file a channel, named as TS 36.211 and TS 36.212 name
// them.
package phch

import (
	"math"
	"math/bits"
	"sort"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// mibBits and its CRC make a block of 40, TS 36.212 §5.3.1.
const (
	mibBits  = 24
	pbchBits = mibBits + 16
	coded    = 3 * pbchBits
)

// portMask is what the CRC is XORed with, by number of antenna ports, TS 36.212 Table 5.3.1.1-1.
var portMask = map[int]uint16{1: 0, 2: 0xffff, 4: 0x5555}

// pbchOrder is the circular buffer of the rate matcher for 40 bits.
var pbchOrder = fec.ConvOrder(pbchBits)

// PBCH decodes the broadcast channel of a cell from Pilots. It is reused from cell to cell; not safe for concurrent use.
type PBCH struct {
	viterbi  fec.Viterbi
	scramble []uint8
	frames   []pbchFrame
	llr      [3][]float32
	diffs    [256]*[coded]int8
	viterbis int
}

// pbchFrame is one radio frame's share: soft bits, descrambled as each quarter of the 40 ms and folded onto the 120 coded
// bits.
type pbchFrame struct {
	frame int
	fold  [4][coded]float32
}

// Block is a decoded PBCH.
type Block struct {
	MIB     lte.MIB
	Ports   int
	Frame   int     // a frame, counted as Pilots counts, whose number is MIB.SFN
	CRCs    int     // periods of 40 ms whose own CRC passed and agreed
	Periods int     // periods of which at least one frame was in view
	Match   float64 // correlation coefficient of the re-encoded block with the soft bits it was decoded from
	Other   float64 // correlation with the other periods' soft bits, in standard deviations of noise
}

// Believed tells whether a block is more than a CRC of 16 bits that passed by chance: found again in a second period, or
// agreeing with the soft bits of other periods, or closer to its own soft bits than the best of 2^40 code words comes to
// noise (a coefficient of 0.61; 0.657 is reached once in 400 times).
func (b *Block) Believed() bool { return b.CRCs > 1 || b.Other > 3.5 || b.Match > 0.657 }

// Decode tries 1, 2 and 4 antenna ports in the given order, with the given channel smoothing, combines the frames of each
// 40 ms and then across periods, and returns the first block whose CRC passes with its ports' mask and whose content is
// legal. The four positions in the 40 ms are hypotheses; the two likeliest by the energy of the combined bits are tried.
func (d *PBCH) Decode(p *grid.Pilots, ports []int, s grid.Smoothing, snr float64) (Block, bool) {
	if len(d.scramble) == 0 {
		d.scramble = make([]uint8, 1920)
		for i := range d.llr {
			d.llr[i] = make([]float32, pbchBits)
		}
	}
	fec.GoldTo(d.scramble, uint32(p.Cell.PCI))
	for _, n := range ports {
		if d.soften(p, n, s, snr) == 0 {
			continue
		}
		if b, ok := d.combine(n); ok {
			return b, true
		}
	}
	return Block{}, false
}

// Tried is the number of code words decoded since the start: the number of chances noise had to pass a CRC.
func (d *PBCH) Tried() int { return d.viterbis }

// soften fills d.frames with the soft bits of every frame in view for a number of ports; it returns how many there are.
func (d *PBCH) soften(p *grid.Pilots, ports int, s grid.Smoothing, snr float64) int {
	d.frames = d.frames[:0]
	var h [4]grid.Estimate
	var llr [480]float32
	perFrame := 480
	if p.Cell.Timing.CP == lte.ExtendedCP {
		perFrame = 432
	}
frames:
	for f := 0; f*20+1 < p.Slots; f++ {
		for l := range 4 {
			if p.PBCHSymbol(f, l) == nil {
				continue frames
			}
		}
		for port := range ports {
			if !p.Channel(&h[port], port, f*20+1, s, snr) {
				continue frames
			}
		}
		n := 0
		for l := range 4 {
			n += equalise(llr[n:], p.PBCHSymbol(f, l), h[:ports], skips(p.Cell.Timing.CP, l), int(p.Cell.PCI)%3)
		}
		if n != perFrame {
			continue
		}
		d.frames = append(d.frames, pbchFrame{frame: f})
		x := &d.frames[len(d.frames)-1]
		for q := range 4 {
			scr := d.scramble[q*perFrame : (q+1)*perFrame]
			j := q * perFrame % coded
			for i, v := range llr[:perFrame] {
				if scr[i] != 0 {
					v = -v
				}
				x.fold[q][pbchOrder[j]] += v
				if j++; j == coded {
					j = 0
				}
			}
		}
	}
	return len(d.frames)
}

// skips tells whether symbol l of slot 1 keeps every third subcarrier free for reference signals of four ports,
// TS 36.211 §6.6.4.
func skips(cp lte.CP, l int) bool {
	return l < 2 || cp == lte.ExtendedCP && l == 3
}

// equalise undoes transmit diversity (TS 36.211 §6.3.4.3) over one symbol's 72 subcarriers and writes two soft bits for each
// QPSK symbol (TS 36.211 §7.1.2), each weighted by the channel's power. It returns how many it wrote.
func equalise(llr []float32, y *[grid.Width]complex64, h []grid.Estimate, skip bool, vshift int) int {
	n := 0
	put := func(v complex64) {
		llr[n], llr[n+1] = real(v), imag(v)
		n += 2
	}
	var at [4]int
	group := len(h)
	have := 0
	for k := range y {
		if skip && k%3 == vshift {
			continue
		}
		at[have] = k
		if have++; have < group {
			continue
		}
		have = 0
		switch group {
		case 1:
			k := at[0]
			put(y[k] * conj(h[0][k]))
		case 2:
			alamouti(y, at[0], at[1], &h[0], &h[1], put)
		case 4:
			alamouti(y, at[0], at[1], &h[0], &h[2], put)
			alamouti(y, at[2], at[3], &h[1], &h[3], put)
		}
	}
	return n
}

// alamouti separates a pair of symbols sent as x0, x1 from one port and -x1*, x0* from the other.
func alamouti(y *[grid.Width]complex64, a, b int, h0, h1 *grid.Estimate, put func(complex64)) {
	g0, g1 := (h0[a]+h0[b])/2, (h1[a]+h1[b])/2
	put(conj(g0)*y[a] + g1*conj(y[b]))
	put(conj(g0)*y[b] - g1*conj(y[a]))
}

func conj(v complex64) complex64 { return complex(real(v), -imag(v)) }

// combine looks for the block in d.frames, sent from a number of ports.
func (d *PBCH) combine(ports int) (Block, bool) {
	type hypothesis struct {
		phase   int
		energy  float64
		periods [][coded]float32
		first   int // frame number of period 0's first quarter, possibly before the run
	}
	var hyps [4]hypothesis
	for a := range hyps {
		h := &hyps[a]
		h.phase = a
		f0 := d.frames[0].frame
		h.first = f0 - (f0+a)%4
		last := d.frames[len(d.frames)-1].frame
		h.periods = make([][coded]float32, (last-h.first)/4+1)
		for i := range d.frames {
			f := &d.frames[i]
			q := (f.frame + a) % 4
			p := &h.periods[(f.frame-h.first)/4]
			for c, v := range f.fold[q] {
				p[c] += v
			}
		}
		for i := range h.periods {
			for _, v := range h.periods[i] {
				h.energy += float64(v) * float64(v)
			}
		}
	}
	sort.SliceStable(hyps[:], func(i, j int) bool { return hyps[i].energy > hyps[j].energy })
	for _, h := range hyps[:2] {
		if b, ok := d.periods(h.periods, h.first, ports); ok {
			return b, true
		}
	}
	return Block{}, false
}

// periods decodes each period by itself, then all together under every way the frame number can count on.
func (d *PBCH) periods(ps [][coded]float32, first, ports int) (Block, bool) {
	for i := range ps {
		if raw, ok := d.try(&ps[i], ports); ok {
			b := d.confirm(ps, i, raw, first, ports)
			b.Match = d.match(&ps[i], raw, ports)
			if b.Believed() {
				return b, true
			}
		}
	}
	if len(ps) < 2 {
		return Block{}, false
	}
	type combination struct {
		energy float64
		sum    [coded]float32
	}
	var cs []combination
	for _, n0 := range counters(len(ps)) {
		c := combination{sum: ps[0]}
		for j := 1; j < len(ps); j++ {
			diff := d.difference(n0 ^ (n0+j)&255)
			for i, v := range ps[j] {
				c.sum[i] += v * float32(diff[i])
			}
		}
		for _, v := range c.sum {
			c.energy += float64(v) * float64(v)
		}
		cs = append(cs, c)
	}
	sort.SliceStable(cs, func(i, j int) bool { return cs[i].energy > cs[j].energy })
	for i := range cs[:min(len(cs), 3)] {
		if raw, ok := d.try(&cs[i].sum, ports); ok {
			b := d.confirm(ps, 0, raw, first, ports)
			b.Other = 0 // every period had its part in the block
			b.Match = d.match(&cs[i].sum, raw, ports)
			if b.Believed() {
				return b, true
			}
		}
	}
	return Block{}, false
}

// counters lists start values of the eight-bit period counter that lead to different patterns of change over n periods:
// all values of the low bits that count, with every length of carry above them.
func counters(n int) []int {
	low := bits.Len(uint(n - 1))
	var out []int
	for h := range 1 << low {
		if h+n-1 < 1<<low {
			out = append(out, h)
			continue
		}
		for ones := 0; ones <= 8-low; ones++ {
			out = append(out, h|((1<<ones)-1)<<low&255)
		}
	}
	return out
}

// difference is the sign pattern between the code words of two MIBs whose frame numbers differ by the bits in x: code and CRC
// are linear, and the mask cancels.
func (d *PBCH) difference(x int) *[coded]int8 {
	if d.diffs[x] == nil {
		var b [pbchBits]uint8
		fec.Bits(b[6:], uint32(x), 8)
		fec.Bits(b[mibBits:], uint32(fec.CRC16(b[:mibBits])), 16)
		d.diffs[x] = signs(b[:])
	}
	return d.diffs[x]
}

// signs is the code word of a block as ±1 (bit 0 is +1).
func signs(b []uint8) *[coded]int8 {
	var s [coded]int8
	for i, stream := range fec.ConvEncode(b) {
		for j, v := range stream {
			s[i*pbchBits+j] = 1 - 2*int8(v)
		}
	}
	return &s
}

// try decodes one combined block; ok when the CRC passes with the mask of the number of ports and the content is legal.
func (d *PBCH) try(soft *[coded]float32, ports int) (raw uint32, ok bool) {
	for i := range d.llr {
		copy(d.llr[i], soft[i*pbchBits:])
	}
	d.viterbis++
	b := d.viterbi.Decode(d.llr)
	if uint16(fec.Value(b[mibBits:]))^portMask[ports] != fec.CRC16(b[:mibBits]) {
		return 0, false
	}
	raw = fec.Value(b[:mibBits])
	return raw, raw>>21 < 6
}

// confirm counts in how many periods the block (as sent in period i) is found again by itself, and how well the other
// periods together agree with it.
func (d *PBCH) confirm(ps [][coded]float32, i int, raw uint32, first, ports int) Block {
	out := Block{MIB: parseMIB(raw), Ports: ports, Frame: first + 4*i, Periods: len(ps)}
	var dot, square float64
	for j := range ps {
		want := withCounter(raw, j-i)
		got, ok := d.try(&ps[j], ports)
		if ok && got == want {
			out.CRCs++
		}
		if j == i {
			continue
		}
		s := signs(block(want, ports))
		for c, v := range ps[j] {
			dot += float64(v) * float64(s[c])
			square += float64(v) * float64(v)
		}
	}
	out.CRCs = max(out.CRCs, 1)
	if square > 0 {
		out.Other = dot / math.Sqrt(square)
	}
	return out
}

// match is the correlation coefficient of a block's code word with soft bits.
func (d *PBCH) match(soft *[coded]float32, raw uint32, ports int) float64 {
	var dot, square float64
	s := signs(block(raw, ports))
	for c, v := range soft {
		dot += float64(v) * float64(s[c])
		square += float64(v) * float64(v)
	}
	return dot / math.Sqrt(coded*max(square, 1e-30))
}

// withCounter is the MIB sent n periods later.
func withCounter(raw uint32, n int) uint32 {
	return raw&^(0xff<<10) | uint32(int(raw>>10)+n)&0xff<<10
}

// block is a MIB with its masked CRC, ready to encode.
func block(raw uint32, ports int) []uint8 {
	b := make([]uint8, pbchBits)
	fec.Bits(b, raw, mibBits)
	fec.Bits(b[mibBits:], uint32(fec.CRC16(b[:mibBits])^portMask[ports]), 16)
	return b
}

// parseMIB reads the 24 bits of a MasterInformationBlock, TS 36.331 §6.2.2. The bandwidth must be legal.
func parseMIB(raw uint32) lte.MIB {
	return lte.MIB{
		PRB:           [8]int{6, 15, 25, 50, 75, 100}[raw>>21],
		PHICHDuration: lte.PHICHDuration(raw>>20&1) + lte.PHICHNormal,
		PHICHResource: lte.PHICHResource(raw>>18&3) + lte.PHICHOneSixth,
		SFN:           int(raw>>10&0xff) << 2,
		Spare:         uint16(raw & 0x3ff),
		Raw:           [3]byte{byte(raw >> 16), byte(raw >> 8), byte(raw)},
	}
}
