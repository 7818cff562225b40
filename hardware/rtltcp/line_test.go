package rtltcp

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/hardware/feedtest"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
)

// levels is air whose samples tell where the receiver is tuned: I is FreqHz / 4 GHz.
type levels struct{ air }

func newLevels() (radio.Source, error) {
	a, _ := newAir()
	return &levels{*a.(*air)}, nil
}

func (l *levels) Read(ctx context.Context, b *radio.Block) error {
	err := l.air.Read(ctx, b)
	for i := range b.IQ {
		b.IQ[i] = complex(float32(l.tuning.FreqHz/4e9), 0.3)
	}
	return err
}

// slowLine passes on what a server sends as much later as it is told.
type slowLine struct {
	to string

	mu    sync.Mutex
	late  time.Duration
	calls int
}

func (s *slowLine) set(late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = late
}

// serve accepts until the test ends.
func (s *slowLine) serve(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			if s.calls++; s.calls > 1 { // what the line held is gone with it
				s.late = 0
			}
			s.mu.Unlock()
			go s.pass(c)
		}
	}()
	return l.Addr().String()
}

func (s *slowLine) pass(c net.Conn) {
	defer c.Close()
	up, err := net.Dial("tcp", s.to)
	if err != nil {
		return
	}
	defer up.Close()
	go io.Copy(up, c)
	type piece struct {
		octets []byte
		at     time.Time
	}
	held := make(chan piece, 1<<12)
	go func() {
		defer close(held)
		for {
			buf := make([]byte, 1<<14)
			n, err := up.Read(buf)
			if err != nil {
				return
			}
			held <- piece{buf[:n], time.Now()}
		}
	}()
	for p := range held {
		s.mu.Lock()
		late := s.late
		s.mu.Unlock()
		time.Sleep(time.Until(p.at.Add(late)))
		if _, err := c.Write(p.octets); err != nil {
			return
		}
	}
}

// TestSlowLine: a line that holds half a second of samples, as one does after it stalled, delivers none of an earlier tuning as one of the
// present. One that holds more is given up for a new one.
func TestSlowLine(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	address, _ := serve(t, newLevels)
	line := &slowLine{to: address}
	s := open(t, line.serve(t))
	b := radio.Block{IQ: make([]complex64, 1<<14)}
	away := 0
	for i, late := range []time.Duration{0, 500 * time.Millisecond, 500 * time.Millisecond, 0, 3 * time.Second, 0, 0} {
		line.set(late)
		var gone *radio.AwayError
		want := 700e6 + 100e6*float64(i)
		got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: want, GainDB: 20})
		if errors.As(err, &gone) {
			if away++; late < time.Second {
				t.Errorf("%v late: %v", late, err)
			}
			if got, err = s.Tune(t.Context(), radio.Tuning{FreqHz: want, GainDB: 20}); errors.As(err, &gone) {
				if err := s.Read(t.Context(), &b); err != nil { // which is when a device that comes back is waited for
					t.Fatal(err)
				}
				got, err = s.Tune(t.Context(), radio.Tuning{FreqHz: want, GainDB: 20})
			}
		}
		if err != nil || got.FreqHz != want {
			t.Fatalf("%v late: at %g Hz: %v", late, got.FreqHz, err)
		}
		for range 20 {
			b.IQ = b.IQ[:cap(b.IQ)]
			if err := s.Read(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			for k, x := range b.IQ {
				if math.Abs(float64(real(x))-b.Tuning.FreqHz/4e9) > 0.01 {
					t.Fatalf("%v late: sample %d of a block at %g MHz is of %.0f MHz", late, k, b.Tuning.FreqHz/1e6, real(x)*4e3)
				}
			}
		}
	}
	if away != 1 {
		t.Errorf("given up %d times, want once", away)
	}
}

// TestRealServerMarks: the server of other authors passes the marks on.
func TestRealServerMarks(t *testing.T) {
	address, _ := realServer(t, feedtest.Noise{Format: "cu8"})
	d, err := Dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	go d.Stream(func([]byte, int64) {})
	for i := range 3 {
		got, err := d.Tune(radio.Tuning{FreqHz: 900e6 + 10e6*float64(i), RateHz: 1.92e6, GainDB: 20})
		if err != nil || got.Stale != int64(settleS*1.92e6) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestMark: a mark's end is found however what is sent is cut into pieces, and noise has none.
func TestMark(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	octets := append([]byte{}, noise...)
	count(octets[10000:30000], 77)
	count(octets[31000:40000], 5) // a buffer was lost between
	for range 200 {
		var m mark
		ends, at := []int(nil), 0
		for at < len(octets) {
			n := min(1+rnd.IntN(9000), len(octets)-at)
			for piece := octets[at : at+n]; ; {
				k := m.end(piece)
				if k < 0 {
					break
				}
				ends = append(ends, at+n-len(piece)+k)
				piece = piece[k:]
			}
			at += n
		}
		if len(ends) != 1 || ends[0] < 40000 || ends[0] > 40000+markRest+markRun {
			t.Fatalf("ends at %v", ends)
		}
	}
	var m mark
	if n := m.end(noise); n >= 0 {
		t.Errorf("noise has a mark at %d", n)
	}
}

// TestUnmarked: a server without a test mode is waited for once, and then gets the fixed allowance. One that sends nothing is no use.
func TestUnmarked(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tune := func(send bool) (took []time.Duration, err error) {
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			c.Write(append([]byte(magic), 0, 0, 0, 5, 0, 0, 0, 29))
			rnd, buf := rand.New(rand.NewPCG(5, 6)), make([]byte, 1<<15)
			for i := range buf {
				buf[i] = byte(rnd.Uint32())
			}
			for err == nil && send {
				_, err = c.Write(buf)
				time.Sleep(time.Millisecond)
			}
			io.Copy(io.Discard, c)
		}()
		d, err := Dial(t.Context(), l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		go d.Stream(func([]byte, int64) {})
		for i := range 3 {
			began := time.Now()
			got, err := d.Tune(radio.Tuning{FreqHz: 900e6 + 10e6*float64(i), RateHz: 2.4e6, GainDB: 20})
			if took = append(took, time.Since(began)); err != nil {
				return took, err
			}
			if got.Stale < bufferSamples {
				t.Errorf("%d stale samples, want what rtl_tcp may hold", got.Stale)
			}
		}
		return took, nil
	}
	if took, err := tune(true); err != nil || took[0] < markWithin || took[1]+took[2] > markWithin {
		t.Errorf("changes of tuning took %v: %v", took, err)
	}
	if _, err := tune(false); !errors.Is(err, live.ErrGone) {
		t.Errorf("a line that delivers nothing: %v", err)
	}
}
