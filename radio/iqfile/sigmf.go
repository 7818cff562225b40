package iqfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/straycell/straycell/radio"
)

// The two files of a SigMF recording.
const (
	metaSuffix = ".sigmf-meta"
	dataSuffix = ".sigmf-data"
)

// Bounds on what a description may ask of our memory.
const (
	maxMeta        = 16 << 20 // octets of the file
	maxCaptures    = 100_000
	maxAnnotations = 200_000 // annotations and their further fields together
	maxIndex       = 1 << 53 // sample numbers that JSON's own numbers carry exactly
)

// capture is one entry of SigMF's captures: from start on, samples were taken with this tuning.
type capture struct {
	start  int64        // sample in the data file
	header int64        // octets directly before it that are no samples
	global int64        // sample of the receiver's own count, -1 unknown
	tuning radio.Tuning // RateHz is the recording's
	time   time.Time    // zero: unknown
}

// meta is what a .sigmf-meta file says.
type meta struct {
	layout   *layout
	rateHz   float64
	dataset  string // name of a data file that is not called .sigmf-data
	trailing int64  // octets at the end that are no samples
	captures []capture
	notes    []Annotation // sample numbers as in the data file
	warnings []radio.Warning
}

// readMeta reads and checks a .sigmf-meta file. freqHz fills captures that name no frequency; 0 fills none.
func readMeta(path string, freqHz float64) (*meta, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxMeta+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", show(path), err)
	}
	m, err := parseMeta(text, freqHz)
	var rate *RateError
	if errors.As(err, &rate) {
		rate.Path = path
		return nil, err
	}
	if err != nil {
		return nil, &FormatError{Path: path, Text: err.Error()}
	}
	return m, nil
}

func parseMeta(text []byte, freqHz float64) (*meta, error) {
	if len(text) > maxMeta {
		return nil, fmt.Errorf("larger than %d MiB: this is no description of a recording; name the .sigmf-meta file", maxMeta>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("the file is empty: name the data file and say --format, --rate and --freq to read it without")
	}
	var top struct {
		Global struct {
			Datatype json.RawMessage `json:"core:datatype"`
			Rate     json.RawMessage `json:"core:sample_rate"`
			Channels json.RawMessage `json:"core:num_channels"`
			Dataset  json.RawMessage `json:"core:dataset"`
			Offset   json.RawMessage `json:"core:offset"`
			Trailing json.RawMessage `json:"core:trailing_bytes"`
			MetaOnly json.RawMessage `json:"core:metadata_only"`
		} `json:"global"`
		Captures    json.RawMessage `json:"captures"`
		Annotations json.RawMessage `json:"annotations"`
	}
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, jsonError(err)
	}
	g := &top.Global
	m := &meta{}

	datatype, err := textOf(g.Datatype, "core:datatype")
	if err != nil {
		return nil, err
	}
	if m.layout = sigmfLayout(datatype); m.layout == nil {
		if datatype == "" {
			return nil, errors.New("core:datatype is missing: add it (cu8, ci8, ci16_le or cf32_le)")
		}
		return nil, fmt.Errorf("core:datatype %s is not read: convert the data to cu8, ci8, ci16_le or cf32_le", quote([]byte(datatype)))
	}
	if g.Rate == nil {
		return nil, errors.New("core:sample_rate is missing: add the samples per second")
	}
	if m.rateHz, err = numberOf(g.Rate, "core:sample_rate"); err != nil {
		return nil, err
	}
	if err := CheckRate("", m.rateHz); err != nil {
		return nil, err
	}
	channels, err := countOf(g.Channels, "core:num_channels", 1)
	if err != nil {
		return nil, err
	}
	if channels != 1 {
		return nil, fmt.Errorf("core:num_channels is %d: straycell reads one channel; write each into a recording of its own", channels)
	}
	if string(g.MetaOnly) == "true" {
		return nil, errors.New("core:metadata_only is set: there are no samples to read")
	}
	if m.trailing, err = countOf(g.Trailing, "core:trailing_bytes", 0); err != nil {
		return nil, err
	}
	offset, err := countOf(g.Offset, "core:offset", 0)
	if err != nil {
		return nil, err
	}
	if m.dataset, err = textOf(g.Dataset, "core:dataset"); err != nil {
		return nil, err
	}
	if m.dataset != "" && (m.dataset != filepath.Base(m.dataset) || strings.ContainsAny(m.dataset, `/\:`) || m.dataset == "..") {
		return nil, fmt.Errorf("core:dataset %s is not a plain file name: it must lie beside the .sigmf-meta file", quote([]byte(m.dataset)))
	}
	if err := m.parseCaptures(top.Captures, offset, freqHz); err != nil {
		return nil, err
	}
	return m, m.parseAnnotations(top.Annotations, offset)
}

