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
	bookSmall   = 96 // bits of the transport block
	bookLarge   = 600
	bookPerByte = 256
)

// Codebook holds the code words of every DCI of format 1A with SI-RNTI and localised resource blocks that SIB1 is likely to be
// announced with, before rate matching and with redundancy version 0. Fields without meaning for it are zero. A DCI of which
// only a few bits are in view cannot be decoded, but it can be chosen among those.
type Codebook struct {
	Words int

	n      int // payload and CRC
	bytes  int // of a word
	word   []uint8
	grants []Grant
	rv     [4][]uint8 // what another redundancy version changes, by bit
	table  []float32
}

// NewCodebook makes that of a carrier.
func NewCodebook(d lte.Duplex, prb int) *Codebook {
	size := size1A(d, prb)
	n := size + 16
	b := &Codebook{n: n, bytes: (3*n + 7) / 8}
	encode := func(payload []uint8, rnti uint16) []uint8 {
		in := append([]uint8(nil), payload...)
		in = append(in, make([]uint8, 16)...)
		fec.Bits(in[size:], uint32(fec.CRC16(payload)^rnti), 16)
		out := make([]uint8, 0, 3*n)
		for _, s := range fec.ConvEncode(in) {
			out = append(out, s...)
		}
		return out
	}
	packed := func(bits []uint8) []uint8 {
		out := make([]uint8, b.bytes)
		for i, v := range bits {
			out[i/8] |= v << (i % 8)
		}
		return out
	}
	// Code and CRC are linear: a word is the sum of what each of its ones contributes.
	basis := make([][]uint8, size)
	payload := make([]uint8, size)
	for i := range basis {
		payload[i] = 1
		basis[i] = packed(encode(payload, 0))
		payload[i] = 0
	}
	at := 2 + rivBits(prb)
	harq := 3
	if d == lte.TDD {
		harq = 4
	}
	ndi := at + 5 + harq
	for v := range b.rv {
		fec.Bits(payload[ndi+1:], uint32(v), 2)
		b.rv[v] = encode(payload, 0)
	}
	clear(payload)
	none := packed(encode(payload, SIRNTI))
	payload[0] = 1 // format 1A
	for length := 1; length <= min(bookBlocks, prb); length++ {
		for start := 0; start+length <= prb; start++ {
			riv := prb*(length-1) + start
			if length-1 > prb/2 {
				riv = prb*(prb-length+1) + prb - 1 - start
			}
			fec.Bits(payload[2:], uint32(riv), rivBits(prb))
			for mcs, sizes := range tbs1A {
				for column, tbs := range sizes {
					// A code rate above 0.93 cannot be received; a subframe has at most 264 bits a block.
					if tbs < bookSmall || tbs > bookLarge || float64(tbs+24) > 0.93*264*float64(length) {
						continue
					}
					fec.Bits(payload[at:], uint32(mcs), 5)
					payload[ndi+4] = uint8(column)
					for v := range 2 {
						payload[ndi] = uint8(v)
						word := append([]uint8(nil), none...)
						for i, x := range payload {
							if x != 0 {
								for k, y := range basis[i] {
									word[k] ^= y
								}
							}
						}
						b.word = append(b.word, word...)
						b.grants = append(b.grants, Grant{RNTI: SIRNTI, Start: start, Length: length, TBS: tbs, NDI: v})
					}
				}
			}
		}
	}
	b.Words = len(b.grants)
	b.table = make([]float32, b.bytes*bookPerByte)
	return b
}

// Turn gives soft bits of a DCI with redundancy version rv the signs they would have with version 0.
func (b *Codebook) Turn(soft []float32, rv int) {
	for i, v := range b.rv[rv&3] {
		if v != 0 {
			soft[i] = -soft[i]
		}
	}
}

// Best is the likeliest word: evidence is the logarithm of its likelihood over that of noise.
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
		var sum float32
		for t, v := range b.word[i*b.bytes:][:b.bytes] {
			sum += b.table[t*bookPerByte+int(v)]
		}
		if sum > best {
			best, at = sum, i
		}
	}
	return b.grants[at], float64(best)
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
