package survey

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio"
)

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// twoCells is a place with a cell that is always there and one that comes after a second.
func twoCells(_ context.Context, b *radio.Block) []lte.Observation {
	out := []lte.Observation{see(b, 301, 1815.314e6, 0.002, 10)}
	if s := float64(b.First) / b.Tuning.RateHz; s > 1 {
		late := see(b, 88, 1815.314e6, 0.007, 5+s)
		if s > 2.5 {
			late.MIB, late.Stop = nil, lte.StopNoMIB
		}
		out = append(out, late)
	}
	weak := see(b, 12, 1815.314e6, 0.004, -9)
	weak.MIB, weak.MIBCRCs, weak.Stop = nil, 0, lte.StopWeak
	return append(out, weak)
}

func list(t *testing.T, text string) *known.Set {
	t.Helper()
	s, _, err := known.Read(strings.NewReader(text), "kt.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The line from end to end: states, news, counts, order.
func TestRun(t *testing.T) {
	var got, live events
	start := time.Date(2025, 9, 5, 3, 4, 5, 0, time.UTC)
	sum, err := Run(context.Background(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 2000)}, {Tuning: slow, samples: ms(slow, 1000), lost: 1920}}, start: start, finite: int64(ms(slow, 3000))},
		Decode: decode.Config{PPMRange: 20},
		Known:  list(t, "plmn,eci,pci,earfcn\n450-08,1,301,1303\n"), Here: &known.Place{Lat: 37.5, Lon: 127}, Workers: 2,
		NewLooker: lookers(twoCells),
		Sinks:     []Sink{{Name: "json", Take: got.take}, {Name: "screen", Take: live.take, Live: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if k := got.kinds(); !strings.HasSuffix(k, "progress cell transmitter sweep") || !strings.HasPrefix(k, "change candidate progress") {
		t.Error(k)
	}
	var news []string
	for _, c := range of[Change](&got) {
		news = append(news, fmt.Sprintf("%.2f %s %s %s", c.TS, c.Transmitter, c.What, c.To))
	}
	if s := strings.Join(news, ", "); s != "0.32 t1 new unconfirmed, 1.60 t2 new unknown" {
		t.Error(s)
	}
	cells := of[Cell](&got)
	if len(cells) != 2 || !reflect.DeepEqual(cells, sum.Cells) {
		t.Fatalf("%d final cells", len(cells))
	}
	a, b := cells[0], cells[1]
	if a.PCI != 301 || a.Known != "unconfirmed" || *a.EARFCN != 1303 || a.Band != 3 || a.FreqHz != 1815.3e6 || math.Abs(*a.CFOHz-14e3) > 1 ||
		a.Looks != 10 || a.MIBCRCs != 75 || a.FirstS != 0 || math.Abs(a.LastS-3.001) > 1e-9 || a.MIBHex != "a80c00" || *a.Lat != 37.5 ||
		a.Profile != "city-fixed" || a.Level != "normal" || a.Source != "tape" || a.Stop != "unsupported" || a.Time != "2025-09-05T03:04:08.001Z" {
		t.Errorf("%s", got.lines(t))
	}
	if b.PCI != 88 || b.Known != "unknown" || len(b.Findings) != 1 || b.Findings[0].Rule != "ID-00" || b.Findings[0].From != "inventory kt.csv, 1 line on this carrier nearby" || *b.SINRdB < 7.2 {
		t.Errorf("%+v", b)
	}
	if sum.Unknown != 1 || sum.Suspicious != 0 || sum.Strong != 2 || sum.StrongMute != 2 || sum.Looks != 10 || sum.Failed != 0 || sum.Gone != nil {
		t.Errorf("%+v", sum)
	}
	s := sum.Sweep
	if s.Cells != 2 || s.Unread != 2 || s.SIB1Read != 0 || s.Seconds != 3 || s.LostSamples != 1920 || math.Abs(s.TS-3.001) > 1e-9 || !reflect.DeepEqual(of[Sweep](&got), []Sweep{s}) {
		t.Errorf("%+v", s)
	}
	if g := of[Gap](&got); len(g) != 1 || g[0].Lost != 1920 || math.Abs(g[0].TS-2.001) > 1e-9 {
		t.Errorf("%+v", g)
	}
	p := of[Progress](&got)
	if len(p) != 10 || p[9].Fraction != 1 || p[3].Cells != 1 || p[4].Cells != 2 || len(p[0].PSD) != psdBins {
		t.Errorf("%d progress, %+v", len(p), p[len(p)-1].Fraction)
	}
	if c := of[Candidate](&got); len(c) != 3 || c[0].PCI != 12 || c[0].Stop != "weak" || *c[0].SINRdB != -9 {
		t.Errorf("%+v", c)
	}
	updates := of[Cell](&live)
	if len(updates) != 10+6+2 {
		t.Errorf("%d live cells", len(updates))
	}
	if u := updates[len(updates)-3]; u.PCI != 88 || u.Looks != 6 || *u.SINRdB != *b.SINRdB {
		t.Errorf("newest with a MIB: %+v", u)
	}
}

// Events are the same for any number of workers.
func TestWorkersDoNotMatter(t *testing.T) {
	run := func(workers int) string {
		var got events
		rnd := rand.New(rand.NewPCG(uint64(workers), 1))
		var mu sync.Mutex
		_, err := Run(context.Background(), Config{
			Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 3000)}, {Tuning: fast, samples: ms(fast, 700), lost: 99}}}, Workers: workers,
			NewLooker: lookers(func(ctx context.Context, b *radio.Block) []lte.Observation {
				mu.Lock()
				nap := time.Duration(rnd.IntN(5)) * time.Millisecond
				mu.Unlock()
				time.Sleep(nap)
				if b.First > 1e6 && b.First < 2e6 {
					panic("bad look")
				}
				return twoCells(ctx, b)
			}),
			Sinks: []Sink{{Name: "json", Take: got.take, Live: true}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return got.lines(t)
	}
	want := run(1)
	for _, n := range []int{2, 3, 8} {
		if got := run(n); got != want {
			t.Errorf("%d workers:\n%s\nwant\n%s", n, got, want)
		}
	}
	if strings.Count(want, "\n") < 30 {
		t.Error("too little happened")
	}
}

// A panic in one look does not end a survey, and its stack stays out of the line.
func TestPanicCostsOneLook(t *testing.T) {
	var got events
	var made atomic.Int32
	sum, err := Run(context.Background(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 1600)}}}, Workers: 1,
		NewLooker: func(decode.Config) Looker {
			made.Add(1)
			return looker(func(_ context.Context, b *radio.Block) []lte.Observation {
				if b.First == int64(ms(slow, 640)) {
					var none []int
					_ = none[7]
				}
				return []lte.Observation{see(b, 301, 1815.3e6, 0.002, 10)}
			})
		},
		Sinks: []Sink{{Name: "json", Take: got.take}},
	})
	e := of[Error](&got)
	if err != nil || sum.Failed != 1 || sum.Looks != 5 || len(e) != 1 || sum.Cells[0].Looks != 4 || made.Load() != 2 {
		t.Fatalf("%v %+v %+v", err, sum, e)
	}
	if !strings.HasPrefix(e[0].Text, "decode 1815.3000 MHz from 0.640 to 0.960 s failed, the look is lost: runtime error: index out of range") ||
		!strings.Contains(e[0].Stack, "run_test.go") || strings.Contains(got.lines(t), "goroutine") {
		t.Errorf("%+v", e[0])
	}
}

