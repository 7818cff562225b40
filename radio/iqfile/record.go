package iqfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"
	"sync"

	"github.com/straycell/straycell/radio"
)

// Header describes a recording that is to be written.
type Header struct {
	Format      string // cu8 cs8 cs16 cf32
	RateHz      float64
	Hardware    string // the receiver, in words
	Description string
}

// Recorder writes blocks as a SigMF recording. At every moment the files on disk are a readable recording of what was
// written so far: an interrupted one loses at most its latest annotations. Annotate may be called from another goroutine
// than Write.
type Recorder struct {
	base   string
	header Header
	layout *layout

	mu       sync.Mutex
	data     *os.File
	captures []segment
	notes    []Annotation
	count    int64 // samples in the data file
	next     int64 // Block.First of a block that follows without a gap
	dirty    bool  // notes that are not in the .sigmf-meta file yet
	flushAt  int64 // count from which they are written
	scratch  []byte
	items    int   // annotations and their further fields
	room     int   // octets the description may still grow by before we could not read it ourselves
	broken   error // why nothing more can be written
}

// Create starts a recording BASE.sigmf-data with BASE.sigmf-meta. It overwrites nothing.
func Create(base string, h Header) (*Recorder, error) {
	base = strings.TrimSuffix(strings.TrimSuffix(base, metaSuffix), dataSuffix)
	l := rawLayout(h.Format)
	if l == nil {
		return nil, &ArgumentError{base + dataSuffix, fmt.Sprintf("format %q is not known: say %s", h.Format, strings.Join(Formats(), ", "))}
	}
	if err := CheckRate(base+dataSuffix, h.RateHz); err != nil {
		return nil, err
	}
	if _, err := os.Stat(base + metaSuffix); err == nil {
		return nil, existsError(base + metaSuffix)
	}
	data, err := os.OpenFile(base+dataSuffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil, existsError(base + dataSuffix)
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r := &Recorder{base: base, header: h, layout: l, data: data, scratch: make([]byte, chunk), room: maxMeta - 64<<10 - len(h.Hardware) - len(h.Description)}
	if err := r.writeMeta(); err != nil {
		data.Close()
		os.Remove(data.Name())
		return nil, err
	}
	return r, nil
}

func existsError(path string) error {
	return fmt.Errorf("record %s: %w: choose another name, nothing is overwritten", show(path), fs.ErrExist)
}

// Write appends a block. A change of tuning or a gap begins a new capture segment.
func (r *Recorder) Write(b *radio.Block) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.broken != nil:
		return fmt.Errorf("record %s: %w", show(r.base), r.broken)
	case len(b.IQ) == 0:
		return nil
	case b.Tuning.RateHz != r.header.RateHz:
		return fmt.Errorf("record %s: the rate changed from %s to %s: one recording has one rate, start another",
			show(r.base), hz(r.header.RateHz, "sps"), hz(b.Tuning.RateHz, "sps"))
	case len(r.captures) > 0 && b.First < r.next:
		return fmt.Errorf("record %s: a block with sample %d came after sample %d: blocks must come in order", show(r.base), b.First, r.next-1)
	}
	if n := len(r.captures); n == 0 || b.First != r.next || b.Tuning != r.captures[n-1].tuning {
		// Before the samples: whoever reads an interrupted recording must not take them for the old tuning's.
		if err := r.addCapture(segment{start: r.count, first: b.First, tuning: b.Tuning, time: b.Time}); err != nil {
			return fmt.Errorf("record %s: %w", show(r.base), err)
		}
	}
	bps := int(r.layout.size())
	for iq := b.IQ; len(iq) > 0; {
		n := min(len(iq), len(r.scratch)/bps)
		r.layout.write(r.scratch[:n*bps], iq[:n])
		got, err := r.data.Write(r.scratch[:n*bps])
		r.count += int64(got / bps)
		if err != nil {
			r.broken = fmt.Errorf("%w: %d samples are kept", err, r.count)
			return fmt.Errorf("record %s: %w", show(r.base), r.broken)
		}
		iq = iq[n:]
	}
	r.next = b.First + int64(len(b.IQ))
	if r.dirty && r.count >= r.flushAt {
		return r.writeMeta()
	}
	return nil
}

// Annotate adds a remark; its sample numbers count as Block.First does. It reaches the disk within seconds.
func (r *Recorder) Annotate(a Annotation) error {
	text, err := json.Marshal(a)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		return fmt.Errorf("record %s: annotate: %w", show(r.base), err)
	case r.broken != nil:
		return fmt.Errorf("record %s: annotate: %w", show(r.base), r.broken)
	case r.room-len(text) < maxMeta/2, r.items+1+len(a.Fields) > maxAnnotations:
		return fmt.Errorf("record %s: annotate: the description is full: start another recording", show(r.base))
	}
	r.room -= len(text) + noteRoom
	r.items += 1 + len(a.Fields)
	r.notes = append(r.notes, a)
	r.dirty = true
	return nil
}

// noteRoom is for the comma, the line and sample numbers that grow when they become those of the file.
const noteRoom = 32

// Close completes the description and brings both files to the disk.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(r.broken, fs.ErrClosed) {
		return nil
	}
	r.broken = fs.ErrClosed
	return errors.Join(r.writeMeta(), r.data.Sync(), r.data.Close())
}

// fileIndex turns a sample number that counts as Block.First does into one of the data file.
func (r *Recorder) fileIndex(n int64) int64 {
	i := sort.Search(len(r.captures), func(i int) bool { return r.captures[i].first > n }) - 1
	if i < 0 {
		return 0
	}
	at := n - r.captures[i].first + r.captures[i].start
	if i+1 < len(r.captures) {
		at = min(at, r.captures[i+1].start) // it was lost: the first sample after the gap
	}
	return at
}
