package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/internal/survey"
)

// crowd is 500 cells, as they are at a time.
func crowd(tS float64) []survey.Event {
	states := []string{"known", "known", "unconfirmed", "no-list", "unknown"}
	out := make([]survey.Event, 0, 500)
	for i := range 500 {
		c := identified(macro(fmt.Sprint("t", i), uint32(1200+i), i, states[i%5]), "450-08", 4660, uint32(27000000+i))
		c.TS, c.LastS, c.RSRPdBFS = tS, tS, ptr(-60+float64(i%7)+tS)
		out = append(out, c)
	}
	return out
}

// BenchmarkFrame is one frame of a screen on which 500 cells change at once.
func BenchmarkFrame(b *testing.B) {
	in := &inbox{}
	m := newModel(Options{Source: "sim:"}, in)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	events := crowd(1)
	for b.Loop() {
		for _, e := range events {
			in.put(e)
		}
		in.put(look(1, 1840e6, 256))
		m.Update(frameMsg{})
		m.render()
	}
}
