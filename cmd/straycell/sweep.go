package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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
	Preset []string `placeholder:"NAME" help:"Operators whose carriers to look for: kr-kt,kr-skt; or a file.toml of your own."`
}

// asked is one thing to look for, as it was said.
type asked struct {
	plan.Span
	band int
	name string
}

// asked lists what to look for.
func (f *sweepFlags) asked() ([]asked, error) {
	var out []asked
	for _, n := range f.Band {
		b, ok := lte.BandByNumber(n)
		if !ok {
			return nil, usagef("--band %d: LTE has no downlink band of that number; type it like --band 3,8", n)
		}
		out = append(out, asked{plan.Band(b), n, fmt.Sprintf("band %d", n)})
	}
	for _, n := range f.EARFCN {
		hz := lte.EARFCN(n).FreqHz()
		if hz == 0 {
			return nil, usagef("--earfcn %d: no downlink channel has that number; type it like --earfcn 1550,3743", n)
		}
		b, _ := lte.EARFCN(n).Band()
		out = append(out, asked{plan.Carrier(hz), b.Number, fmt.Sprintf("EARFCN %d", n)})
	}
	for _, name := range f.Preset {
		p, err := plan.FindPreset(name)
		if err != nil {
			return nil, usagef("--preset: %v", err)
		}
		for _, b := range p.Blocks {
			out = append(out, asked{b.Span(), b.Band, fmt.Sprintf("%s, band %d", p.Name, b.Band)})
		}
	}
	return out, nil
}

// aim makes a survey look for what was asked for: in a recording for those carriers, with a radio by sweeping them.
func (f *sweepFlags) aim(e *env, src source, cfg *survey.Config) error {
	want, err := f.asked()
	if err != nil {
		return err
	}
	for _, s := range src.freqs {
		want = append(want, asked{s, bandOf(s), anyName})
	}
	var spans []plan.Span
	if spans, cfg.Bands = parts(want); len(spans) == 0 {
		if src.plan != nil && len(src.plan) == 0 {
			return usagef("say what to sweep: --band 3,8, --preset kr-kt, --earfcn 1550,3743 or --freq 1805M-1880M")
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
	if cfg.Spans, err = cover(src, want, cfg); err != nil {
		return err
	}
	cfg.Plan = plan.Tunings(cfg.Spans, cmp.Or(t.BandHz, t.RateHz), math.Abs(cfg.Decode.PPM)+cmp.Or(cfg.Decode.PPMRange, decode.DefaultPPMRange))
	return nil
}

// parts are the spans of what is asked for, and the bands that were named with them.
func parts(want []asked) (spans []plan.Span, bands []int) {
	for _, a := range want {
		spans = append(spans, a.Span)
		if !slices.Contains(bands, a.band) && a.name != anyName {
			bands = append(bands, a.band)
		}
	}
	return spans, bands
}

// anyName stands for carriers that were asked for by their frequencies alone.
const anyName = "what is asked for"

// cover is what of the carriers asked for the radio reaches; what it does not is said at once.
func cover(src source, want []asked, cfg *survey.Config) (spans []plan.Span, err error) {
	info := src.Info()
	if info.MaxHz <= info.MinHz {
		info.MinHz, info.MaxHz = 0, math.Inf(1)
	}
	for _, a := range want {
		in, out := plan.Reach([]plan.Span{a.Span}, info.MinHz, info.MaxHz)
		spans = append(spans, in...)
		for _, s := range out {
			why := fmt.Sprintf("%s: %s tunes from %.6g to %.6g MHz and does not reach %s", a.name, cmp.Or(info.Driver, src.name), info.MinHz/1e6, info.MaxHz/1e6, megahertz(s))
			cfg.Missed = append(cfg.Missed, survey.Skip{Band: a.band, Why: why})
		}
	}
	if len(spans) == 0 {
		return nil, outsideError(cfg.Missed[0].Why + ": name another radio, or other carriers")
	}
	return spans, nil
}

func megahertz(s plan.Span) string {
	if s.LowHz == s.HighHz {
		return fmt.Sprintf("%.6g MHz", s.LowHz/1e6)
	}
	return fmt.Sprintf("%.6g to %.6g MHz", s.LowHz/1e6, s.HighHz/1e6)
}

// bandOf is the lowest band that holds the carriers; 0: none does.
func bandOf(s plan.Span) int {
	for _, n := range lte.EARFCNs(math.Round(s.LowHz/lte.RasterHz)*lte.RasterHz, lte.DuplexUnknown) {
		b, _ := n.Band()
		return b.Number
	}
	return 0
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
