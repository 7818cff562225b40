package iqfile

import (
	"encoding/binary"
	"math"
	"testing"
)

func f32(v ...float32) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func TestConvert(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		datatype  string
		in        []byte
		want      []complex64
		clip, bad int
	}{
		{"cu8", []byte{0, 255, 127, 128, 254, 1}, []complex64{complex(-1, 1), complex(-0.5/127.5, 0.5/127.5), complex(126.5/127.5, -126.5/127.5)}, 2, 0},
		{"ci8", []byte{0x80, 0x7f, 0, 0xff, 0x81, 0x40}, []complex64{complex(-1, 127.0/128), complex(0, -1.0/128), complex(-127.0/128, 0.5)}, 2, 0},
		{"ci16_le", []byte{0, 0x80, 0xff, 0x7f, 1, 0, 0xff, 0xff}, []complex64{complex(-1, 32767.0/32768), complex(1.0/32768, -1.0/32768)}, 2, 0},
		{"ci16_be", []byte{0x80, 0, 0x7f, 0xff, 0, 1, 0xff, 0xff}, []complex64{complex(-1, 32767.0/32768), complex(1.0/32768, -1.0/32768)}, 2, 0},
		{"cf32_le", f32(0.5, -1, nan, inf, -3, 1e30), []complex64{complex(0.5, -1), 0, complex(-3, 0)}, 2, 3},
		{"cf32_be", []byte{0x3f, 0, 0, 0, 0xbf, 0, 0, 0}, []complex64{complex(0.5, -0.5)}, 0, 0},
	} {
		l := sigmfLayout(c.datatype)
		got := make([]complex64, len(c.want))
		clip, bad := l.convert(got, c.in)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: sample %d is %v, want %v", c.datatype, i, got[i], c.want[i])
			}
		}
		if clip != c.clip || bad != c.bad {
			t.Errorf("%s: %d clipped, %d bad, want %d, %d", c.datatype, clip, bad, c.clip, c.bad)
		}
	}
}

// TestWriteReversesRead: every value a converter can deliver is written back as itself.
func TestWriteReversesRead(t *testing.T) {
	for _, name := range []string{"cu8", "cs8", "cs16"} {
		l := rawLayout(name)
		steps := 1 << l.bits
		in := make([]byte, 0, steps*2*l.bits/8)
		for i := range steps {
			for _, v := range []int{i, steps - 1 - i} {
				in = append(in, byte(v))
				if l.bits == 16 {
					in = append(in, byte(v>>8))
				}
			}
		}
		iq := make([]complex64, steps)
		l.read(iq, in)
		out := make([]byte, len(in))
		l.write(out, iq)
		if string(in) != string(out) {
			t.Errorf("%s does not survive a round trip", name)
		}
	}
}

func TestWriteHoldsAtLimits(t *testing.T) {
	nan := float32(math.NaN())
	for name, want := range map[string][]byte{
		"cu8":  {255, 0, 128, 191},
		"cs8":  {0x7f, 0x80, 0, 0x40},
		"cs16": {0xff, 0x7f, 0, 0x80, 0, 0, 0, 0x40},
	} {
		l := rawLayout(name)
		out := make([]byte, 2*l.size())
		l.write(out, []complex64{complex(7, -1e30), complex(nan, 0.5)})
		if string(out) != string(want) {
			t.Errorf("%s: % x, want % x", name, out, want)
		}
	}
}

func TestDatatypes(t *testing.T) {
	for datatype, want := range map[string]string{
		"cu8": "cu8", "ci8": "cs8", "ci8_le": "cs8", "cu8_be": "cu8", "ci16_le": "cs16", "ci16": "cs16", "cf32": "cf32", "cf32_le": "cf32",
	} {
		if l := sigmfLayout(datatype); l == nil || l.name != want {
			t.Errorf("%s: %+v", datatype, l)
		}
	}
	for _, datatype := range []string{"", "rf32_le", "cf64_le", "cu16_le", "cs8", "ri8", "_le"} {
		if l := sigmfLayout(datatype); l != nil {
			t.Errorf("%q is read as %s", datatype, l.core)
		}
	}
}

func BenchmarkConvert(b *testing.B) {
	for _, l := range layouts {
		b.Run(l.core, func(b *testing.B) {
			src := make([]byte, 1<<16*l.size())
			for i := range src {
				src[i] = byte(i * 31)
			}
			if l.bits == 32 {
				clear(src)
			}
			dst := make([]complex64, 1<<16)
			b.ReportAllocs()
			for b.Loop() {
				l.convert(dst, src)
			}
			perSecond := float64(b.N) * float64(len(dst)) / b.Elapsed().Seconds()
			b.ReportMetric(100*2.4e6/perSecond, "%core@2.4Msps")
			b.ReportMetric(perSecond/2.4e6, "x-realtime")
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, l := range layouts {
		if l.write == nil {
			continue
		}
		b.Run(l.core, func(b *testing.B) {
			src := make([]complex64, 1<<16)
			for i := range src {
				src[i] = complex(float32(i%256)/256, -float32(i%255)/256)
			}
			dst := make([]byte, int64(len(src))*l.size())
			for b.Loop() {
				l.write(dst, src)
			}
			b.ReportMetric(100*2.4e6*b.Elapsed().Seconds()/(float64(b.N)*float64(len(src))), "%core@2.4Msps")
		})
	}
}