// Hostile or broken measurements reach neither the register nor the JSON.
func TestMeasurementsThatAreNone(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(-1)
	var got events
	sum, err := Run(context.Background(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 320)}}},
		NewLooker: lookers(func(_ context.Context, b *radio.Block) []lte.Observation {
			ok, a, c, d := see(b, 1, 1815.3e6, 0.002, 10), see(b, 2, 1815.3e6, 0.003, 10), see(b, 3, 1815.3e6, 0.004, 10), see(b, 504, 1815.3e6, 0.005, 10)
			ok.Signal.RSRPdBFS, ok.Signal.SINRdB, ok.Signal.ClockPPM, ok.Signal.CFOSEHz = inf, nan, nan, nan
			a.FirstSample, c.Signal.CFOHz = nan, inf
			return []lte.Observation{a, ok, c, d}
		}),
		Sinks: []Sink{{Name: "json", Take: got.take, Live: true}},
	})
	if err != nil || len(sum.Cells) != 1 || sum.Cells[0].PCI != 1 || sum.Cells[0].RSRPdBFS != nil || sum.Cells[0].SINRdB != nil || sum.Strong != 0 {
		t.Errorf("%v %+v", err, sum)
	}
	got.lines(t)
}

func TestSourceTrouble(t *testing.T) {
	half := piece{Tuning: slow, samples: ms(slow, 500)}
	for name, c := range map[string]struct {
		src   *tape
		plan  []radio.Tuning
		err   string // of Run
		gone  string
		looks int
	}{
		"ends":           {src: &tape{pieces: []piece{half}}, looks: 2},
		"empty":          {src: &tape{}, err: "survey: tape: 0 samples: not one whole radio frame, which takes 10 ms"},
		"not a frame":    {src: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 9.9)}}}, err: "survey: tape: 19008 samples: not one whole"},
		"only shreds":    {src: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 9)}, {Tuning: slow, samples: ms(slow, 9), lost: 4}}}, err: "not one whole"},
		"error at once":  {src: &tape{pieces: []piece{{err: errGone}}}, err: "survey: tape: usb: device gone"},
		"error later":    {src: &tape{pieces: []piece{half, {err: errGone}}}, gone: "usb: device gone", looks: 2},
		"rate too low":   {src: &tape{pieces: []piece{{Tuning: radio.Tuning{FreqHz: 1e9, RateHz: 1.4e6}, samples: 1e6}}}, err: "1.4e+06 samples a second: LTE needs 1.92 million or more"},
		"rate unknown":   {src: &tape{pieces: []piece{{Tuning: radio.Tuning{FreqHz: 1e9}, samples: 1e6}}}, err: "0 samples a second"},
		"centre unknown": {src: &tape{pieces: []piece{{Tuning: radio.Tuning{RateHz: 2e6}, samples: 1e6}}}, err: "the centre frequency is not known"},
		"nothing tunes":  {src: &tape{endless: true, pieces: []piece{half}, refuse: func(radio.Tuning) error { return errGone }}, plan: []radio.Tuning{slow, fast}, err: "no tuning of the plan could be read"},
		"one does not":   {src: &tape{endless: true, pieces: []piece{half}, refuse: func(w radio.Tuning) error { return map[bool]error{true: errGone}[w.RateHz > 2e6] }}, plan: []radio.Tuning{slow, fast, slow}, looks: 4},
	} {
		var got events
		sum, err := Run(context.Background(), Config{Source: c.src, Plan: c.plan, NewLooker: lookers(twoCells), Sinks: []Sink{{Name: "json", Take: got.take}}})
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v", name, err)
		}
		if c.gone == "" && sum.Gone != nil || c.gone != "" && (sum.Gone == nil || sum.Gone.Error() != c.gone) || sum.Looks != c.looks {
			t.Errorf("%s: gone %v, %d looks", name, sum.Gone, sum.Looks)
		}
		if len(of[Sweep](&got)) != 1 || (len(of[Cell](&got)) > 0) != (c.looks > 0) {
			t.Errorf("%s: %s", name, got.kinds())
		}
		if name == "one does not" {
			if s := sum.Sweep.BandsSkipped; len(s) != 1 || s[0].Band != 3 || s[0].Why != "tune 1815.3000 MHz: usb: device gone" || len(of[Error](&got)) != 1 {
				t.Errorf("%+v", s)
			}
		}
		if c.err != "" && strings.Contains(c.err, errGone.Error()) && !errors.Is(err, errGone) {
			t.Errorf("%s: the cause is lost: %v", name, err)
		}
	}
}

