package live

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

var signal = flag.Duration("signal", 20*time.Second, "signal time of TestSoak")

// deaf is a decoder for tests that are about the source alone.
type deaf struct{}

func (deaf) Decode(context.Context, *radio.Block) []lte.Observation { return nil }

// TestSoak surveys a source that stalls, drops, disconnects, hangs and lies at random. The survey goes on, nothing is
// left behind, and each block has the number of the sample that the air really had then. With -signal 2h it decodes what it
// hears, a recording in a loop; in the short form of every day it does not.
func TestSoak(t *testing.T) {
	const rate = fakeRate
	if testing.Short() {
		*signal = min(*signal, 5*time.Second)
	}
	tape, looker := noiseTape(), func(decode.Config) survey.Looker { return deaf{} }
	if *signal > time.Minute {
		tape, looker = recordedTape(t), nil
	}
	goroutines, files := runtime.NumGoroutine(), descriptors()
	a := &air{rate: rate}
	rnd := rand.New(rand.NewPCG(7, 1))
	var src atomic.Pointer[Source]
	var count struct{ stalls, drops, unplugged, lies, hangs, over, refused atomic.Int64 }
	open := func(context.Context) (Driver, error) {
		if rnd.IntN(3) == 0 {
			a.pass(rnd.Int64N(rate))
			count.refused.Add(1)
			return nil, errors.New("no such device")
		}
		return rogue(a, tape, rnd.Uint64(), &src, func(what string) {
			switch what {
			case "stall":
				count.stalls.Add(1)
			case "drop":
				count.drops.Add(1)
			case "unplug":
				count.unplugged.Add(1)
			case "lie":
				count.lies.Add(1)
			case "hang":
				count.hangs.Add(1)
			case "over":
				count.over.Add(1)
			}
		}), nil
	}
	var s *Source
	for s == nil {
		s, _ = Open(t.Context(), quick(open, a))
	}
	src.Store(s)
	w := &watched{Source: s, t: t, tape: tape}
	began := time.Now()
	sum, err := survey.Run(t.Context(), survey.Config{
		Source: w, For: *signal, Plan: []radio.Tuning{{FreqHz: 1860e6}, {FreqHz: 1860e6 + 100}},
		Decode: decode.Config{PPMRange: 2, FreqsHz: []float64{1860e6}}, NewLooker: looker,
	})
	if err != nil || sum.Gone != nil {
		t.Fatalf("the survey ended: %v %v", err, sum.Gone)
	}
	s.Close()
	t.Logf("%v of signal in %v: %d looks, %d cells; %d stalls, %d hangs, %d drops, %d overflows, %d times unplugged, %d failed attempts, %d lies; %d samples lost, all counted in %d blocks",
		*signal, time.Since(began).Round(time.Second), sum.Looks, len(sum.Cells), count.stalls.Load(), count.hangs.Load(), count.drops.Load(), count.over.Load(), count.unplugged.Load(),
		count.refused.Load(), count.lies.Load(), sum.Sweep.LostSamples, w.blocks)
	if w.lost != sum.Sweep.LostSamples {
		t.Errorf("the survey counts %d samples lost, the source %d", sum.Sweep.LostSamples, w.lost)
	}
	if looker == nil && len(sum.Cells) == 0 {
		t.Error("no cell was heard")
	}
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines && time.Now().Before(end); {
		time.Sleep(20 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines, before it were %d", n, goroutines)
	}
	if n := descriptors(); n > files {
		t.Errorf("%d descriptors, before it were %d", n, files)
	}
	if grown := w.heapLast - w.heapEarly; grown > 64<<20 {
		t.Errorf("the heap grew by %d octets", grown)
	}
}

func descriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}

// noiseTape is a second of samples that are all different.
func noiseTape() []byte {
	tape := make([]byte, 2*int(fakeRate))
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := range tape {
		tape[i] = byte(rnd.Uint32())
	}
	return tape
}

// recordedTape is a recording of band 3 with a dongle, 24 periods of the PBCH of it as that dongle's clock counts them: in a loop its cells'
// frames go on.
func recordedTape(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "captures", "offair", "f1860_s1.92_g0_1s_rtlsdr1.bin")
	tape, err := os.ReadFile(path)
	if err != nil {
		t.Skip("needs the recordings beside the repository: ", err)
	}
	const period, slowPPM = 0.04 * fakeRate, 22.4
	return tape[:2*int(math.Round(24*period*(1+slowPPM*1e-6)))]
}

// odds against each kind of trouble at each delivery of 4 ms.
func odds() int {
	if *signal > time.Minute {
		return 3000
	}
	return 150
}

