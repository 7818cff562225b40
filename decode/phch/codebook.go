package phch

import (
	"math"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// Bounds of what a Codebook holds: SIB1 as it can be sent. A longer list takes more evidence to choose from.
const (
	bookBlocks  = 12 // resource blocks
	bookSmall   = 56 // bits of the transport block
	bookLarge   = 600
	bookCompact = 24 // resource blocks of format 1C
)

// Codebook holds the code words of every DCI with SI-RNTI that SIB1 is likely to be announced with, before rate matching: of
// format 1A with localised and distributed resource blocks and redundancy version 0, fields without meaning for it zero; or of
// format 1C. A DCI of which only a few bits are in view cannot be decoded, but it can be chosen among those.
//
// Words are not written out. Code and CRC are linear: for one resource allocation the words of all sizes are one word plus a
// small space, and a Hadamard transform correlates soft bits with all of them at once.
type Codebook struct {
	Words   int
	Compact bool // format 1C

	n      int     // payload and CRC
	dim    int     // bits of the payload besides the allocation: size, and in format 1A the new data indicator
	flips  []uint8 // of each bit of a word, which of those flip it
	rows   []bookRow
	local  int // rows that are localised; they come first
	sizes  []bookSize
	tables []*bookTable
	rv     [4][]uint8 // what another redundancy version changes, by bit

	at     []int32 // scratch: bits of a word that were heard
	values []float32
}

// bookRow is one resource allocation.
type bookRow struct {
	word          [3]uint64 // with all other fields zero
	start, length uint8
	spread, gap2  bool
	prior         float32 // logarithm of how likely it is before anything is heard
	table         *bookTable
}

// bookSize is what the other fields say.
type bookSize struct {
	tbs int
	ndi uint8
}

// bookTable holds the same logarithm for the other fields, by their bits; minus infinity where they are not in the book.
type bookTable struct {
	length, ndi int // -1: any
	prior       [1 << bookDim]float32
}

const bookDim = 7

// NewCodebook makes that of format 1A of a carrier.
func NewCodebook(d lte.Duplex, prb int) *Codebook {
	size := size1A(d, prb)
	at := 2 + rivBits(prb)
	harq := 3
	if d == lte.TDD {
		harq = 4
	}
	ndi := at + 5 + harq
	b := newCodebook(size, []int{ndi, ndi + 4, at + 4, at + 3, at + 2, at + 1, at})
	payload := make([]uint8, size)
	for v := range b.rv {
		fec.Bits(payload[ndi+1:], uint32(v), 2)
		b.rv[v] = encodeDCI(payload, 0)
	}
	clear(payload)
	for i := range 1 << b.dim {
		x := bookSize{ndi: uint8(i & 1)}
		if mcs := i >> 2; mcs < len(tbs1A) {
			x.tbs = tbs1A[mcs][i>>1&1]
		}
		b.sizes = append(b.sizes, x)
	}
	payload[0] = 1        // format 1A
	for kind := range 3 { // localised, distributed with the first and with the second gap
		blocks, says := prb, -1
		if kind > 0 {
			blocks = distributed(prb, kind == 2).blocks
			if prb >= 50 {
				says = kind - 1 // the indicator names the gap, TS 36.212 §5.3.3.1.3
			}
		}
		if kind == 2 && prb < 50 {
			break
		}
		payload[1] = uint8(min(kind, 1))
		for length := 1; length <= min(bookBlocks, blocks); length++ {
			for start := 0; start+length <= blocks; start++ {
				fec.Bits(payload[2:], uint32(packRIV(start, length, prb)), rivBits(prb))
				b.add(payload, bookRow{start: uint8(start), length: uint8(length), spread: kind > 0, gap2: kind == 2}, says)
			}
		}
		if kind == 0 {
			b.local = len(b.rows)
		}
	}
	b.weigh()
	return b
}

// NewCompactCodebook makes that of format 1C.
func NewCompactCodebook(prb int) *Codebook {
	size := size1C(prb)
	step := step1C(prb)
	riv := rivBits(distributed(prb, false).blocks / step)
	gaps, at := 1, 0
	if prb >= 50 {
		gaps, at = 2, 1
	}
	m := at + riv
	b := newCodebook(size, []int{m + 4, m + 3, m + 2, m + 1, m})
	b.Compact = true
	for i := range 1 << b.dim {
		b.sizes = append(b.sizes, bookSize{tbs: tbs1C[i]})
	}
	payload := make([]uint8, size)
	for gap := range gaps {
		if at > 0 {
			payload[0] = uint8(gap)
		}
		n := distributed(prb, gap == 1).blocks / step
		for length := 1; length*step <= bookCompact && length <= n; length++ {
			for start := 0; start+length <= n; start++ {
				fec.Bits(payload[at:], uint32(packRIV(start, length, n)), riv)
				b.add(payload, bookRow{start: uint8(start * step), length: uint8(length * step), spread: true, gap2: gap == 1}, -1)
			}
		}
	}
	b.local = len(b.rows)
	b.weigh()
	return b
}

// fits tells whether SIB1 may have tbs bits in so many resource blocks: a code rate above 0.93 cannot be received, and a
// subframe has at most 264 bits a block.
func fits(tbs, blocks int) bool {
	return tbs >= bookSmall && tbs <= bookLarge && float64(tbs+24) <= 0.93*264*float64(blocks)
}

// packRIV makes a resource indication value over n blocks, TS 36.213 §7.1.6.3.
func packRIV(start, length, n int) int {
	if length-1 <= n/2 {
		return n*(length-1) + start
	}
	return n*(n-length+1) + n - 1 - start
}

// newCodebook makes an empty one for payloads of size bits; fields are the places of the bits besides the allocation, the lowest
// of their number first.
func newCodebook(size int, fields []int) *Codebook {
	n := size + 16
	b := &Codebook{n: n, dim: len(fields), flips: make([]uint8, 3*n)}
	payload := make([]uint8, size)
	for k, f := range fields {
		payload[f] = 1
		for i, v := range encodeDCI(payload, 0) {
			b.flips[i] |= v << k
		}
		payload[f] = 0
	}
	return b
}

// encodeDCI is the mother code's word of a payload.
func encodeDCI(payload []uint8, rnti uint16) []uint8 {
	in := append([]uint8(nil), payload...)
	in = append(in, make([]uint8, 16)...)
	fec.Bits(in[len(payload):], uint32(fec.CRC16(payload)^rnti), 16)
	var out []uint8
	for _, s := range fec.ConvEncode(in) {
		out = append(out, s...)
	}
	return out
}

// add takes an allocation; ndi is what its new data indicator must be, -1: anything.
func (b *Codebook) add(payload []uint8, r bookRow, ndi int) {
	for i, v := range encodeDCI(payload, SIRNTI) {
		r.word[i/64] |= uint64(v) << (i % 64)
	}
	for _, t := range b.tables {
		if t.length == int(r.length) && t.ndi == ndi {
			r.table = t
		}
	}
	if r.table == nil {
		r.table = &bookTable{length: int(r.length), ndi: ndi}
		b.tables = append(b.tables, r.table)
	}
	b.rows = append(b.rows, r)
}

// weigh gives words their weight: networks seen keep SIB1 together, at the lower edge of the carrier, and make it a few tens of
// octets.
func (b *Codebook) weigh() {
	words, sums := map[*bookTable]int{}, map[*bookTable]float64{}
	for _, t := range b.tables {
		for i := range t.prior {
			t.prior[i] = float32(math.Inf(-1))
			if i >= len(b.sizes) || !fits(b.sizes[i].tbs, t.length) || t.ndi >= 0 && t.ndi != int(b.sizes[i].ndi) {
				continue
			}
			p := 1.0
			if x := b.sizes[i].tbs; x >= 104 && x <= 256 {
				p *= 4
			}
			if b.sizes[i].ndi == 0 {
				p *= 2
			}
			t.prior[i] = float32(math.Log(p))
			words[t]++
			sums[t] += p
		}
	}
	var sum float64
	weights := make([]float64, len(b.rows))
	for i, r := range b.rows {
		p := 1.0
		if r.start == 0 {
			p *= 16
		}
		if r.spread && !b.Compact {
			p /= 4
		}
		weights[i] = p
		sum += p * sums[r.table]
		b.Words += words[r.table]
	}
	for i := range b.rows {
		b.rows[i].prior = float32(math.Log(weights[i] / sum * float64(b.Words)))
	}
}

// Turn gives soft bits of a DCI with redundancy version rv the signs they would have with version 0.
func (b *Codebook) Turn(soft []float32, rv int) {
	for i, v := range b.rv[rv&3] {
		if v != 0 {
			soft[i] = -soft[i]
		}
	}
}

// Most is the evidence of a word that agrees with every soft bit and is likely from the start: Best cannot find more.
func (b *Codebook) Most(soft []float32) (evidence float64) {
	const prior = 5
	evidence = prior
	for _, x := range soft {
		evidence += math.Ln2 - softplus(-math.Abs(float64(x)))
	}
	return evidence
}

// Best is the likeliest word: evidence is the logarithm of its likelihood over that of noise, with what is likely from the start
// counted in, so that noise reaches ln Words + x in less than one of exp x cases. Distributed resource blocks of format 1A are looked at
// if all.
func (b *Codebook) Best(soft []float32, all bool) (g Grant, evidence float64) {
	// Of a word c the evidence is the sum of ln 2σ(cx) = ln 2 - softplus(-cx), and softplus(-x) - softplus(x) = -x.
	var common float64
	b.at, b.values = b.at[:0], b.values[:0]
	for i, x := range soft {
		if x != 0 {
			b.at, b.values = append(b.at, int32(i)), append(b.values, x/2)
			common += math.Ln2 - (softplus(float64(x))+softplus(-float64(x)))/2
		}
	}
	rows := b.rows
	if !all {
		rows = rows[:b.local]
	}
	most, row, field := float32(math.Inf(-1)), 0, 0
	var sums [1 << bookDim]float32
	for k := range rows {
		r := &rows[k]
		clear(sums[:1<<b.dim])
		for j, i := range b.at {
			// Its sign turns with the word's bit.
			sign := uint32(r.word[i>>6]>>(i&63)&1) << 31
			sums[b.flips[i]&(1<<bookDim-1)] += math.Float32frombits(math.Float32bits(b.values[j]) ^ sign)
		}
		hadamard(&sums, 1<<b.dim)
		prior := r.prior
		for i, v := range sums[:1<<b.dim] {
			if v += prior + r.table.prior[i]; v > most {
				most, row, field = v, k, i
			}
		}
	}
	r := &rows[row]
	g = Grant{RNTI: SIRNTI, Compact: b.Compact, Distributed: r.spread, Gap2: r.gap2, Start: int(r.start), Length: int(r.length),
		TBS: b.sizes[field].tbs, NDI: int(b.sizes[field].ndi)}
	if b.Compact {
		g.RV = -1
	}
	return g, float64(most) + common
}

// hadamard transforms the first n values (8, 32 or 128): x[i] becomes the sum of x[k], with a minus where i and k share an odd number
// of ones.
func hadamard(x *[1 << bookDim]float32, n int) {
	for i := 0; i+8 <= n; i += 8 {
		y := x[i : i+8 : i+8]
		a0, a1, a2, a3 := y[0]+y[1], y[0]-y[1], y[2]+y[3], y[2]-y[3]
		a4, a5, a6, a7 := y[4]+y[5], y[4]-y[5], y[6]+y[7], y[6]-y[7]
		b0, b1, b2, b3 := a0+a2, a1+a3, a0-a2, a1-a3
		b4, b5, b6, b7 := a4+a6, a5+a7, a4-a6, a5-a7
		y[0], y[1], y[2], y[3], y[4], y[5], y[6], y[7] = b0+b4, b1+b5, b2+b6, b3+b7, b0-b4, b1-b5, b2-b6, b3-b7
	}
	for h := 8; h < n; h *= 4 {
		for i := 0; i < n; i += 4 * h {
			a, b, c, d := x[i:i+h], x[i+h:i+2*h], x[i+2*h:i+3*h], x[i+3*h:i+4*h]
			b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
			for k, v := range a {
				p, m := v+b[k], v-b[k]
				q, r := c[k]+d[k], c[k]-d[k]
				a[k], b[k], c[k], d[k] = p+q, m+r, p-q, m-r
			}
		}
	}
}

// softplus is ln(1 + exp(x)).
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// Soft adds to the soft bits of the mother code, 3 Codebook.n of them, those of the first aggregation control channel elements of
// a subframe; what is not in view adds nothing. ok is false where the subframe cannot have this CFI or that many elements.
func (d *PDCCH) Soft(b *Codebook, soft []float32, s *grid.Subframe, p PHICH, cfi, aggregation int) (_ []float32, ok bool) {
	llr, ok := d.soften(s, p, cfi)
	if !ok || len(llr) < 72*aggregation {
		return soft, false
	}
	for len(soft) < 3*b.n {
		soft = append(soft, 0)
	}
	soft = soft[:3*b.n]
	order := d.order(b.n)
	for i, v := range llr[:72*aggregation] {
		soft[order[i%len(order)]] += v
	}
	return soft, true
}
