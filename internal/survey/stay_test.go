package survey

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/radio"
)

// dial is a tape that keeps its rate when it is tuned.
type dial struct{ *tape }

func (d dial) Tune(ctx context.Context, want radio.Tuning) (radio.Tuning, error) {
	if want.FreqHz == 0 {
		want.FreqHz = slow.FreqHz
	}
	want.RateHz = slow.RateHz
	return d.tape.Tune(ctx, want)
}

// A survey that is asked to stay on a carrier listens there in short looks, says so, and sweeps on when it may.
func TestStay(t *testing.T) {
	var asked atomic.Int32
	var staying events
	stay := func() (float64, bool) {
		n := asked.Add(1)
		return 1815.3e6, n > 3 && n <= 28
	}
	_, err := Run(t.Context(), Config{
		Source: dial{&tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 100)}}, endless: true}},
		Plan:   []radio.Tuning{{FreqHz: 1840e6}, {FreqHz: 950e6}}, For: seconds(4), Decode: decode.Config{PPMRange: 2}, Stay: stay,
		NewLooker: lookers(twoCells), Sinks: []Sink{{Name: "json", Take: staying.take}},
	})
	if err != nil {
		t.Fatal(err)
	}
	held, lastS := 0, 0.0
	for _, p := range of[Progress](&staying) {
		if p.Status == nil || p.Status.Planned != 2 {
			t.Fatalf("status %+v", p.Status)
		}
		if p.Status.Held {
			if held++; p.FreqHz != 1815.3e6 || math.Abs(p.TS-lastS-shortLookS) > 1e-6 {
				t.Errorf("held at %.1f MHz for %.3f s", p.FreqHz/1e6, p.TS-lastS)
			}
		} else if p.FreqHz == 1815.3e6 {
			t.Error("not held, and there")
		}
		lastS = p.TS
	}
	if held != 25 {
		t.Errorf("%d looks held, want 25", held)
	}
}

// Where a source refuses to stay, it is said once and the sweep goes on.
func TestStayRefused(t *testing.T) {
	var got events
	src := dial{&tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 100)}}, endless: true}}
	src.refuse = func(w radio.Tuning) error {
		if w.FreqHz > 3e9 {
			return errors.New("out of reach")
		}
		return nil
	}
	_, err := Run(t.Context(), Config{Source: src, Plan: []radio.Tuning{{FreqHz: 1840e6}}, For: seconds(2), Decode: decode.Config{PPMRange: 2},
		Stay: func() (float64, bool) { return 3.5e9, true }, NewLooker: lookers(twoCells), Sinks: []Sink{{Name: "json", Take: got.take}}})
	if e := of[Error](&got); err != nil || len(e) != 1 || len(of[Progress](&got)) < 4 {
		t.Errorf("%v, errors %+v", err, e)
	}
}

// Lists that are put in force on the way judge every cell anew, at once.
func TestRelistedOnTheWay(t *testing.T) {
	var got events
	lists := make(chan Lists, 1)
	sent := false
	_, err := Run(t.Context(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 3000)}}}, Decode: decode.Config{PPMRange: 20}, Workers: 1,
		Known: list(t, "plmn,eci,pci,earfcn\n450-08,1,17,1303\n"), Relist: lists, NewLooker: lookers(twoCells),
		Sinks: []Sink{{Name: "screen", Live: true, Take: func(e Event) error {
			if c, ok := e.(Cell); ok && !sent {
				if sent = true; c.Known != "unknown" || len(c.History.Moments) == 0 {
					t.Errorf("before: %s, %d moments", c.Known, len(c.History.Moments))
				}
				lists <- Lists{Known: list(t, "plmn,eci,pci,earfcn\n450-08,1,301,1303\n")}
			}
			return got.take(e)
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range of[Change](&got) {
		if c.What == "known" && c.From == "unknown" && c.To == "unconfirmed" && c.PCI == 301 {
			return
		}
	}
	t.Errorf("no change of the list: %s", got.kinds())
}
