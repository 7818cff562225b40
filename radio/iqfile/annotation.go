package iqfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
)

// Annotation is a remark on a stretch of a recording. Its sample numbers count as Block.First does. Its texts come from
// a file: whoever shows them bounds and escapes them.
type Annotation struct {
	SampleStart int64
	SampleCount int64   // 0: unknown, or to the end
	LowHz       float64 // edges of the part of the spectrum that is meant; 0 unknown
	HighHz      float64
	Label       string // a few letters
	Comment     string
	Fields      map[string]json.RawMessage // all others, by their full name: "straycell:pci"
}

// Names of SigMF's own fields of an annotation.
const (
	noteStart   = "core:sample_start"
	noteCount   = "core:sample_count"
	noteLow     = "core:freq_lower_edge"
	noteHigh    = "core:freq_upper_edge"
	noteLabel   = "core:label"
	noteComment = "core:comment"
)

// parseAnnotations keeps what it can: a remark never stands in the way of the samples.
func (m *meta) parseAnnotations(raw json.RawMessage, offset int64) error {
	budget := maxAnnotations
	return each(raw, "annotations", func(i int, one json.RawMessage) error {
		if budget <= 0 {
			if budget == 0 {
				m.warn("annotations[%d] and what follows: more annotations than straycell keeps", i)
				budget--
			}
			return nil
		}
		a, err := parseAnnotation(one, &budget)
		if err == nil && a.SampleStart < offset {
			err = fmt.Errorf("%s lies before core:offset", noteStart)
		}
		if err != nil {
			m.warn("annotations[%d]: %v: left out", i, err)
			return nil
		}
		a.SampleStart -= offset
		m.notes = append(m.notes, a)
		return nil
	})
}

// parseAnnotation walks the object field by field, so that an object of a million fields costs no more than budget.
func parseAnnotation(raw json.RawMessage, budget *int) (a Annotation, err error) {
	*budget--
	if raw[0] != '{' {
		return a, fmt.Errorf("%s is not an object", quote(raw))
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return a, jsonError(err)
	}
	for dec.More() && err == nil {
		key, kerr := dec.Token()
		if kerr != nil {
			return a, jsonError(kerr)
		}
		name, _ := key.(string)
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return a, jsonError(err)
		}
		switch name {
		case noteStart:
			a.SampleStart, err = countOf(v, name, 0)
		case noteCount:
			a.SampleCount, err = countOf(v, name, 0)
		case noteLow:
			a.LowHz, err = numberOf(v, name)
		case noteHigh:
			a.HighHz, err = numberOf(v, name)
		case noteLabel:
			a.Label, err = textOf(v, name)
		case noteComment:
			a.Comment, err = textOf(v, name)
		default:
			if *budget--; *budget < 0 {
				*budget = 0
				return a, fmt.Errorf("more fields than straycell keeps")
			}
			if a.Fields == nil {
				a.Fields = map[string]json.RawMessage{}
			}
			a.Fields[name] = v
		}
	}
	return a, err
}

// MarshalJSON writes the annotation as SigMF has it; sample numbers are those of the data file by then.
func (a Annotation) MarshalJSON() ([]byte, error) {
	out := maps.Clone(a.Fields)
	if out == nil {
		out = map[string]json.RawMessage{}
	}
	put := func(name string, v any, known bool) error {
		if !known {
			return nil
		}
		text, err := json.Marshal(v)
		out[name] = text
		return err
	}
	for _, err := range []error{
		put(noteStart, a.SampleStart, true),
		put(noteCount, a.SampleCount, a.SampleCount != 0),
		put(noteLow, a.LowHz, a.LowHz != 0),
		put(noteHigh, a.HighHz, a.HighHz != 0),
		put(noteLabel, a.Label, a.Label != ""),
		put(noteComment, a.Comment, a.Comment != ""),
	} {
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(out)
}
