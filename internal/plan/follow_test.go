package plan

import (
	"testing"

	"github.com/straycell/straycell/decode/narrow"
)

// Cells of one carrier share a window; one elsewhere waits its turn.
func TestFollow(t *testing.T) {
	if _, _, ok := Follow(nil, 2.16e6); ok {
		t.Error("nobody asks, and there is a tuning")
	}
	low := narrow.Want{CarrierHz: 1815.314e6, PRB: 100, PRBs: 12, DurationS: 0.04}
	same, high := low, low
	same.CarrierHz, same.DurationS = 1815.3143e6, 0.16
	high.FirstPRB = 88
	got, seconds, ok := Follow([]narrow.Want{low, high, same}, 2.16e6)
	if want := 1815.314e6 - 7.92e6; !ok || got.FreqHz != want || seconds != 0.16 {
		t.Errorf("%.0f Hz for %g s, want %.0f and 0.16", got.FreqHz, seconds, want)
	}
}
