package iqfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/straycell/straycell/radio"
)

// Open opens a recording by its .sigmf-meta or its .sigmf-data file, or any other file as raw samples.
func Open(path string, raw Raw) (*File, error) {
	if err := checkFile(path); err != nil {
		return nil, err
	}
	base, isMeta := strings.CutSuffix(path, metaSuffix)
	isData := false
	if !isMeta {
		base, isData = strings.CutSuffix(path, dataSuffix)
	}
	switch {
	case isMeta:
		return openSigMF(path, base+dataSuffix, path, raw.FreqHz)
	case isData && checkFile(base+metaSuffix) == nil:
		return openSigMF(path, path, base+metaSuffix, raw.FreqHz)
	case strings.HasSuffix(path, ".sigmf"):
		return nil, &ArgumentError{path, "is a SigMF archive: unpack it with tar xf, then name the .sigmf-meta file"}
	case isData && raw == Raw{}:
		return nil, &ArgumentError{path, "its description " + show(filepath.Base(base)+metaSuffix) + " is missing: put it beside, or say --format, --rate and --freq"}
	}
	return openRaw(path, raw)
}

// checkFile says whether path is a file that can be read at any place.
func checkFile(path string) error {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return openError(path, err)
	case st.IsDir():
		return &ArgumentError{path, "is a directory: name a recording in it"}
	case !st.Mode().IsRegular():
		return &ArgumentError{path, "is not a plain file: save the samples into one first"}
	}
	return nil
}

func openError(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(path + metaSuffix); err == nil {
			return &missingError{path, "no such file: there is " + show(path+metaSuffix) + ", name that"}
		}
		return &missingError{path, "no such file: check the name and the folder"}
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("open %s: %w", show(path), err)
}

// missingError is fs.ErrNotExist in words that say what to do.
type missingError struct{ path, text string }

func (e *missingError) Error() string        { return "open " + show(e.path) + ": " + e.text }
func (e *missingError) Is(target error) bool { return target == fs.ErrNotExist }

func emptyError(path string) error {
	return fmt.Errorf("open %s: the file is empty: nothing was recorded", show(path))
}

func openRaw(path string, raw Raw) (*File, error) {
	l := rawLayout(raw.Format)
	if raw.Format != "" && l == nil {
		return nil, &ArgumentError{path, fmt.Sprintf("--format %q is not known: say %s", raw.Format, strings.Join(Formats(), ", "))}
	}
	var say []string
	if l == nil {
		format := "cu8"
		if ext := strings.TrimPrefix(filepath.Ext(path), "."); rawLayout(ext) != nil {
			format = ext
		}
		say = append(say, "--format "+format+" (or "+strings.Join(Formats(), ", ")+")")
	}
	if raw.RateHz == 0 {
		say = append(say, "--rate 1.92M")
	}
	if raw.FreqHz == 0 {
		say = append(say, "--freq 1815.3M")
	}
	if len(say) > 0 {
		return nil, &ArgumentError{path, "raw samples say nothing about themselves: add " + strings.Join(say, " ")}
	}
	if !(raw.FreqHz > 0) || math.IsInf(raw.FreqHz, 0) {
		return nil, &ArgumentError{path, fmt.Sprintf("--freq %g is no carrier frequency: say it like --freq 1815.3M", raw.FreqHz)}
	}
	if err := CheckRate(path, raw.RateHz); err != nil {
		return nil, err
	}
	m := &meta{layout: l, rateHz: raw.RateHz, captures: []capture{{global: -1, tuning: radio.Tuning{FreqHz: raw.FreqHz, RateHz: raw.RateHz}}}}
	f, err := openData(path, path, m)
	if err != nil {
		return nil, err
	}
	f.sniff()
	return f, nil
}

func openSigMF(path, data, metaPath string, freqHz float64) (*File, error) {
	if st, err := os.Stat(data); err == nil && st.Size() == 0 {
		return nil, emptyError(data) // before its description, which may be as unfinished
	}
	m, err := readMeta(metaPath, freqHz)
	if err != nil {
		return nil, err
	}
	if m.dataset != "" {
		data = filepath.Join(filepath.Dir(metaPath), m.dataset)
	}
	if err := checkFile(data); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &missingError{data, "no such file: " + show(filepath.Base(metaPath)) + " describes it, put both into one folder"}
		}
		return nil, err
	}
	return openData(path, data, m)
}