func (m *meta) parseCaptures(raw json.RawMessage, offset int64, freqHz float64) error {
	err := each(raw, "captures", func(i int, one json.RawMessage) error {
		if i >= maxCaptures {
			return fmt.Errorf("more than %d captures: split the recording", maxCaptures)
		}
		c, err := m.parseCapture(one, offset)
		if err != nil {
			return fmt.Errorf("captures[%d]: %w", i, err)
		}
		if i > 0 && c.start < m.captures[i-1].start {
			return fmt.Errorf("captures[%d]: core:sample_start %d lies before %d, that of the capture before it: sort captures by sample_start", i, c.start, m.captures[i-1].start)
		}
		m.captures = append(m.captures, c)
		return nil
	})
	if err != nil {
		return err
	}
	if len(m.captures) == 0 { // as SigMF has it: one capture from the first sample on
		m.captures = []capture{{global: -1, tuning: radio.Tuning{RateHz: m.rateHz}}}
	}
	for i := range m.captures {
		t := &m.captures[i].tuning
		if t.FreqHz == 0 {
			t.FreqHz = freqHz
		}
		if t.FreqHz == 0 {
			return fmt.Errorf("captures[%d] has no core:frequency: say --freq 1815.3M, or add it", i)
		}
	}
	return nil
}

func (m *meta) parseCapture(raw json.RawMessage, offset int64) (capture, error) {
	var in struct {
		Start    json.RawMessage `json:"core:sample_start"`
		Global   json.RawMessage `json:"core:global_index"`
		Header   json.RawMessage `json:"core:header_bytes"`
		Freq     json.RawMessage `json:"core:frequency"`
		Datetime json.RawMessage `json:"core:datetime"`
		Band     json.RawMessage `json:"straycell:band_hz"`
		Gain     json.RawMessage `json:"straycell:gain_db"`
		Auto     bool            `json:"straycell:gain_auto"`
	}
	c := capture{tuning: radio.Tuning{RateHz: m.rateHz}}
	if err := json.Unmarshal(raw, &in); err != nil {
		return c, jsonError(err)
	}
	if in.Start == nil {
		return c, errors.New("core:sample_start is missing")
	}
	var err error
	if c.start, err = countOf(in.Start, "core:sample_start", 0); err != nil {
		return c, err
	}
	if c.start -= offset; c.start < 0 {
		return c, fmt.Errorf("core:sample_start %d lies before core:offset %d", c.start+offset, offset)
	}
	if c.global, err = countOf(in.Global, "core:global_index", -1); err != nil {
		return c, err
	}
	if c.header, err = countOf(in.Header, "core:header_bytes", 0); err != nil {
		return c, err
	}
	t := &c.tuning
	if in.Freq != nil {
		if t.FreqHz, err = numberOf(in.Freq, "core:frequency"); err != nil {
			return c, err
		}
		if t.FreqHz <= 0 || t.FreqHz > 1e12 {
			return c, fmt.Errorf("core:frequency %s is no carrier frequency in Hz", quote(in.Freq))
		}
	}
	if t.BandHz, err = numberOf(in.Band, "straycell:band_hz"); err != nil {
		return c, err
	}
	if t.BandHz < 0 || t.BandHz > m.rateHz {
		return c, fmt.Errorf("straycell:band_hz %s is wider than the sample rate or negative", quote(in.Band))
	}
	if t.GainDB, err = numberOf(in.Gain, "straycell:gain_db"); err != nil {
		return c, err
	}
	t.Auto = in.Auto
	c.time = m.parseTime(in.Datetime)
	return c, nil
}

// parseTime reads a core:datetime. A broken one is no reason to refuse the samples: the time is unknown then.
func (m *meta) parseTime(raw json.RawMessage) time.Time {
	if raw == nil {
		return time.Time{}
	}
	s, err := textOf(raw, "core:datetime")
	if err == nil {
		// SigMF demands UTC and the Z; some writers leave the Z away.
		for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(form, s); err == nil && t.Year() >= 1970 && t.Year() < 2200 {
				return t.UTC()
			}
		}
	}
	m.warn("core:datetime %s is no time: the time of these samples is unknown", quote(raw))
	return time.Time{}
}

// warn notes a defect; of many alike the first few say enough.
func (m *meta) warn(form string, args ...any) {
	const most = 20
	if len(m.warnings) < most {
		m.warnings = append(m.warnings, radio.Warning{Text: fmt.Sprintf(form, args...)})
	}
}
