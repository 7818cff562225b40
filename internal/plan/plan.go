// Package plan turns what is asked for (bands, channel numbers, frequencies) into the carriers to look for and the tunings
// of a sweep.
package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

// Span is a range of carriers by their centre frequencies, both ends included.
type Span struct{ LowHz, HighHz float64 }

// Band is the span of a band's carriers.
func Band(b lte.Band) Span { return Span{b.LowHz, b.LowHz + lte.RasterHz*float64(b.Last-b.First)} }

// Carrier is one carrier.
func Carrier(freqHz float64) Span { return Span{freqHz, freqHz} }

// points are the first and the last raster point of a span; of one that holds none, the nearest.
func (s Span) points() (first, last float64) {
	first, last = math.Ceil(s.LowHz/lte.RasterHz-1e-6), math.Floor(s.HighHz/lte.RasterHz+1e-6)
	if first > last {
		first = math.Round((s.LowHz + s.HighHz) / 2 / lte.RasterHz)
		last = first
	}
	return first * lte.RasterHz, last * lte.RasterHz
}

// Freqs lists the raster points of the spans, each once, in order.
func Freqs(spans []Span) []float64 {
	var out []float64
	for _, s := range merged(spans) {
		for n := range int(math.Round((s.HighHz-s.LowHz)/lte.RasterHz)) + 1 {
			out = append(out, s.LowHz+float64(n)*lte.RasterHz)
		}
	}
	return out
}

// Reach parts spans into what a radio that tunes from lowHz to highHz hears and what it does not.
func Reach(spans []Span, lowHz, highHz float64) (in, out []Span) {
	for _, s := range spans {
		low, high := max(s.LowHz, lowHz), min(s.HighHz, highHz)
		if low > high {
			out = append(out, s)
			continue
		}
		in = append(in, Span{low, high})
		if s.LowHz < low {
			out = append(out, Span{s.LowHz, low})
		}
		if s.HighHz > high {
			out = append(out, Span{high, s.HighHz})
		}
	}
	return in, out
}

// merged sorts the spans, moves their ends to raster points and joins what touches.
func merged(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		first, last := s.points()
		out = append(out, Span{first, last})
	}
	slices.SortFunc(out, func(a, b Span) int { return cmp.Compare(a.LowHz, b.LowHz) })
	n := 0
	for _, s := range out {
		if n > 0 && s.LowHz <= out[n-1].HighHz+lte.RasterHz*1.5 {
			out[n-1].HighHz = max(out[n-1].HighHz, s.HighHz)
			continue
		}
		out[n] = s
		n++
	}
	return out[:n]
}

// HalfCarrierHz is half of the six resource blocks of a carrier that must be in view.
const HalfCarrierHz = 540e3

// Tunings lists the tunings that show every carrier of the spans to a radio that hears windowHz around its centre and is up
// to ppm parts per million off. Carriers near each other share one.
func Tunings(spans []Span, windowHz, ppm float64) []radio.Tuning {
	var out []radio.Tuning
	cover := func(s Span, step float64) {
		n := max(1, math.Ceil((s.HighHz-s.LowHz)/step))
		for i := range int(n) {
			at := s.LowHz + (s.HighHz-s.LowHz)*(float64(i)+0.5)/n
			out = append(out, radio.Tuning{FreqHz: math.Round(at/1e3) * 1e3})
		}
	}
	var group Span
	for i, s := range merged(spans) {
		step := max(lte.RasterHz, windowHz-2*(HalfCarrierHz+s.HighHz*ppm*1e-6))
		switch {
		case i == 0:
			group = s
		case s.HighHz-group.LowHz <= step:
			group.HighHz = s.HighHz
		default:
			cover(group, step)
			group = s
		}
	}
	if len(spans) > 0 {
		cover(group, max(lte.RasterHz, windowHz-2*(HalfCarrierHz+group.HighHz*ppm*1e-6)))
	}
	return out
}
