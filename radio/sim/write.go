package sim

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// Write records the next d of the world, in its present tuning, as BASE.sigmf-data and BASE.sigmf-meta. The truth about
// each cell in view stands in the annotations. It overwrites nothing; when ctx ends, what was written so far is a whole
// recording.
func (w *World) Write(ctx context.Context, base string, d time.Duration) error {
	rec, err := iqfile.Create(base, iqfile.Header{
		Format: w.profile.format, RateHz: w.tuning.RateHz, Hardware: "simulated " + w.profile.about,
		Description: fmt.Sprintf("%s (%s)", w.s.Title, w.uri),
	})
	if err != nil {
		return err
	}
	first := w.count
	err = w.copyTo(ctx, rec, int64(math.Ceil(d.Seconds()*w.tuning.RateHz)))
	for _, a := range w.annotations(first, w.count-first) {
		if e := rec.Annotate(a); err == nil {
			err = e
		}
	}
	if e := rec.Close(); err == nil {
		err = e
	}
	return err
}

func (w *World) copyTo(ctx context.Context, rec *iqfile.Recorder, n int64) error {
	buf := make([]complex64, 1<<16)
	for n > 0 {
		b := radio.Block{IQ: buf[:0:min(n, int64(len(buf)))]}
		if err := w.Read(ctx, &b); err != nil {
			return err
		}
		if err := rec.Write(&b); err != nil {
			return err
		}
		n -= int64(len(b.IQ))
	}
	return nil
}

// span is when a cell is next heard from a time on, and until when; from toS on nobody looks.
func (w *World) span(p *placed, fromS, toS float64) (atS, untilS float64) {
	for at := fromS; at < toS; {
		heard, untilS := w.audible(at)
		if on, endS := p.when.at(at); on && slices.ContainsFunc(heard, func(h here) bool { return h.p == p }) {
			return at, endS
		}
		at = min(untilS, at+1)
	}
	return toS, toS
}

// annotations states the truth about the cells in view over n samples from sample first on, in the words of the cell
// lines of --json. sfn is that of the first frame that begins there, at first_sample of the recording.
func (w *World) annotations(first, n int64) []iqfile.Annotation {
	var out []iqfile.Annotation
	t := w.tuning
	endS := w.now()
	beginS := endS - float64(n)/t.RateHz
	for _, p := range w.inView {
		for at, untilS := w.span(p, beginS, endS); at < endS; at, untilS = w.span(p, untilS, endS) {
			samples := int64(math.Round((min(untilS, endS) - at) * t.RateHz))
			begin := first + int64(math.Round((at-beginS)*t.RateHz))
			out = append(out, w.annotation(p, at, first, begin, samples))
		}
	}
	return out
}

// annotation is the truth about a cell from receiver time at on, sample begin of the recording's count from first.
func (w *World) annotation(p *placed, at float64, first, begin, samples int64) iqfile.Annotation {
	t, toFull := w.tuning, w.toFull()
	c := w.truth(p, at)
	frameS, sfn := c.frame(at)
	fields := map[string]json.RawMessage{}
	put := func(name string, v any) {
		b, err := json.Marshal(v)
		if err == nil { // a number that is not finite
			fields["straycell:"+name] = b
		}
	}
	put("truth", c.Name)
	put("class", c.Class)
	put("rogue", c.Rogue)
	put("freq_hz", c.FreqHz)
	put("earfcn", c.EARFCN)
	put("pci", c.Cell.PCI)
	put("duplex", c.Cell.Duplex.String())
	put("cp", c.Cell.CP.String())
	put("ports", c.Cell.Ports)
	put("prb", c.Cell.PRB)
	put("phich_duration", c.Cell.PHICHDuration.String())
	put("phich_resource", c.Cell.PHICHResource.String())
	put("sfn", sfn)
	put("first_sample", (frameS-at)*t.RateHz+float64(begin-first))
	put("rsrp_dbfs", c.RSRPdBm+toFull)
	put("snr_db", c.RSRPdBm-thermalDBm-w.profile.noiseDB)
	put("cfo_hz", c.CFOHz-w.missHz)
	put("clock_ppm", c.ClockPPM)
	if s := c.PLMN.String(); s != "" {
		put("plmns", []string{s})
		put("eci", c.ECI)
		put("tac", c.TAC)
	}
	if b := c.Cell.Broadcast; b != nil {
		var si []string
		for _, m := range b.SI {
			si = append(si, hex.EncodeToString(m.Octets))
		}
		put("sib1_hex", hex.EncodeToString(b.SIB1))
		put("si_hex", si)
	}
	if c.Repeats != "" {
		put("repeats", c.Repeats)
	}
	put("lat", c.Lat)
	put("lon", c.Lon)
	half := float64(c.Cell.Subcarriers()) * 15e3 / 2
	return iqfile.Annotation{
		SampleStart: begin, SampleCount: samples, Label: fmt.Sprintf("PCI %d", c.Cell.PCI),
		LowHz:   math.Max(c.FreqHz+c.CFOHz-half, t.FreqHz-t.RateHz/2),
		HighHz:  math.Min(c.FreqHz+c.CFOHz+half, t.FreqHz+t.RateHz/2),
		Comment: c.Name, Fields: fields,
	}
}