type empty struct{ tape }

func (*empty) Read(context.Context, *radio.Block) error { return nil }

func TestEmptyBlocks(t *testing.T) {
	if _, err := Run(context.Background(), Config{Source: &empty{}}); err == nil || !strings.Contains(err.Error(), "a block without samples") {
		t.Error(err)
	}
}

func TestWarnings(t *testing.T) {
	var got events
	src := &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 320)}}, warnings: []radio.Warning{{Text: "looks like cs8"}, {Text: "cut in the middle of a sample", Cut: true}}}
	sum, err := Run(context.Background(), Config{Source: src, NewLooker: lookers(twoCells), Sinks: []Sink{{Name: "json", Take: got.take}}})
	if e := of[Error](&got); err != nil || len(e) != 2 || e[0].Text != "looks like cs8" || e[0].Cut || !e[1].Cut || !reflect.DeepEqual(sum.Cut, []string{"cut in the middle of a sample"}) {
		t.Errorf("%v %+v %+v", err, e, sum.Cut)
	}
}

// An interrupted survey prints what it found.
func TestInterrupted(t *testing.T) {
	var got events
	ctx, cancel := context.WithCancel(context.Background())
	var n atomic.Int32
	sum, err := Run(ctx, Config{
		Source: &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}, Workers: 2,
		NewLooker: lookers(func(ctx context.Context, b *radio.Block) []lte.Observation {
			if n.Add(1) == 10 {
				cancel()
			}
			return twoCells(ctx, b)
		}),
		Sinks: []Sink{{Name: "json", Take: got.take}},
	})
	if !errors.Is(err, context.Canceled) || len(sum.Cells) != 2 || !strings.HasSuffix(got.kinds(), "cell transmitter sweep") {
		t.Errorf("%v: %s", err, got.kinds())
	}
}

