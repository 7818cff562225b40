//go:build bench

package survey_test

import "testing"

// TestNewcomersOften is TestNewcomers with more of them.
func TestNewcomersOften(t *testing.T) { newcomers(t, 100) }

// TestNewcomersInSamples is TestNewcomers with samples that are decoded.
func TestNewcomersInSamples(t *testing.T) {
	var took []float64
	for seed := range uint64(5) {
		took = append(took, untilReported(t, seed+1, false))
		t.Logf("seed %d: %.1f s", seed+1, took[seed])
	}
	t.Log(distribution(took))
	if took[4] > 60 {
		t.Errorf("%.1f s", took[4])
	}
}
