package live

import (
	"testing"
	"time"

	"github.com/straycell/straycell/radio/iqfile"
)

// BenchmarkRing is all that is done with a sample between the driver's buffer and the reader's: into the ring, out of it, to
// complex64.
func BenchmarkRing(b *testing.B) {
	for _, c := range []struct {
		name, format string
		rate         float64
	}{{"2.4Msps-cu8", "cu8", 2.4e6}, {"30.72Msps-cs16", "cs16", 30.72e6}} {
		b.Run(c.name, func(b *testing.B) {
			codec, _ := iqfile.CodecOf(c.format)
			g := newRing(codec, int64(c.rate), time.Now)
			octets := make([]byte, 8192*codec.Size())
			for i := range octets {
				octets[i] = byte(i * 7)
			}
			iq := make([]complex64, 1<<16)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for range 8 {
					g.put(octets, 0)
				}
				got, _, _ := g.take(iq)
				n += got
			}
			realtime := float64(n) / c.rate / b.Elapsed().Seconds()
			b.ReportMetric(realtime, "x-realtime")
			b.ReportMetric(100/realtime, "%core")
		})
	}
}
