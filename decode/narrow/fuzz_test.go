package narrow_test

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// FuzzRead: whatever the samples are, and whatever was said of the cell, nothing panics and no SIB1 comes without a CRC.
func FuzzRead(f *testing.F) {
	f.Add(uint16(301), uint8(0), uint8(0), int64(0), 0.0, 0.0, []byte{1, 2, 3, 4, 5, 6, 7, 8})
	f.Add(uint16(77), uint8(1), uint8(5), int64(-5), 300.0, 6.2e6, []byte{255, 0, 128, 7})
	f.Add(uint16(503), uint8(2), uint8(255), int64(1<<40), -1e9, -8e6, []byte{})
	r := narrow.NewReader() // its plans are made once
	f.Fuzz(func(t *testing.T, pci uint16, size, kind uint8, first int64, ppm, offset float64, text []byte) {
		prb := []int{6, 15, 25, 50, 75, 100}[size%6]
		b := radio.Block{Tuning: radio.Tuning{FreqHz: 1842.5e6 + offset, RateHz: []float64{1.92e6, 2.4e6, 2.048e6}[kind%3]}, First: first, IQ: make([]complex64, 60000+int(size)*100)}
		state := uint64(len(text)) + 1
		for i := range b.IQ {
			if len(text) >= 4 && i%97 < 50 {
				at := 4 * i % (len(text) &^ 3)
				re, im := int16(binary.LittleEndian.Uint16(text[at:])), int16(binary.LittleEndian.Uint16(text[at+2:]))
				b.IQ[i] = complex(float32(re)/32768, float32(im)/32768)
				continue
			}
			state = state*6364136223846793005 + 1442695040888963407
			b.IQ[i] = complex(float32(int32(state>>32))/(1<<31), float32(int32(state>>16))/(1<<31))
		}
		if kind >= 250 {
			b.IQ[len(b.IQ)/2] = complex(float32(math.NaN()), float32(math.Inf(1)))
		}
		o := lte.Observation{
			FreqHz: 1842.5e6, PCI: lte.PCI(pci), Duplex: lte.Duplex(kind % 4), CP: lte.CP(kind / 4 % 4), Ports: []int{1, 2, 4, 3}[kind/16%4],
			FirstSample: float64(first) + float64(size)*100, Signal: lte.Signal{ClockPPM: ppm},
			MIB: &lte.MIB{PRB: prb, SFN: int(pci) * 2, PHICHDuration: lte.PHICHDuration(kind % 4), PHICHResource: lte.PHICHResource(kind % 6)},
		}
		r.Forget()
		centre := b
		centre.IQ, centre.Tuning.FreqHz = nil, 1842.5e6
		r.Read(context.Background(), &centre, float64(first)/b.Tuning.RateHz, []lte.Observation{o})
		for _, got := range r.Read(context.Background(), &b, float64(first)/b.Tuning.RateHz, nil) {
			if len(got.SIB1Octets) > 0 {
				t.Errorf("SIB1 %x", got.SIB1Octets)
			}
		}
		r.Wants(-1, true)
	})
}
