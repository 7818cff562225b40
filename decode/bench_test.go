//go:build unix

package decode_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

// scene renders ms of a receiver that hears cells on the given carriers at 10 dB, half loaded.
func scene(b *testing.B, rateHz float64, ms int, carriersHz ...float64) *radio.Block {
	b.Helper()
	const freq = 2000e6
	sc := enb.Scene{FreqHz: freq, RateHz: rateHz, NoiseDBFS: -60, Seed: 1, ADC: enb.ADC{Bits: 8}}
	for i, f := range carriersHz {
		sc.Cells = append(sc.Cells, enb.Emission{
			Cell:      enb.Cell{PCI: lte.PCI(101 + 7*i), PRB: 25, Ports: 2, Load: enb.Load{Fraction: 0.5, Seed: uint64(i)}},
			CarrierHz: freq + f, CFOHz: 1000, ClockPPM: 0.5, StartS: 0.0034 * float64(i+1), RSRPdBFS: -50,
			Channel: enb.Channel{PortGain: [4]complex128{1, 0.8i}},
		})
	}
	sig, err := sc.Open()
	if err != nil {
		b.Fatal(err)
	}
	iq := make([]complex64, int(rateHz/1e3)*ms)
	sig.Read(iq)
	return &radio.Block{IQ: iq, Tuning: radio.Tuning{FreqHz: freq, RateHz: rateHz}}
}

func run(b *testing.B, cfg decode.Config, blk *radio.Block, cells int) {
	d := decode.New(cfg)
	b.ReportAllocs()
	start := cpuSeconds()
	for b.Loop() {
		n := 0
		for _, o := range d.Decode(context.Background(), blk) {
			if o.MIB != nil {
				n++
			}
		}
		if n != cells {
			b.Fatalf("%d cells, want %d", n, cells)
		}
	}
	signal := float64(len(blk.IQ)) / blk.Tuning.RateHz
	b.ReportMetric(signal*float64(b.N)/(cpuSeconds()-start), "x-realtime/core")
}

// cpuSeconds is the processor time this process has used: what a busy machine distorts least.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func BenchmarkDecode2ppm(b *testing.B) {
	run(b, decode.Config{PPMRange: 2}, scene(b, 1.92e6, 80, 0), 1)
}

func BenchmarkDecode60ppm(b *testing.B) {
	run(b, decode.Config{FreqsHz: []float64{2000e6}}, scene(b, 1.92e6, 80, 0), 1)
}

func BenchmarkDecodeEveryRaster60ppm(b *testing.B) {
	run(b, decode.Config{}, scene(b, 1.92e6, 80, 0), 1)
}

func BenchmarkDecodeEmpty(b *testing.B) {
	run(b, decode.Config{}, scene(b, 1.92e6, 80), 0)
}

func BenchmarkDecodeWide(b *testing.B) {
	run(b, decode.Config{}, scene(b, 23.04e6, 80, -8e6, -2e6, 4e6, 9e6), 4)
}

func BenchmarkDecodeWide2ppm(b *testing.B) {
	run(b, decode.Config{PPMRange: 2}, scene(b, 23.04e6, 80, -8e6, -2e6, 4e6, 9e6), 4)
}

func BenchmarkDecodeOneCarrier2ppm(b *testing.B) {
	run(b, decode.Config{PPMRange: 2, FreqsHz: []float64{2000e6}}, scene(b, 1.92e6, 80, 0), 1)
}
