// Package feedtest is the air of emulated radios: what a driver programmed arrives here as it reached the device, and what is
// heard with that goes back. It is for tests only.
package feedtest

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
	"github.com/straycell/straycell/radio/sim"
)

// Request is what a device is programmed to, and how much it wants to hear.
type Request struct {
	Octets int
	LOHz   float64
	IFHz   float64
	RateHz float64
	Own    [4]float64 // gain steps and the like, each device's own
}

// FreqHz is the carrier that comes to zero.
func (r Request) FreqHz() float64 { return r.LOHz - r.IFHz }

// Air makes the octets that a request hears; an error unplugs the device.
type Air interface {
	Hear(r Request, octets []byte) error
}

// Feed serves an emulated radio and remembers what it asked for.
type Feed struct {
	Path string // of the socket

	air  Air
	mu   sync.Mutex
	last Request
	gate chan struct{} // held by Stall
	out  bool
}

// New starts a feed for the length of the test.
func New(t *testing.T, air Air) *Feed {
	t.Helper()
	f := &Feed{Path: filepath.Join(t.TempDir(), "feed"), air: air, gate: make(chan struct{}, 1)}
	l, err := net.Listen("unix", f.Path)
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				stop := context.AfterFunc(ctx, func() { c.Close() })
				defer stop()
				defer c.Close()
				f.serve(ctx, c)
			})
		}
	})
	t.Cleanup(func() { cancel(); l.Close(); conns.Wait() })
	return f
}

