package survey

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// piece is a run of samples on a tape.
type piece struct {
	radio.Tuning
	samples int
	lost    int64 // before it
	skip    int64 // of the sample count, without being lost
	err     error // instead of samples
}

// tape is a source of silence with a script.
type tape struct {
	pieces  []piece
	endless bool
	start   time.Time
	finite  int64

	mu       sync.Mutex
	at, pos  int
	first    int64
	tuned    []radio.Tuning
	refuse   func(radio.Tuning) error
	now      *radio.Tuning // what it was tuned to
	warnings []radio.Warning
	hang     bool
}

func (t *tape) Info() radio.Info {
	return radio.Info{URI: "tape", Driver: "test", Bits: 8, FullScale: 1, Finite: t.finite > 0, Samples: t.finite}
}

func (t *tape) Tune(_ context.Context, want radio.Tuning) (radio.Tuning, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refuse != nil {
		if err := t.refuse(want); err != nil {
			return radio.Tuning{}, err
		}
	}
	t.tuned = append(t.tuned, want)
	t.now = &want
	return want, nil
}

func (t *tape) Read(ctx context.Context, b *radio.Block) error {
	if t.hang {
		select {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for t.at < len(t.pieces) && t.pos == t.pieces[t.at].samples && t.pieces[t.at].err == nil && !t.endless {
		t.at, t.pos = t.at+1, 0
	}
	if t.at == len(t.pieces) {
		return io.EOF
	}
	p := t.pieces[t.at]
	if p.err != nil {
		return p.err
	}
	var lost int64
	if t.pos == 0 {
		lost = p.lost
		t.first += p.lost + p.skip
	}
	n := cap(b.IQ)
	if !t.endless {
		n = min(n, p.samples-t.pos)
	}
	tuning := p.Tuning
	if t.now != nil {
		tuning = *t.now
	}
	*b = radio.Block{Tuning: tuning, IQ: b.IQ[:n], First: t.first, Lost: lost}
	clear(b.IQ)
	if !t.start.IsZero() {
		b.Time = t.start.Add(time.Duration(float64(t.first) / tuning.RateHz * 1e9))
	}
	t.pos += n
	t.first += int64(n)
	return nil
}

func (t *tape) Close() error { return nil }

func (t *tape) Warnings() []radio.Warning {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.warnings
	t.warnings = nil
	return w
}

// looker is a decoder made of a function.
type looker func(context.Context, *radio.Block) []lte.Observation

func (l looker) Decode(ctx context.Context, b *radio.Block) []lte.Observation { return l(ctx, b) }

func lookers(f looker) func(decode.Config) Looker { return func(decode.Config) Looker { return f } }

// see is what a decoder would make of a cell whose frames start at multiples of 10 ms after at seconds.
func see(b *radio.Block, pci lte.PCI, rxHz, at, sinr float64) lte.Observation {
	rate := b.Tuning.RateHz
	frame := int64(rate / 100)
	start := (b.First-int64(at*rate)+frame-1)/frame*frame + int64(at*rate)
	raster := float64(int64(rxHz/1e5+0.5)) * 1e5
	n := (start - int64(at*rate)) / frame
	return lte.Observation{
		FreqHz: raster, CaptureHz: b.Tuning.FreqHz, RateHz: rate, PCI: pci, Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2,
		FirstSample: float64(start), MIBCRCs: int(float64(len(b.IQ)) / rate / 0.04),
		MIB:    &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne, SFN: int(n % 1024), Raw: [3]byte{0xa8, 0x0c, 0}},
		Signal: lte.Signal{RSRPdBFS: -40, RSSIdBFS: -20, RSRQdB: -9, SINRdB: sinr, CFOHz: rxHz - raster, CFOSEHz: 3, ClockSE: 0.3},
		Stop:   lte.StopUnsupported,
	}
}

// events collects what a sink gets.
type events struct {
	mu  sync.Mutex
	all []Event
}

func (e *events) take(ev Event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, ev)
	return nil
}

func (e *events) lines(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, ev := range e.all {
		line, err := json.Marshal(ev)
		if err != nil {
			t.Fatalf("%+v: %v", ev, err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// kinds is "change cell sweep", repeated ones once.
func (e *events) kinds() string {
	var out []string
	for _, ev := range e.all {
		if k := ev.Kind(); len(out) == 0 || out[len(out)-1] != k {
			out = append(out, k)
		}
	}
	return strings.Join(out, " ")
}

func of[E Event](e *events) (out []E) {
	for _, ev := range e.all {
		if x, ok := ev.(E); ok {
			out = append(out, x)
		}
	}
	return out
}

var (
	slow = radio.Tuning{FreqHz: 1815.3e6, RateHz: 1.92e6}
	fast = radio.Tuning{FreqHz: 1815.3e6, RateHz: 19.2e6}
	oops = errors.New("usb: device gone")
)

func ms(t radio.Tuning, n float64) int { return int(n * t.RateHz / 1e3) }
