// Package iqfile reads recordings of IQ samples as a radio.Source and writes them: SigMF (a .sigmf-meta beside a
// .sigmf-data file) and raw samples whose format, rate and frequency the caller knows.
//
// Recordings are streamed and never loaded whole. A recording that ends in the middle of a sample is read to its last
// whole one. Descriptions are other people's text: broken ones give errors that name the field, and bounded memory.
package iqfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/radio"
)

// Raw says what a file without a description holds. For SigMF only FreqHz counts, and only for captures that name no
// frequency of their own.
type Raw struct {
	Format string // cu8 cs8 cs16 cf32
	RateHz float64
	FreqHz float64
}

// segment is a run of samples with one tuning.
type segment struct {
	start, end int64 // samples in the data file
	offset     int64 // octet of the sample start
	first      int64 // Block.First of the sample start
	lost       int64 // samples lost directly before it
	tuning     radio.Tuning
	time       time.Time // of the sample start; zero unknown
}

// File is an open recording. It is a radio.Source.
type File struct {
	path string
	data interface {
		io.ReaderAt
		io.Closer
	}
	layout *layout
	segs   []segment
	notes  []Annotation
	info   radio.Info
	closed atomic.Bool

	at  int   // segment of the next sample
	pos int64 // next sample in the data file
	buf []byte

	mu       sync.Mutex
	warnings []radio.Warning
	bad      int64 // samples that were no numbers, not yet in warnings
}

// chunk is how much is read at once: small enough to stay in a core's cache, large enough for a slow disk.
const chunk = 256 << 10

// Info describes the recording.
func (f *File) Info() radio.Info { return f.info }

// Annotations returns the remarks the recording carries, in the order of the file.
func (f *File) Annotations() []Annotation { return f.notes }

// Tune returns the tuning of the next sample. It moves nothing: a request for another tuning is an error.
func (f *File) Tune(ctx context.Context, want radio.Tuning) (radio.Tuning, error) {
	if f.closed.Load() {
		return radio.Tuning{}, fmt.Errorf("tune %s: %w", show(f.path), fs.ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return radio.Tuning{}, err
	}
	have := f.segs[min(f.at, len(f.segs)-1)].tuning
	differs := func(want, have float64) bool { return want != 0 && math.Abs(want-have) > 1e-9*math.Abs(have) }
	switch {
	case differs(want.FreqHz, have.FreqHz):
		return have, fmt.Errorf("tune %s: it was recorded at %s, not %s", show(f.path), hz(have.FreqHz, "Hz"), hz(want.FreqHz, "Hz"))
	case differs(want.RateHz, have.RateHz):
		return have, fmt.Errorf("tune %s: it was recorded at %s, not %s", show(f.path), hz(have.RateHz, "sps"), hz(want.RateHz, "sps"))
	case have.BandHz != 0 && differs(want.BandHz, have.BandHz), differs(want.GainDB, have.GainDB):
		return have, fmt.Errorf("tune %s: bandwidth and gain of a recording cannot be changed", show(f.path))
	}
	return have, nil
}

// Read fills b.IQ up to its capacity, or to the end of the capture if that comes first.
func (f *File) Read(ctx context.Context, b *radio.Block) error {
	if f.closed.Load() {
		return fmt.Errorf("read %s: %w", show(f.path), fs.ErrClosed)
	}
	if cap(b.IQ) == 0 {
		return fmt.Errorf("read %s: the block has no room: make its IQ with a capacity", show(f.path))
	}
	for f.at < len(f.segs) && f.pos >= f.segs[f.at].end {
		if f.at++; f.at < len(f.segs) {
			f.pos = f.segs[f.at].start
		}
	}
	if f.at == len(f.segs) {
		if err := ctx.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	s := &f.segs[f.at]
	iq := b.IQ[:min(int64(cap(b.IQ)), s.end-f.pos)]
	n, clip, err := f.fill(ctx, iq, s.offset+(f.pos-s.start)*f.layout.size())
	if n == 0 && errors.Is(err, io.EOF) {
		f.cut("the file became shorter while it was read: it ends at sample %d", f.pos)
		f.at = len(f.segs)
		return io.EOF
	}
	if n == 0 {
		return err
	}
	*b = radio.Block{Tuning: s.tuning, IQ: iq[:n], First: s.first + f.pos - s.start, Clip: clip}
	if !s.time.IsZero() {
		b.Time = s.time.Add(duration(f.pos-s.start, s.tuning.RateHz))
	}
	if f.pos == s.start {
		b.Lost = s.lost
	}
	f.pos += int64(n)
	return nil
}

// fill reads whole samples from octet at on. What was read before an error counts: the next call meets the error again.
func (f *File) fill(ctx context.Context, iq []complex64, at int64) (n, clip int, err error) {
	bps := int(f.layout.size())
	for n < len(iq) {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		part := f.buf[:min(len(f.buf)/bps, len(iq)-n)*bps]
		got, err := f.data.ReadAt(part, at+int64(n)*int64(bps))
		whole := got / bps
		c, bad := f.layout.convert(iq[n:n+whole], part[:whole*bps])
		clip += c
		if bad > 0 {
			f.mu.Lock()
			f.bad += int64(bad)
			f.mu.Unlock()
		}
		n += whole
		if whole*bps < len(part) {
			if err == nil || errors.Is(err, io.EOF) {
				return n, clip, io.EOF
			}
			return n, clip, fmt.Errorf("read %s at octet %d: %w", show(f.path), at+int64(n)*int64(bps), err)
		}
	}
	return n, clip, nil
}

// Close may be called any number of times, also while Read runs.
func (f *File) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	return f.data.Close()
}

// Warnings returns what was found odd about the recording since the last call.
func (f *File) Warnings() []radio.Warning {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.warnings
	f.warnings = nil
	if f.bad > 0 {
		out = append(out, radio.Warning{Text: fmt.Sprintf("%d components are no numbers a receiver delivers: read as 0", f.bad)})
		f.bad = 0
	}
	return out
}

func (f *File) warn(form string, args ...any) {
	f.note(radio.Warning{Text: fmt.Sprintf(form, args...)})
}

// cut warns of samples that are missing.
func (f *File) cut(form string, args ...any) {
	f.note(radio.Warning{Text: fmt.Sprintf(form, args...), Cut: true})
}

func (f *File) note(w radio.Warning) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.warnings = append(f.warnings, w)
}
