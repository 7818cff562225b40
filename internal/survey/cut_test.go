package survey

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// looks runs a tape and lists the looks as "start+length" in milliseconds.
func looks(t *testing.T, cfg Config) string {
	t.Helper()
	var mu sync.Mutex
	at := map[int64]string{}
	var order []int64
	cfg.NewLooker = lookers(func(_ context.Context, b *radio.Block) []lte.Observation {
		mu.Lock()
		defer mu.Unlock()
		if b.Lost != 0 || b.Tuning.RateHz == 0 {
			t.Errorf("%+v", b)
		}
		at[b.First] = fmt.Sprintf("%.4g", float64(len(b.IQ))/b.Tuning.RateHz*1e3)
		order = append(order, b.First)
		return nil
	})
	cfg.Workers = 1
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range order {
		out = append(out, at[f])
	}
	return strings.Join(out, " ")
}

func TestLooks(t *testing.T) {
	mid := radio.Tuning{FreqHz: 1e9, RateHz: 15.36e6}
	for name, c := range map[string]struct {
		pieces []piece
		want   string
	}{
		"shorter than a look":     {[]piece{{Tuning: slow, samples: ms(slow, 45)}}, "45"},
		"one look":                {[]piece{{Tuning: slow, samples: ms(slow, 320)}}, "320"},
		"short tail":              {[]piece{{Tuning: slow, samples: ms(slow, 399)}}, "399"},
		"tail of its own":         {[]piece{{Tuning: slow, samples: ms(slow, 400)}}, "320 80"},
		"several":                 {[]piece{{Tuning: slow, samples: ms(slow, 1000)}}, "320 320 360"},
		"exactly three":           {[]piece{{Tuning: slow, samples: ms(slow, 960)}}, "320 320 320"},
		"16 Msps":                 {[]piece{{Tuning: mid, samples: ms(mid, 500)}}, "160 160 180"},
		"19.2 Msps":               {[]piece{{Tuning: fast, samples: ms(fast, 250)}}, "80 80 90"},
		"80 ms":                   {[]piece{{Tuning: fast, samples: ms(fast, 80)}}, "80"},
		"gap":                     {[]piece{{Tuning: slow, samples: ms(slow, 100)}, {Tuning: slow, samples: ms(slow, 90), lost: 7}}, "100 90"},
		"gap behind a look":       {[]piece{{Tuning: slow, samples: ms(slow, 330)}, {Tuning: slow, samples: ms(slow, 20), lost: 7}}, "330 20"},
		"count jumps":             {[]piece{{Tuning: slow, samples: ms(slow, 100)}, {Tuning: slow, samples: ms(slow, 90), skip: 7}}, "100 90"},
		"count runs backwards":    {[]piece{{Tuning: slow, samples: ms(slow, 100)}, {Tuning: slow, samples: ms(slow, 90), skip: -1000}}, "100 90"},
		"retuned":                 {[]piece{{Tuning: slow, samples: ms(slow, 45)}, {Tuning: radio.Tuning{FreqHz: 1e9, RateHz: 1.92e6}, samples: ms(slow, 70)}}, "45 70"},
		"another rate":            {[]piece{{Tuning: slow, samples: ms(slow, 400)}, {Tuning: fast, samples: ms(fast, 170)}}, "320 80 80 90"},
		"gain alone":              {[]piece{{Tuning: slow, samples: ms(slow, 50)}, {Tuning: radio.Tuning{FreqHz: slow.FreqHz, RateHz: slow.RateHz, GainDB: 10}, samples: ms(slow, 50)}}, "100"},
		"less than a frame":       {[]piece{{Tuning: slow, samples: ms(slow, 9)}, {Tuning: slow, samples: ms(slow, 50), lost: 1}}, "50"},
		"less than a frame after": {[]piece{{Tuning: slow, samples: ms(slow, 50)}, {Tuning: slow, samples: ms(slow, 9), lost: 1}}, "50"},
	} {
		if got := looks(t, Config{Source: &tape{pieces: c.pieces}}); got != c.want {
			t.Errorf("%s: looks of %s ms, want %s", name, got, c.want)
		}
	}
}

