package export

import (
	"math"
	"sync"
	"time"

	"github.com/straycell/straycell/radio"
)

// Bounds of the samples that are kept in case they become evidence.
const (
	ringBytes  = 96 << 20
	pieceLen   = 1 << 17 // samples of a piece: what is forgotten at once
	sampleSize = 4       // octets: two numbers of 16 bits, more than converters have
)

// ring keeps the newest samples of a radio, whatever it is tuned to, and what was marked a while longer.
type ring struct {
	mu     sync.Mutex
	limit  int
	used   int
	pieces []*piece // in the order of their samples
}

// piece is consecutive samples of one tuning. What is in it does not change once another piece follows.
type piece struct {
	tuning radio.Tuning
	time   time.Time // of the first sample; zero unknown
	first  int64
	iq     []int16
	marked bool
}

func (p *piece) end() int64 { return p.first + int64(len(p.iq)/2) }

const full16 = 32767

// add takes a block's samples in.
func (r *ring) add(b *radio.Block) {
	r.mu.Lock()
	defer r.mu.Unlock()
	iq, first, at := b.IQ, b.First, b.Time
	for len(iq) > 0 {
		p := r.last()
		if p == nil || b.Lost > 0 && first == b.First || p.end() != first || p.tuning != b.Tuning || len(p.iq) == cap(p.iq) {
			p = &piece{tuning: b.Tuning, time: at, first: first, iq: make([]int16, 0, 2*pieceLen)}
			r.pieces = append(r.pieces, p)
			r.used += sampleSize * pieceLen
			r.forget()
		}
		n := min(len(iq), (cap(p.iq)-len(p.iq))/2)
		for _, v := range iq[:n] {
			p.iq = append(p.iq, to16(real(v)), to16(imag(v)))
		}
		iq, first = iq[n:], first+int64(n)
		if !at.IsZero() && b.Tuning.RateHz > 0 {
			at = at.Add(time.Duration(float64(n) / b.Tuning.RateHz * 1e9))
		}
	}
}

func to16(v float32) int16 { return int16(max(-full16, min(full16, v*full16))) }

func (r *ring) last() *piece {
	if len(r.pieces) == 0 {
		return nil
	}
	return r.pieces[len(r.pieces)-1]
}

// forget drops the oldest piece that is not marked, or, where all are, the oldest.
func (r *ring) forget() {
	for r.used > r.limit && len(r.pieces) > 1 {
		gone := 0
		for i, p := range r.pieces[:len(r.pieces)-1] {
			if !p.marked {
				gone = i
				break
			}
		}
		r.pieces = append(r.pieces[:gone], r.pieces[gone+1:]...)
		r.used -= sampleSize * pieceLen
	}
}

// mark keeps the samples from first up to end, as long as there is room for all that is marked.
func (r *ring) mark(first, end int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	marked := 0
	for _, p := range r.pieces {
		if p.marked {
			marked++
		}
	}
	for _, p := range r.pieces {
		if p.first < end && p.end() > first && !p.marked {
			if marked++; marked*sampleSize*pieceLen > r.limit/2 {
				return // half of the room is for what is new
			}
			p.marked = true
		}
	}
}

// take lists what shows a carrier: marked samples, and others from first on, the newest up to limit octets.
func (r *ring) take(freqHz, halfHz float64, first int64, limit int) []*piece {
	r.mu.Lock()
	defer r.mu.Unlock()
	chosen := make([]bool, len(r.pieces))
	used := 0
	for _, marked := range []bool{true, false} {
		for i := len(r.pieces) - 1; i >= 0; i-- {
			p := r.pieces[i]
			shows := math.Abs(p.tuning.FreqHz-freqHz) < p.tuning.RateHz/2+halfHz && p.tuning.RateHz == r.last().tuning.RateHz
			if !shows || p.marked != marked || !marked && p.end() <= first {
				continue
			}
			if used += 2 * len(p.iq); used > limit {
				break
			}
			chosen[i] = true
		}
	}
	var out []*piece
	for i, p := range r.pieces {
		if chosen[i] {
			c := *p // the newest may still grow, behind what is there now
			out = append(out, &c)
		}
	}
	return out
}

// block is the piece as it was read.
func (p *piece) block() *radio.Block {
	iq := make([]complex64, len(p.iq)/2)
	for i := range iq {
		iq[i] = complex(float32(p.iq[2*i])/full16, float32(p.iq[2*i+1])/full16)
	}
	return &radio.Block{Tuning: p.tuning, Time: p.time, First: p.first, IQ: iq}
}
