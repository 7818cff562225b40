package tui

import (
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// BenchmarkFrame is one frame of a screen on which 500 cells change at once.
func BenchmarkFrame(b *testing.B) {
	in := &inbox{}
	m := newModel(Options{Source: "sim:"}, in)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	for b.Loop() {
		for i := range 500 {
			in.put(macro(fmt.Sprint("t", i), uint32(1200+i), i, "known"))
		}
		in.put(spectrumOf(1024))
		m.Update(frameMsg{})
		m.render()
	}
}
