package si

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// Every subframe of a run belongs to a window exactly where TS 36.331 §5.2.3 says so.
func TestWindows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		entry, length := 1+rng.IntN(8), []int{1, 2, 5, 10, 15, 20, 40}[rng.IntN(7)]
		period, sfn, end := 8<<rng.IntN(7), rng.IntN(1024), 1+rng.IntN(200)
		in := make([]bool, end)
		for _, w := range Windows(nil, entry, length, period, sfn, end) {
			for i := max(0, w.Start); i < min(end, w.Start+w.Length); i++ {
				in[i] = true
			}
		}
		x := (entry - 1) * length
		for i := range in {
			want := false
			for s := i - length + 1; s <= i; s++ { // a window that starts at s holds i
				frame := sfn + (s+1000)/10 - 100
				want = want || (s+1000)%10 == x%10 && (frame+1024)%period == x/10%period
			}
			if in[i] != want {
				t.Fatalf("entry %d of %d ms every %d from frame %d: subframe %d is %v", entry, length, period, sfn, i, in[i])
			}
		}
	}
}

// RV_K = ceiling(3/2 k) modulo 4, TS 36.321 §5.3.1.
func TestRedundancy(t *testing.T) {
	for k, want := range []int{0, 2, 3, 1, 0, 2} {
		if got := redundancy(k); got != want {
			t.Errorf("k %d: %d, want %d", k, got, want)
		}
	}
}

func TestMulticast(t *testing.T) {
	config := func(period string, offset int64, name string, octets ...byte) rrc.Object {
		return rrc.Object{Members: []rrc.Member{
			{Name: "radioframeAllocationPeriod", Value: rrc.Enum(period)}, {Name: "radioframeAllocationOffset", Value: offset},
			{Name: "subframeAllocation", Value: rrc.Alternative{Name: name, Value: rrc.Bits{Octets: octets, Len: map[string]int{"oneFrame": 6, "fourFrames": 24}[name]}}},
		}}
	}
	sib2 := rrc.Object{Members: []rrc.Member{{Name: "mbsfnSubframeConfigList", Value: rrc.List{
		config("n16", 3, "oneFrame", 0b10010000),
		config("n8", 1, "fourFrames", 0b00000100, 0b00000000, 0b00000001),
	}}}}
	fdd, tdd := multicast(sib2, lte.FDD), multicast(sib2, lte.TDD)
	same := func(a, b grid.Multicast) bool {
		return a.Period == b.Period && a.Offset == b.Offset && slices.Equal(a.Patterns, b.Patterns)
	}
	for i, want := range []grid.Multicast{{Period: 16, Offset: 3, Patterns: []uint16{1<<1 | 1<<6}}, {Period: 8, Offset: 1, Patterns: []uint16{1 << 8, 0, 0, 1 << 8}}} {
		if !same(fdd[i], want) {
			t.Errorf("fdd %+v, want %+v", fdd[i], want)
		}
	}
	for i, want := range []grid.Multicast{{Period: 16, Offset: 3, Patterns: []uint16{1<<3 | 1<<8}}, {Period: 8, Offset: 1, Patterns: []uint16{0, 0, 0, 0}}} {
		if !same(tdd[i], want) {
			t.Errorf("tdd %+v, want %+v", tdd[i], want)
		}
	}
	extension := func(name string, octet byte, bits int) rrc.Object {
		return rrc.Object{Members: []rrc.Member{{Name: "subframeAllocationV1430", Value: rrc.Alternative{Name: name, Value: rrc.Bits{Octets: []byte{octet}, Len: bits}}}}}
	}
	sib2.Members = append(sib2.Members, rrc.Member{Name: "mbsfnSubframeConfigListV1430", Value: rrc.List{
		extension("oneFrameV1430", 0b01000000, 2), extension("fourFramesV1430", 0b00100011, 8), extension("fourFramesV1430", 255, 8),
	}})
	fdd, tdd = multicast(sib2, lte.FDD), multicast(sib2, lte.TDD)
	for i, want := range [][]uint16{{1<<1 | 1<<6 | 1<<9}, {1 << 8, 1 << 4, 0, 1<<4 | 1<<8 | 1<<9}} {
		if !slices.Equal(fdd[i].Patterns, want) {
			t.Errorf("fdd %+v, want %b", fdd[i], want)
		}
	}
	if len(fdd) != 2 || !slices.Equal(tdd[0].Patterns, []uint16{1<<3 | 1<<8}) {
		t.Errorf("%d lists; tdd %+v", len(fdd), tdd[0])
	}
	frames := grid.Frames{Duplex: lte.FDD, CP: lte.NormalCP}
	if frames.MayMulticast(3, 9) {
		t.Error("subframe 9 may be multicast before SIB2 says so")
	}
	frames.Known, frames.Multicast = true, fdd
	if !frames.MayMulticast(3, 9) || frames.MayMulticast(5, 9) || frames.MayMulticast(3, 4) || !frames.MayMulticast(2, 4) {
		t.Error("subframes 4 and 9 are not what the extension says")
	}
	if len(multicast(rrc.Object{}, lte.FDD)) != 0 {
		t.Error("none is some")
	}
}