// rogue is a device that goes wrong in its own random way.
func rogue(a *air, tape []byte, seed uint64, src *atomic.Pointer[Source], tell func(string)) *fake {
	f, rnd := newFake(a), rand.New(rand.NewPCG(seed, 2))
	f.facts.Format, f.facts.Info.Bits = "cu8", 8
	f.facts.Gains = []float64{0, 10, 20, 30}
	if rnd.IntN(3) == 0 {
		f.hang = make(chan struct{})
		tell("hang")
		time.AfterFunc(time.Duration(100+rnd.IntN(400))*time.Millisecond, func() { close(f.hang) })
	}
	f.room = func() bool { s := src.Load(); return s == nil || half(s) }
	tunings := rand.New(rand.NewPCG(seed, 3))
	f.tune = func(t radio.Tuning) (Setting, error) {
		switch tunings.IntN(40) {
		case 0:
			tell("lie")
			t.RateHz = []float64{0, -1, fakeRate / 2, 3e9}[tunings.IntN(4)]
		case 1:
			tell("lie")
			t.FreqHz = 0
		}
		return Setting{t, tunings.Int64N(20_000)}, nil
	}
	n := int64(len(tape) / 2)
	f.step = func(f *fake, put func([]byte, int64)) error {
		deliver := func(k, lost int64) {
			first := f.pass(lost+k) + lost
			octets := make([]byte, 0, 2*k)
			for k > 0 {
				at := first % n
				some := min(k, n-at)
				octets = append(octets, tape[2*at:2*(at+some)]...)
				first, k = first+some, k-some
			}
			put(octets, lost)
		}
		switch rnd.IntN(odds()) {
		case 0:
			tell("unplug")
			f.pass(rnd.Int64N(fakeRate / 4))
			return errors.New("unplugged")
		case 1:
			tell("stall")
			f.pass(rnd.Int64N(fakeRate))
			<-f.quit // one that went on would have lost what nobody can count
			return nil
		case 2, 3, 4:
			tell("drop")
			deliver(1000, 1+rnd.Int64N(200_000))
		case 5:
			tell("over")
			deliver(2_000_000, 0)
		default:
			deliver(8192, 0)
		}
		return nil
	}
	return f
}

// watched holds each block against the air.
type watched struct {
	*Source
	t     *testing.T
	tape  []byte
	codec iqfile.Codec
	shift int64 // of the air's numbers against the source's
	next  int64
	lost  int64
	away  bool // since the last block

	blocks              int
	heapEarly, heapLast int64
}

func (w *watched) Tune(ctx context.Context, t radio.Tuning) (radio.Tuning, error) {
	got, err := w.Source.Tune(ctx, t)
	w.next = -1
	w.missed(err)
	return got, err
}

func (w *watched) Read(ctx context.Context, b *radio.Block) error {
	if err := w.Source.Read(ctx, b); err != nil {
		w.missed(err)
		return err
	}
	w.lost += b.Lost
	if w.next >= 0 && w.blocks > 0 && b.First != w.next+b.Lost {
		w.t.Errorf("block at %d, want %d", b.First, w.next+b.Lost)
	}
	w.next = b.First + int64(len(b.IQ))
	w.place(b)
	if w.blocks++; w.blocks%5_000 == 1000 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if w.heapLast = int64(m.HeapAlloc); w.heapEarly == 0 {
			w.heapEarly = w.heapLast
		}
		if *signal > time.Minute {
			w.t.Logf("%.0f s: %d MB, %d goroutines, %d descriptors, %d lost", float64(b.First)/fakeRate, m.HeapAlloc>>20, runtime.NumGoroutine(), descriptors(), w.lost)
		}
	}
	return nil
}

// missed notes a time without a device.
func (w *watched) missed(err error) {
	var away *radio.AwayError
	w.away = w.away || errors.As(err, &away)
}

// place finds the block on the tape: where its number says, give or take the roundings of times without a device.
func (w *watched) place(b *radio.Block) {
	if w.codec == (iqfile.Codec{}) {
		w.codec, _ = iqfile.CodecOf("cu8")
	}
	n := int64(len(w.tape) / 2)
	fits := func(at int64) bool {
		var v [1]complex64
		for i := range min(len(b.IQ), 64) {
			w.codec.Decode(v[:], w.tape[2*((at+int64(i))%n):])
			if v[0] != b.IQ[i] {
				return false
			}
		}
		return true
	}
	if len(b.IQ) < 64 {
		return
	}
	const slack = 3
	if w.blocks == 0 {
		for at := range n {
			if fits(at) {
				w.shift = ((at-b.First)%n + n) % n
				return
			}
		}
	}
	for _, d := range []int64{0, 1, -1, 2, -2, slack, -slack} {
		if at := ((b.First+w.shift+d)%n + n) % n; fits(at) {
			if d != 0 && !w.away {
				w.t.Errorf("block at %d: off by %d", b.First, d)
			}
			w.shift += d
			w.away = false
			return
		}
	}
	off := "nor ever"
	for d := range n {
		if fits(((b.First+w.shift+d)%n + n) % n) {
			off = fmt.Sprintf("but %d samples later", d)
			break
		}
	}
	w.t.Fatalf("block at %d (%d lost before it; the device was away since the last one: %v): that is not what the air had then, %s; said: %v", b.First, b.Lost, w.away, off, w.Warnings())
}