// A driver that hangs does not hold an interrupted survey.
func TestHungSource(t *testing.T) {
	var got events
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := Run(ctx, Config{Source: &tape{hang: true}, Sinks: []Sink{{Name: "json", Take: got.take}}})
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > patience+3*time.Second || got.kinds() != "sweep" {
		t.Errorf("%v after %v: %s", err, time.Since(start), got.kinds())
	}
}

// Nor does a decoder that hangs; and none is begun after the interrupt.
func TestHungDecoder(t *testing.T) {
	var got events
	ctx, cancel := context.WithCancel(context.Background())
	var begun atomic.Int32
	start := time.Now()
	sum, err := Run(ctx, Config{
		Source: &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}, Workers: 2,
		NewLooker: lookers(func(ctx context.Context, b *radio.Block) []lte.Observation {
			if begun.Add(1) == 6 {
				cancel()
				select {}
			}
			return twoCells(ctx, b)
		}),
		Sinks: []Sink{{Name: "json", Take: got.take}},
	})
	if !errors.Is(err, context.Canceled) || time.Since(start) > patience+3*time.Second || len(sum.Cells) == 0 || begun.Load() > 7 {
		t.Errorf("%v after %v, %d begun: %s", err, time.Since(start), begun.Load(), got.kinds())
	}
}

// Looks in flight are bounded whatever the sizes of plan and signal: by their buffers.
func TestMemoryIsBounded(t *testing.T) {
	var mu sync.Mutex
	buffers := map[*complex64]bool{}
	_, err := Run(context.Background(), Config{
		Source: &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}, For: 10 * time.Second, Workers: 3,
		NewLooker: lookers(func(ctx context.Context, b *radio.Block) []lte.Observation {
			mu.Lock()
			buffers[&b.IQ[0]] = true
			mu.Unlock()
			return twoCells(ctx, b)
		}),
	})
	if err != nil || len(buffers) > 4 {
		t.Errorf("%v, %d buffers", err, len(buffers))
	}
}

// heavy is a rule that turns against a cell after a while.
func heavy(name string) verdict.Rule {
	return verdict.Rule{Name: name, Version: 3, Check: func(c *verdict.Case) verdict.Outcome {
		if c.Looks <= 2 {
			return verdict.Outcome{}
		}
		return verdict.Outcome{Finding: &verdict.Finding{Weight: 40, Field: "looks", Value: fmt.Sprint(c.Looks)}}
	}}
}

func TestLevelsAndAlerts(t *testing.T) {
	var got events
	sum, err := Run(context.Background(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 1600)}}},
		Rules:  []verdict.Rule{heavy("ID-90"), heavy("PH-90")},
		NewLooker: lookers(func(_ context.Context, b *radio.Block) []lte.Observation {
			return []lte.Observation{see(b, 1, 1815.3e6, 0, 9)}
		}),
		Sinks: []Sink{{Name: "json", Take: got.take}},
	})
	if err != nil || sum.Suspicious != 1 || sum.Unknown != 0 || sum.Cells[0].Score != 80 || sum.Cells[0].Level != "alert" || len(sum.Cells[0].Findings) != 2 {
		t.Errorf("%v %+v", err, sum)
	}
	c, a := of[Change](&got), of[Alert](&got)
	if len(c) != 2 || c[1].What != "level" || c[1].From != "normal" || c[1].To != "alert" || len(a) != 1 || a[0].Cell.PCI != 1 || math.Abs(a[0].TS-0.96) > 1e-9 {
		t.Errorf("%+v %+v", c, a)
	}
}

// The register's changes reach the events with both sides.
func TestTimingChange(t *testing.T) {
	var got events
	_, err := Run(context.Background(), Config{
		Source: &tape{pieces: []piece{{Tuning: slow, samples: ms(slow, 960)}}},
		NewLooker: lookers(func(_ context.Context, b *radio.Block) []lte.Observation {
			o := see(b, 1, 1815.3e6, 0, 9)
			if b.First > 0 {
				o.MIB.SFN += 24
			}
			return []lte.Observation{o}
		}),
		Sinks: []Sink{{Name: "json", Take: got.take}},
	})
	c := of[Change](&got)
	if err != nil || len(c) != 2 || c[1].What != string(cell.Timing) || c[1].From != "sfn 32" || c[1].To != "sfn 56" {
		t.Errorf("%v %+v", err, c)
	}
}