func TestPlanAndFor(t *testing.T) {
	other := radio.Tuning{FreqHz: 900e6, RateHz: 2.4e6}
	for name, c := range map[string]struct {
		plan  []radio.Tuning
		forS  float64
		want  string
		tuned int
	}{
		"once through the plan": {[]radio.Tuning{slow, other, fast}, 0, "80 80 80 320 320 80", 6},
		"again and again":       {[]radio.Tuning{slow, fast}, 1, "80 80 320 80 320 80 40", 7},
		"first a quick one":     {[]radio.Tuning{slow, fast}, 1.3, "80 80 320 80 320 80 320 20", 8},
		"less than the plan":    {[]radio.Tuning{slow, other}, 0.1, "80 20", 2},
		"no plan":               {nil, 0.7, "320 380", 0},
	} {
		src := &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}
		got := looks(t, Config{Source: src, Plan: c.plan, For: seconds(c.forS)})
		if got != c.want || len(src.tuned) != c.tuned {
			t.Errorf("%s: looks of %s ms in %d tunings, want %s in %d", name, got, len(src.tuned), c.want, c.tuned)
		}
	}
}

// A plan that the time does not suffice for says what was left out.
func TestUnreached(t *testing.T) {
	var got events
	other := radio.Tuning{FreqHz: 900e6, RateHz: 1.92e6}
	src := &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}
	sum, err := Run(t.Context(), Config{Source: src, Plan: []radio.Tuning{slow, other, slow}, For: seconds(0.07), NewLooker: lookers(twoCells), Sinks: []Sink{{Name: "json", Take: got.take}}})
	const why = "2 of the plan's 3 tunings were not reached, the first at 900.0000 MHz: survey for longer"
	if s := sum.Sweep.BandsSkipped; err != nil || len(s) != 2 || s[0] != (Skip{0, why}) || s[1] != (Skip{3, why}) || len(of[Error](&got)) != 1 {
		t.Errorf("%v %+v", err, s)
	}
}

// Any sequence of blocks comes out as looks that hold each sample once, in order, with its place in the count.
func TestCutterKeepsSamples(t *testing.T) {
	var got []complex64
	c := cutter{begin: func() *look { return &look{} }}
	c.done = func(l *look) {
		for i, v := range l.IQ {
			if int64(real(v)) != l.First+int64(i) {
				t.Fatalf("sample %v at %d", v, l.First+int64(i))
			}
		}
		got = append(got, l.IQ...)
	}
	n := int64(0)
	for i := range 200 {
		b := radio.Block{Tuning: slow, First: n, Clip: 3}
		for range 1 + (i*7919)%30000 {
			b.IQ = append(b.IQ, complex(float32(n), 0))
			n++
		}
		c.arrive(&b)
		if !c.push(&b) {
			t.Fatal("no look")
		}
	}
	c.flush()
	if int64(len(got)) != n {
		t.Errorf("%d samples of %d", len(got), n)
	}
}

func TestSignalTime(t *testing.T) {
	var c signalTime
	next := int64(0)
	for i, s := range []struct {
		first, n int64
		rate     float64
		want     float64
	}{
		{5000, 1e6, 1e6, 0}, // a source that was running before
		{1005000, 1e6, 1e6, 1},
		{2505000, 1e6, 1e6, 2.5}, // half a second lost
		{3505000, 4e6, 2e6, 3.5}, // another rate
		{7505000, 1e6, 1e6, 5.5}, // and back
		{0, 1e6, 1e6, 6.5},       // started over
		{1e6, 1e6, 1e6, 7.5},
	} {
		c.move(s.first, next, s.rate)
		if got := c.at(s.first); got != s.want {
			t.Errorf("%d: %v s, want %v", i, got, s.want)
		}
		next = s.first + s.n
	}
}
