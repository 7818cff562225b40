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
	bookPerByte = 256
)

// Codebook holds the code words of every DCI with SI-RNTI that SIB1 is likely to be announced with, before rate matching: of
// format 1A with localised and distributed resource blocks and redundancy version 0, fields without meaning for it zero; or of
// format 1C. A DCI of which only a few bits are in view cannot be decoded, but it can be chosen among those.
type Codebook struct {
	Words   int
	Compact bool // format 1C

	n      int // payload and CRC
	bytes  int // of a word
	word   []uint8
	grants []bookGrant
	prior  []float32  // logarithm of how likely a word is before anything is heard, times Words
	rv     [4][]uint8 // what another redundancy version changes, by bit
	table  []float32
}

// bookGrant is a Grant, small: there are tens of thousands.
type bookGrant struct {
	tbs           uint16
	start, length uint8
	ndi           uint8
	spread, gap2  bool
}

// NewCodebook makes that of format 1A of a carrier.
func NewCodebook(d lte.Duplex, prb int) *Codebook {
	size := size1A(d, prb)
	b := newCodebook(size)
	payload := make([]uint8, size)
	at := 2 + rivBits(prb)
	harq := 3
	if d == lte.TDD {
		harq = 4
	}
	ndi := at + 5 + harq
	for v := range b.rv {
		fec.Bits(payload[ndi+1:], uint32(v), 2)
		b.rv[v] = encodeDCI(payload, 0)
	}
	clear(payload)
	payload[0] = 1 // format 1A
	w := b.words(payload)
	for kind := range 3 { // localised, distributed with the first and with the second gap
		blocks := prb
		if kind > 0 {
			blocks = distributed(prb, kind == 2).blocks
		}
		if kind == 2 && prb < 50 {
			break
		}
		payload[1] = uint8(min(kind, 1))
		for length := 1; length <= min(bookBlocks, blocks); length++ {
			for start := 0; start+length <= blocks; start++ {
				fec.Bits(payload[2:], uint32(packRIV(start, length, prb)), rivBits(prb))
				for mcs, sizes := range tbs1A {
					for column, tbs := range sizes {
						if !bookSize(tbs, length) {
							continue
						}
						fec.Bits(payload[at:], uint32(mcs), 5)
						payload[ndi+4] = uint8(column)
						for v := range 2 {
							if kind > 0 && prb >= 50 && v != kind-1 {
								continue // it names the gap, TS 36.212 §5.3.3.1.3
							}
							payload[ndi] = uint8(v)
							w.add(payload, bookGrant{uint16(tbs), uint8(start), uint8(length), uint8(v), kind > 0, kind == 2})
						}
					}
				}
			}
		}
	}
	b.done()
	return b
}

// NewCompactCodebook makes that of format 1C.
func NewCompactCodebook(prb int) *Codebook {
	size := size1C(prb)
	b := newCodebook(size)
	b.Compact = true
	payload := make([]uint8, size)
	w := b.words(payload)
	step := step1C(prb)
	riv := rivBits(distributed(prb, false).blocks / step)
	gaps := 1
	at := 0
	if prb >= 50 {
		gaps, at = 2, 1
	}
	for gap := range gaps {
		payload[0] = uint8(gap)
		n := distributed(prb, gap == 1).blocks / step
		for length := 1; length*step <= bookCompact && length <= n; length++ {
			for start := 0; start+length <= n; start++ {
				fec.Bits(payload[at:], uint32(packRIV(start, length, n)), riv)
				for mcs, tbs := range tbs1C {
					if bookSize(tbs, length*step) {
						fec.Bits(payload[at+riv:], uint32(mcs), 5)
						w.add(payload, bookGrant{uint16(tbs), uint8(start * step), uint8(length * step), 0, true, gap == 1})
					}
				}
			}
		}
	}
	b.done()
	return b
}