func (f *Feed) serve(ctx context.Context, c net.Conn) {
	var q [8 * 8]byte
	for {
		if _, err := io.ReadFull(c, q[:]); err != nil {
			return
		}
		var v [8]float64
		for i := range v {
			v[i] = math.Float64frombits(binary.NativeEndian.Uint64(q[8*i:]))
		}
		if !(v[0] >= 0 && v[0] <= 1<<22) {
			return
		}
		r := Request{int(v[0]), v[1], v[2], v[3], [4]float64(v[4:])}
		select {
		case f.gate <- struct{}{}:
		case <-ctx.Done():
			return
		}
		f.mu.Lock()
		f.last = r
		out := f.out
		f.mu.Unlock()
		answer := make([]byte, 1+r.Octets)
		if out || f.air.Hear(r, answer[1:]) != nil {
			answer = []byte{1}
		}
		<-f.gate
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// Last is the request that was answered last.
func (f *Feed) Last() Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// Stall lets the device wait until resume is called.
func (f *Feed) Stall() (resume func()) {
	f.gate <- struct{}{}
	return func() { <-f.gate }
}

// Unplug takes the device away, or brings it back.
func (f *Feed) Unplug(out bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out = out
}

// Noise is white noise of one level, whatever it is tuned to. It costs next to nothing.
type Noise struct{ Format string }

// Hear implements Air.
func (n Noise) Hear(_ Request, octets []byte) error {
	rnd := rand.New(rand.NewPCG(1, uint64(len(octets))))
	switch n.Format {
	case "cu8":
		for i := 0; i+8 <= len(octets); i += 8 {
			binary.LittleEndian.PutUint64(octets[i:], 0x6060606060606060+rnd.Uint64()&0x3f3f3f3f3f3f3f3f)
		}
	default:
		for i := 0; i+8 <= len(octets); i += 8 {
			binary.LittleEndian.PutUint64(octets[i:], rnd.Uint64()&0x1fff1fff1fff1fff)
		}
	}
	return nil
}

// World is a simulated world. Its receiver does what the device is programmed to.
type World struct {
	Format string
	GainDB func(Request) float64

	mu   sync.Mutex
	w    *sim.World
	have Request
	deaf bool
	b    radio.Block
}

// NewWorld opens a world by its URI.
func NewWorld(t *testing.T, uri, format string, gainDB func(Request) float64) *World {
	t.Helper()
	w, err := sim.Open(uri)
	if err != nil {
		t.Fatal(err)
	}
	return &World{Format: format, GainDB: gainDB, w: w}
}

// Hear implements Air.
func (a *World) Hear(r Request, octets []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	ctx, codec := context.Background(), codecOf(a.Format)
	if h := a.have; h.LOHz != r.LOHz || h.IFHz != r.IFHz || h.RateHz != r.RateHz || h.Own != r.Own {
		// While registers are being written one by one, they may ask for what no receiver does: then nothing is heard.
		got, err := a.w.Tune(ctx, radio.Tuning{FreqHz: r.FreqHz(), RateHz: r.RateHz, GainDB: a.GainDB(r)})
		a.deaf = err != nil || math.Abs(got.RateHz-r.RateHz) > 1
		a.have = r
	}
	n := len(octets) / codec.Size()
	if a.deaf {
		codec.Encode(octets, make([]complex64, n))
		return nil
	}
	if cap(a.b.IQ) < n {
		a.b.IQ = make([]complex64, n)
	}
	a.b.IQ = a.b.IQ[:0:n]
	if err := a.w.Read(ctx, &a.b); err != nil {
		return err
	}
	codec.Encode(octets, a.b.IQ)
	return nil
}

func codecOf(format string) iqfile.Codec {
	c, ok := iqfile.CodecOf(format)
	if !ok {
		panic("feedtest: no format " + format)
	}
	return c
}

// freqHz is the carrier that Heard looks at; kt-femto has seven cells on it.
const freqHz = 954.3e6

// Heard tunes a source that hears this world and decodes a look: the strongest cell there is must be in it, and nothing that is
// not there.
func (a *World) Heard(t *testing.T, s radio.Source, want radio.Tuning) {
	t.Helper()
	want.FreqHz = freqHz
	got, err := s.Tune(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	look := radio.Block{IQ: make([]complex64, 0, int(0.16*got.RateHz)), Tuning: got}
	for len(look.IQ) < cap(look.IQ) {
		b := radio.Block{IQ: make([]complex64, cap(look.IQ)-len(look.IQ))}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.Lost > 0 {
			look.IQ = look.IQ[:0]
		}
		look.IQ = append(look.IQ, b.IQ...)
	}
	there, best := map[int]sim.Truth{}, sim.Truth{RSRPdBm: -999}
	a.mu.Lock()
	for _, c := range a.w.Truth() {
		if c.On && c.FreqHz == freqHz {
			there[int(c.Cell.PCI)] = c
			if c.RSRPdBm > best.RSRPdBm {
				best = c
			}
		}
	}
	a.mu.Unlock()
	heard := false
	for _, o := range decode.New(decode.Config{PPMRange: 10, FreqsHz: []float64{freqHz}}).Decode(t.Context(), &look) {
		c, ok := there[int(o.PCI)]
		switch {
		case o.MIB == nil:
		case !ok || o.MIB.PRB != c.Cell.PRB:
			t.Errorf("PCI %d with %d resource blocks is not there", o.PCI, o.MIB.PRB)
		case c.Name == best.Name:
			heard = true
			t.Logf("%s, PCI %d: gain %.1f dB, SINR %.1f dB, %.0f Hz off", c.Name, o.PCI, got.GainDB, o.Signal.SINRdB, o.Signal.CFOHz)
		}
	}
	if !heard {
		t.Errorf("%s, PCI %d, the strongest cell, was not heard at gain %.1f dB, level %.1f dBFS", best.Name, best.Cell.PCI, got.GainDB, live.Level(look.IQ))
	}
}

// Build compiles C or C++ for a test, which is skipped where there is no compiler.
func Build(t *testing.T, compiler, out string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(compiler); err != nil {
		t.Skip("no " + compiler + " to build the emulated radio with")
	}
	file := filepath.Join(t.TempDir(), out)
	if text, err := exec.Command(compiler, append(args, "-O2", "-shared", "-fPIC", "-o", file)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", compiler, err, text)
	}
	return file
}

// Module compiles the SoapySDR module of a source file, whose device hears a Feed; a test is skipped where that cannot be.
func Module(t *testing.T, source string) string {
	t.Helper()
	if err := exec.Command("g++", "-fsyntax-only", "-include", "SoapySDR/Device.hpp", "-x", "c++", os.DevNull).Run(); err != nil {
		t.Skip("no g++ with SoapySDR's headers (Debian: apt-get install g++ libsoapysdr-dev)")
	}
	source, err := filepath.Abs(source)
	if err != nil {
		t.Fatal(err)
	}
	return Build(t, "g++", "air.so", source, "-std=c++14", "-lSoapySDR")
}

// Have skips a test where a library is missing.
func Have(t *testing.T, err error) {
	t.Helper()
	var missing *clib.MissingError
	if errors.As(err, &missing) && (missing.Why == "" || !clib.Supported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Open opens a driver as a source, at rateHz unless that is 0, with patience for machines that test other things at the same time.
func Open(t *testing.T, uri string, rateHz float64, driver func(context.Context) (live.Driver, error)) *live.Source {
	t.Helper()
	const patience = 10 * time.Second
	s, err := live.Open(t.Context(), live.Config{URI: uri, Open: driver, Stall: patience, Call: patience, RateHz: rateHz})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
