package phch

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// Sent is a PBCH as it was sent over 40 ms, so that it can be removed from the samples it was decoded from.
type Sent struct {
	pci   lte.PCI
	cp    lte.CP
	ports int
	qpsk  []complex64 // of all four frames
}

// Encode gives the symbols of a decoded block whose frame number, without its two low bits, is sfn: TS 36.212 §5.3.1 and
// TS 36.211 §6.6.1 and §6.6.2.
func Encode(b *Block, pci lte.PCI, cp lte.CP, sfn int) *Sent {
	raw := uint32(b.MIB.Raw[0])<<16 | uint32(b.MIB.Raw[1])<<8 | uint32(b.MIB.Raw[2])
	raw = raw&^(0xff<<10) | uint32(sfn>>2&0xff)<<10
	e := 1920
	if cp == lte.ExtendedCP {
		e = 1728
	}
	bits := fec.ConvRateMatch(fec.ConvEncode(block(raw, b.Ports)), e)
	s := &Sent{pci: pci, cp: cp, ports: b.Ports, qpsk: make([]complex64, e/2)}
	scr := fec.Gold(uint32(pci), e)
	const a = 0.70710678118654752440
	for i := range s.qpsk {
		s.qpsk[i] = complex(a*float32(1-2*int(bits[2*i]^scr[2*i])), a*float32(1-2*int(bits[2*i+1]^scr[2*i+1])))
	}
	return s
}

// Symbol fills out[p] with what port p sends in PBCH symbol l (0 to 3) of the frame with this number, TS 36.211 §6.3.4.3
// and §6.6.4; resource elements that the PBCH does not use are left alone.
func (s *Sent) Symbol(out *[4][grid.Width]complex64, sfn, l int) {
	per := len(s.qpsk) / 4
	x := s.qpsk[sfn%4*per : (sfn%4+1)*per]
	for i := range l {
		x = x[used(s.cp, i):]
	}
	const half = 0.70710678118654752440
	var at [4]int
	have := 0
	for k := range grid.Width {
		if skips(s.cp, l) && k%3 == int(s.pci)%3 {
			continue
		}
		at[have] = k
		if have++; have < s.ports {
			continue
		}
		have = 0
		switch s.ports {
		case 1:
			out[0][at[0]] = x[0]
		case 2:
			pair(&out[0], &out[1], at[0], at[1], x[0]*half, x[1]*half)
		case 4:
			pair(&out[0], &out[2], at[0], at[1], x[0]*half, x[1]*half)
			pair(&out[1], &out[3], at[2], at[3], x[2]*half, x[3]*half)
		}
		x = x[s.ports:]
	}
}

// used is how many resource elements of symbol l the PBCH fills.
func used(cp lte.CP, l int) int {
	if skips(cp, l) {
		return grid.Width * 2 / 3
	}
	return grid.Width
}

func pair(p, q *[grid.Width]complex64, a, b int, x0, x1 complex64) {
	p[a], q[a] = x0, -conj(x1)
	p[b], q[b] = x1, conj(x0)
}