// bookSize tells whether SIB1 may have tbs bits in so many resource blocks: a code rate above 0.93 cannot be received, and a
// subframe has at most 264 bits a block.
func bookSize(tbs, blocks int) bool {
	return tbs >= bookSmall && tbs <= bookLarge && float64(tbs+24) <= 0.93*264*float64(blocks)
}

// packRIV makes a resource indication value over n blocks, TS 36.213 §7.1.6.3.
func packRIV(start, length, n int) int {
	if length-1 <= n/2 {
		return n*(length-1) + start
	}
	return n*(n-length+1) + n - 1 - start
}

func newCodebook(size int) *Codebook {
	n := size + 16
	return &Codebook{n: n, bytes: (3*n + 7) / 8}
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

// wordMaker makes words of payloads. Code and CRC are linear: a word is the sum of what each of its ones contributes.
type wordMaker struct {
	b     *Codebook
	basis [][]uint8
	none  []uint8
}

func (b *Codebook) words(payload []uint8) *wordMaker {
	packed := func(bits []uint8) []uint8 {
		out := make([]uint8, b.bytes)
		for i, v := range bits {
			out[i/8] |= v << (i % 8)
		}
		return out
	}
	w := &wordMaker{b: b}
	zero := make([]uint8, len(payload))
	w.none = packed(encodeDCI(zero, SIRNTI))
	for i := range zero {
		zero[i] = 1
		w.basis = append(w.basis, packed(encodeDCI(zero, 0)))
		zero[i] = 0
	}
	return w
}

func (w *wordMaker) add(payload []uint8, g bookGrant) {
	at := len(w.b.word)
	w.b.word = append(w.b.word, w.none...)
	word := w.b.word[at:]
	for i, x := range payload {
		if x != 0 {
			for k, y := range w.basis[i] {
				word[k] ^= y
			}
		}
	}
	w.b.grants = append(w.b.grants, g)
}

// done weighs the words: networks seen keep SIB1 together, at the lower edge of the carrier, and make it a few tens of octets.
func (b *Codebook) done() {
	b.Words = len(b.grants)
	b.prior = make([]float32, b.Words)
	var sum float64
	for i, g := range b.grants {
		p := 1.0
		if g.start == 0 {
			p *= 16
		}
		if g.tbs >= 104 && g.tbs <= 256 {
			p *= 4
		}
		if g.ndi == 0 {
			p *= 2
		}
		if g.spread && !b.Compact {
			p /= 4
		}
		b.prior[i] = float32(p)
		sum += p
	}
	for i, p := range b.prior {
		b.prior[i] = float32(math.Log(float64(p) / sum * float64(b.Words)))
	}
	b.table = make([]float32, b.bytes*bookPerByte)
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
// counted in, so that noise reaches ln Words + x in less than one of exp x cases.
func (b *Codebook) Best(soft []float32) (g Grant, evidence float64) {
	for t := range b.bytes {
		var gain [8][2]float32
		for j := range gain {
			if i := 8*t + j; i < len(soft) {
				x := float64(soft[i])
				gain[j][0] = float32(math.Ln2 - softplus(-x))
				gain[j][1] = float32(math.Ln2 - softplus(x))
			}
		}
		row := b.table[t*bookPerByte:][:bookPerByte]
		for v := range row {
			var sum float32
			for j := range gain {
				sum += gain[j][v>>j&1]
			}
			row[v] = sum
		}
	}
	best, at := float32(math.Inf(-1)), 0
	for i := range b.Words {
		sum := b.prior[i]
		for t, v := range b.word[i*b.bytes:][:b.bytes] {
			sum += b.table[t*bookPerByte+int(v)]
		}
		if sum > best {
			best, at = sum, i
		}
	}
	x := b.grants[at]
	g = Grant{RNTI: SIRNTI, Compact: b.Compact, Distributed: x.spread, Gap2: x.gap2, Start: int(x.start), Length: int(x.length), TBS: int(x.tbs), NDI: int(x.ndi)}
	if b.Compact {
		g.RV = -1
	}
	return g, float64(best)
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
