package main

import (
	"testing"

	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/radio/sim"
)

// What is asked for is divided among radios without a carrier that two of them have, or none has.
func TestDivide(t *testing.T) {
	var all []source
	for range 3 {
		w, err := sim.Open("sim:kt-femto?profile=hackrf")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		all = append(all, source{Source: w})
	}
	spans := []plan.Span{{LowHz: 1830e6, HighHz: 1850e6}, {LowHz: 1850e6, HighHz: 1860e6}, {LowHz: 949e6, HighHz: 960e6}, plan.Carrier(2150e6)}
	got := map[float64]int{}
	for _, part := range divide(spans, all) {
		for _, hz := range plan.Freqs(part) {
			got[hz]++
		}
	}
	for _, hz := range plan.Freqs(spans) {
		if got[hz] != 1 {
			t.Errorf("%.1f MHz is swept by %d radios", hz/1e6, got[hz])
		}
		delete(got, hz)
	}
	for hz := range got {
		t.Errorf("%.1f MHz was not asked for", hz/1e6)
	}
}
