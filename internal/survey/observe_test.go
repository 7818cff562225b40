package survey

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// seer tells of a tape without reading its samples to anyone.
type seer struct {
	*tape
	see looker
}

func (s seer) Tune(ctx context.Context, want radio.Tuning) (radio.Tuning, error) {
	if want == (radio.Tuning{}) {
		if want = slow; s.now != nil {
			want = *s.now
		}
	}
	return s.tape.Tune(ctx, want)
}

func (s seer) Observe(ctx context.Context, _ decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error) {
	// A look must not come to hold a gap: ask in small pieces, as a radio delivers them.
	whole := radio.Block{}
	for int64(len(whole.IQ)) < n {
		piece := radio.Block{IQ: make([]complex64, min(n-int64(len(whole.IQ)), 19200))}
		if err := s.Read(ctx, &piece); err != nil {
			if len(whole.IQ) > 0 {
				break
			}
			return 0, nil, err
		}
		if len(whole.IQ) == 0 {
			whole = piece
			continue
		}
		whole.IQ = append(whole.IQ, piece.IQ...)
	}
	*b = whole
	b.IQ = nil
	return int64(len(whole.IQ)), s.see(ctx, &whole), nil
}

func (s seer) Wants(float64, bool) []narrow.Want { return nil }

var longNumbers = regexp.MustCompile(`\d+\.\d{6,}`)

// TestObserver: the same cells make the same events, whether they are decoded or told.
func TestObserver(t *testing.T) {
	run := func(told bool, plan []radio.Tuning) (Summary, string) {
		var got events
		s := seer{&tape{endless: true, pieces: []piece{{Tuning: slow, samples: math.MaxInt}}}, twoCells}
		cfg := Config{
			Source: s, Plan: plan, For: seconds(3), Workers: 2, NewLooker: lookers(twoCells),
			Known: list(t, "plmn,eci,pci,earfcn\n450-08,1,301,1303\n"), Sinks: []Sink{{Name: "json", Take: func(e Event) error {
				if p, ok := e.(Progress); ok {
					p.PSD = nil // nobody has a spectrum of samples that nobody made
					e = p
				}
				if s, ok := e.(Sweep); ok {
					s.SensitivityDBFS = nil // nor their noise
					e = s
				}
				return got.take(e)
			}}},
		}
		if told {
			cfg.Observer, cfg.NewLooker = s, nil
		}
		sum, err := Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		return sum, longNumbers.ReplaceAllStringFunc(got.lines(t), func(s string) string {
			v, _ := strconv.ParseFloat(s, 64) // sums of more or fewer parts end in other digits
			return strconv.FormatFloat(math.Round(v*1e5)/1e5, 'f', -1, 64)
		})
	}
	for _, plan := range [][]radio.Tuning{nil, {slow}, {slow, {FreqHz: slow.FreqHz + 1e6, RateHz: slow.RateHz}}} {
		a, want := run(false, plan)
		b, got := run(true, plan)
		if got != want || a.Looks != b.Looks || math.Abs(a.Sweep.Seconds-b.Sweep.Seconds) > 1e-5 {
			t.Errorf("plan of %d: decoded\n%s\ntold\n%s", len(plan), want, got)
		}
	}
}