func openData(path, data string, m *meta) (*File, error) {
	fd, err := os.Open(data)
	if err != nil {
		return nil, openError(data, err)
	}
	st, err := fd.Stat()
	if err == nil && st.Size() == 0 {
		err = emptyError(data)
	}
	f := &File{path: path, data: fd, layout: m.layout, buf: make([]byte, chunk), warnings: m.warnings}
	if err == nil {
		err = f.layOut(m, st.Size())
	}
	if err != nil {
		fd.Close()
		return nil, err
	}
	return f, nil
}

// layOut finds where in the data file each capture's samples lie, and goes to the first. size is the file's, in octets.
func (f *File) layOut(m *meta, size int64) error {
	bps := f.layout.size()
	octets := size - m.trailing
	var headers, shift int64
	var clock time.Time // of the last capture that knew it, at clockFirst
	var clockFirst int64
	left := octets  // octets no capture claims
	counted := true // core:global_index tells how many samples were lost
	for i, c := range m.captures {
		// No overflow: countOf keeps each term under 2^56, and the first offset beyond the file ends the loop.
		headers += c.header
		offset := c.start*bps + headers
		if offset+bps > octets {
			f.cut("captures[%d] starts at sample %d, beyond the end: the file was cut, or its description is of another", i, c.start)
			break
		}
		end := (octets - headers) / bps
		left = (octets - headers) % bps
		if i+1 < len(m.captures) {
			end = min(end, m.captures[i+1].start)
		}
		s := segment{start: c.start, end: end, offset: offset, tuning: c.tuning, time: c.time}
		if i > 0 && counted && c.global >= 0 && m.captures[i-1].global >= 0 {
			if s.lost = c.global - m.captures[i-1].global - (c.start - m.captures[i-1].start); s.lost < 0 {
				f.warn("captures[%d]: core:global_index goes back: lost samples are not known from there on", i)
				s.lost, counted = 0, false
			}
		}
		shift += s.lost
		s.first = s.start + shift
		if !s.time.IsZero() {
			clock, clockFirst = s.time, s.first
		} else if !clock.IsZero() {
			s.time = clock.Add(duration(s.first-clockFirst, m.rateHz))
		}
		if s.end > s.start {
			f.segs = append(f.segs, s)
		}
	}
	if len(f.segs) == 0 {
		return fmt.Errorf("open %s: not one whole sample is in it: %d octets", show(f.path), size)
	}
	if left != 0 {
		f.cut("cut in the middle of a sample: the last %d octets are not read", left)
	}
	if start := f.segs[0].start; start > 0 {
		f.warn("the first %d samples belong to no capture: they are not read", start)
	}
	f.pos = f.segs[0].start
	f.info = f.describe()
	f.notes = m.notes
	for i := range f.notes {
		f.notes[i].SampleStart = f.sourceIndex(f.notes[i].SampleStart)
	}
	return nil
}

// duration is the time n samples take, at most 285 years whatever a description claims.
func duration(n int64, rateHz float64) time.Duration {
	return time.Duration(min(9e18, math.Round(float64(n)/rateHz*1e9)))
}

// sourceIndex turns a sample number of the data file into one as Block.First counts.
func (f *File) sourceIndex(n int64) int64 {
	i := sort.Search(len(f.segs), func(i int) bool { return f.segs[i].start > n }) - 1
	if i < 0 {
		return n
	}
	return n - f.segs[i].start + f.segs[i].first
}

func (f *File) describe() radio.Info {
	info := radio.Info{
		URI:       f.path,
		Driver:    "file",
		MinHz:     f.segs[0].tuning.FreqHz,
		MaxHz:     f.segs[0].tuning.FreqHz,
		Rates:     []float64{f.segs[0].tuning.RateHz},
		Bits:      f.layout.bits,
		FullScale: 1,
		Finite:    true,
	}
	for i := range f.segs {
		s := &f.segs[i]
		info.Samples += s.end - s.start
		info.MinHz = min(info.MinHz, s.tuning.FreqHz)
		info.MaxHz = max(info.MaxHz, s.tuning.FreqHz)
	}
	return info
}
