package iqfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// metaTail is how every .sigmf-meta file of ours ends: a capture is appended by writing over it, so that a sweep of many
// thousand tunings need not write its whole description anew at each.
const metaTail = "\n ]\n}\n"

// writeMeta writes the whole description, into a new file that then takes the old one's place.
func (r *Recorder) writeMeta() error {
	text, err := r.metaText()
	if err != nil {
		return fmt.Errorf("record %s: %w", show(r.base), err)
	}
	part := r.base + metaSuffix + ".part"
	f, err := os.Create(part)
	if err == nil {
		_, err = f.Write(text)
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err == nil {
		err = os.Rename(part, r.base+metaSuffix)
	}
	if err != nil {
		os.Remove(part)
		return fmt.Errorf("record: %w", err)
	}
	// At most a MiB every five seconds of signal goes to the description.
	r.flushAt = r.count + int64(5*r.header.RateHz)*(1+int64(len(text))>>20)
	r.dirty = false
	return nil
}

// addCapture begins a capture, here and in the description on disk.
func (r *Recorder) addCapture(c segment) error {
	text, err := captureText(&c, len(r.captures) == 0)
	if err != nil {
		return err
	}
	if len(r.captures) == maxCaptures || r.room < len(text) {
		return errors.New("the description is full: start another recording")
	}
	f, err := os.OpenFile(r.base+metaSuffix, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	end, err := f.Seek(-int64(len(metaTail)), io.SeekEnd)
	if err == nil {
		_, err = f.WriteAt(append(text, metaTail...), end)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	r.room -= len(text)
	r.captures = append(r.captures, c)
	return nil
}

// captureText is one line of the captures, with the comma that parts it from the one before.
func captureText(s *segment, isFirst bool) ([]byte, error) {
	c := struct {
		Start  int64   `json:"core:sample_start"`
		Global int64   `json:"core:global_index"`
		Freq   float64 `json:"core:frequency,omitempty"`
		Time   string  `json:"core:datetime,omitempty"`
		Band   float64 `json:"straycell:band_hz,omitempty"`
		Gain   float64 `json:"straycell:gain_db,omitempty"`
		Auto   bool    `json:"straycell:gain_auto,omitempty"`
	}{Start: s.start, Global: s.first, Freq: s.tuning.FreqHz, Band: s.tuning.BandHz, Gain: s.tuning.GainDB, Auto: s.tuning.Auto}
	if !s.time.IsZero() {
		c.Time = s.time.UTC().Format(time.RFC3339Nano)
	}
	text, err := json.Marshal(c)
	lead := ",\n  "
	if isFirst {
		lead = "\n  "
	}
	return append([]byte(lead), text...), err
}

// metaText is the whole description, the captures last.
func (r *Recorder) metaText() ([]byte, error) {
	type extension struct {
		Name     string `json:"name"`
		Version  string `json:"version"`
		Optional bool   `json:"optional"`
	}
	global, err := json.Marshal(struct {
		Datatype    string      `json:"core:datatype"`
		Rate        float64     `json:"core:sample_rate"`
		Version     string      `json:"core:version"`
		Recorder    string      `json:"core:recorder"`
		Hardware    string      `json:"core:hw,omitempty"`
		Description string      `json:"core:description,omitempty"`
		Extensions  []extension `json:"core:extensions"`
	}{r.layout.core, r.header.RateHz, "1.0.0", "straycell", r.header.Hardware, r.header.Description, []extension{{"straycell", "1.0.0", true}}})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("{\n \"global\": ")
	b.Write(global)
	b.WriteString(",\n \"annotations\": [")
	notes := slices.Clone(r.notes)
	for i := range notes {
		notes[i].SampleStart = r.fileIndex(notes[i].SampleStart)
	}
	// SigMF wants them in the order of the samples; they come in that of the decoder's workers.
	slices.SortStableFunc(notes, func(a, b Annotation) int { return cmp.Compare(a.SampleStart, b.SampleStart) })
	for i, a := range notes {
		text, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("annotation %d: %w", i, err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  ")
		b.Write(text)
	}
	b.WriteString("\n ],\n \"captures\": [")
	for i := range r.captures {
		text, err := captureText(&r.captures[i], i == 0)
		if err != nil {
			return nil, err
		}
		b.Write(text)
	}
	b.WriteString(metaTail)
	return b.Bytes(), nil
}
