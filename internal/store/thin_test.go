package store

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

// A file that is full loses repetitions, and nothing that was judged: a replay gives the same changes, and the same cells
// but for what counts looks.
func TestThinned(t *testing.T) {
	steps := world{cells: 40, looks: 3000, everyS: 0.8}.steps()
	path := filepath.Join(t.TempDir(), "a.survey")
	w, err := Create(path, Options{MaxBytes: 1 << 20, every: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	live := judged(t, steps, func(e survey.Event) {
		w.Take(e)
		if n++; n%400 == 0 {
			w.flush()
		}
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	c, err := s.Count()
	if err != nil || len(c.Thinned) == 0 || c.Looks > 1500 || c.Bytes > 2<<20 {
		t.Fatalf("%+v %v", c, err)
	}
	if again := judged(t, s.Steps(), nil); again != live {
		t.Errorf("%s\nlive:\n%s", again, live)
	}
}

// judged is what a survey concluded: changes, and of the cells what they are, what stands against them and their best
// measurement.
func judged(t *testing.T, steps func(func(survey.Event, error) bool), store func(survey.Event)) string {
	t.Helper()
	var b strings.Builder
	sinks := []survey.Sink{{Name: "lines", Take: func(e survey.Event) error {
		switch e := e.(type) {
		case survey.Cell:
			e.MIBCRCs, e.MIBFails, e.SIB1CRCs, e.SIB1Fails, e.SIOnAir, e.Looks, e.LastS = 0, nil, 0, nil, nil, 0, 0
			line, err := json.Marshal(e)
			b.Write(append(line, '\n'))
			return err
		case survey.Change, survey.Gap, survey.Error:
			line, err := json.Marshal(e)
			b.Write(append(line, '\n'))
			return err
		}
		return nil
	}}}
	if store != nil {
		sinks = append(sinks, survey.Sink{Name: "store", Live: true, Looks: true, Take: func(e survey.Event) error {
			store(e)
			return nil
		}})
	}
	if _, err := survey.Replay(context.Background(), survey.Config{Sinks: sinks}, "test", steps); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
