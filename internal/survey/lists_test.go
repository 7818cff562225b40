package survey

import (
	"math"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/verdict"
)

// TestRelist: lists, weights and profile are replaced while the survey runs. It hears everything all the same, judges anew what it
// heard before, and says when it is done with the old ones.
func TestRelist(t *testing.T) {
	var got events
	lists := make(chan Lists, 1)
	policy, err := verdict.NewPolicy("border", nil)
	if err != nil {
		t.Fatal(err)
	}
	sent, done := false, false
	sum, err := Run(t.Context(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 3200)}}}, Decode: decode.Config{PPMRange: 20}, Workers: 1,
		Known: list(t, "plmn,eci,pci,earfcn\n450-08,1,17,1303\n"), Relist: lists, NewLooker: lookers(twoCells),
		Sinks: []Sink{{Name: "post", Live: true, Take: func(e Event) error {
			if c, ok := e.(Cell); ok && !sent {
				if sent = true; c.Known != "unknown" || c.Profile != "city-fixed" {
					t.Errorf("before: %s, %s", c.Known, c.Profile)
				}
				lists <- Lists{Known: list(t, "plmn,eci,pci,earfcn\n450-08,1,301,1303\n"), Policy: policy, Done: func() { done = true }}
			}
			return got.take(e)
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	turned := false
	for _, c := range of[Change](&got) {
		turned = turned || c.What == "known" && c.From == "unknown" && c.To == "unconfirmed" && c.PCI == 301
	}
	if !turned || !done {
		t.Errorf("turned %v, done %v: %s", turned, done, got.kinds())
	}
	if math.Abs(sum.Sweep.Seconds-3.2) > 1e-6 || sum.Sweep.LostSamples != 0 || sum.Looks != 10 {
		t.Errorf("%v s in %d looks, %d lost", sum.Sweep.Seconds, sum.Looks, sum.Sweep.LostSamples)
	}
	for _, c := range sum.Cells {
		if c.Profile != "border" {
			t.Errorf("%d is judged by profile %q in the end", c.PCI, c.Profile)
		}
	}
}
