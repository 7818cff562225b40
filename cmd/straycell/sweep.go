package main

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// sweepFlags say where to look.
type sweepFlags struct {
	Band   []int    `placeholder:"B" help:"Bands to look in: 3,8 (default: all that is in view, or the scenario's plan)."`
	EARFCN []uint32 `name:"earfcn" placeholder:"N" help:"Carriers to look for, by their downlink channel numbers: 1550,3743."`
}

// spans are the carriers asked for.
func (f *sweepFlags) spans() ([]plan.Span, error) {
	var out []plan.Span
	for _, n := range f.Band {
		b, ok := lte.BandByNumber(n)
		if !ok {
			return nil, usagef("--band %d: LTE has no downlink band of that number; type it like --band 3,8", n)
		}
		out = append(out, plan.Band(b))
	}
	for _, n := range f.EARFCN {
		hz := lte.EARFCN(n).FreqHz()
		if hz == 0 {
			return nil, usagef("--earfcn %d: no downlink channel has that number; type it like --earfcn 1550,3743", n)
		}
		out = append(out, plan.Carrier(hz))
	}
	return out, nil
}

// aim makes a survey look for what was asked for: in a recording for those carriers, with a radio by sweeping them.
func (f *sweepFlags) aim(e *env, src source, cfg *survey.Config) error {
	spans, err := f.spans()
	if err != nil {
		return err
	}
	if len(f.Band) == 1 {
		cfg.Band = f.Band[0]
	}
	if spans = append(spans, src.freqs...); len(spans) == 0 {
		if src.plan != nil && len(src.plan) == 0 {
			return usagef("say what to sweep: --band 3,8, --earfcn 1550,3743 or --freq 1805M-1880M")
		}
		return nil
	}
	cfg.Decode.FreqsHz = plan.Freqs(spans)
	if src.plan == nil {
		return inView(src, cfg.Decode.FreqsHz)
	}
	t, err := src.Tune(e.ctx, radio.Tuning{})
	if err != nil {
		return err
	}
	cfg.Plan = plan.Tunings(spans, cmp.Or(t.BandHz, t.RateHz), math.Abs(cfg.Decode.PPM)+cmp.Or(cfg.Decode.PPMRange, decode.DefaultPPMRange))
	return nil
}

// inView says whether a recording holds any of the carriers.
func inView(src source, freqsHz []float64) error {
	info := src.Info()
	low, high := info.MinHz-info.Rates[0]/2, info.MaxHz+info.Rates[0]/2
	for _, f := range freqsHz {
		if f >= low && f <= high {
			return nil
		}
	}
	return outsideError(fmt.Sprintf("%s holds %.1f to %.1f MHz: nothing of what is asked for is in it", src.name, low/1e6, high/1e6))
}

// outsideError is a recording that holds nothing of what is asked for.
type outsideError string

func (e outsideError) Error() string { return string(e) }

// freqs are frequencies and ranges of them as people type them: 1815.3M, 1805M-1880M, 954.3M,1840M.
type freqs []plan.Span

func (f *freqs) UnmarshalText(text []byte) error {
	for part := range strings.SplitSeq(string(text), ",") {
		var s plan.Span
		low, high, isRange := strings.Cut(part, "-")
		if !isRange {
			high = low
		}
		var ends [2]hertz
		for i, t := range []string{low, high} {
			if err := ends[i].UnmarshalText([]byte(t)); err != nil {
				return err
			}
		}
		if s = (plan.Span{LowHz: float64(ends[0]), HighHz: float64(ends[1])}); s.LowHz > s.HighHz {
			return fmt.Errorf("%q runs backwards: type it like 1805M-1880M", part)
		}
		*f = append(*f, s)
	}
	return nil
}

// centre is the one frequency of a recording; 0: none was said.
func (f freqs) centre() (hertz, error) {
	switch {
	case len(f) == 0:
		return 0, nil
	case len(f) > 1 || f[0].LowHz != f[0].HighHz:
		return 0, usagef("--freq is there for several frequencies: of a recording it is the centre, type it like --freq 1815.3M")
	}
	return hertz(f[0].LowHz), nil
}
