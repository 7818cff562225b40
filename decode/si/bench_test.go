package si_test

import (
	"context"
	"testing"

	"github.com/straycell/straycell/decode/dsp"
	"github.com/straycell/straycell/decode/si"
)

// BenchmarkRead is SIB1, all messages and paging of a 20 MHz carrier at 23.04 Msps, beyond the search.
func BenchmarkRead(b *testing.B) {
	iq, rate, cell, sib1 := clean(b, "a100p2.cs8")
	const to = 23.04e6
	iq = dsp.Resample(iq, rate, to)
	r := si.NewReader()
	info, _ := r.Read(context.Background(), iq, to, cell)
	if len(info.SIB1Octets) == 0 || len(info.Messages) == 0 {
		b.Fatalf("nothing read, want %s", sib1)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Read(context.Background(), iq, to, cell)
	}
	b.ReportMetric(float64(len(iq))/to*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}
