package sim

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
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

// annotations states the truth about the cells in view over n samples from sample first on, in the words of the cell
// lines of --json. sfn is that of the first frame that begins there, at first_sample of the recording.
func (w *World) annotations(first, n int64) []iqfile.Annotation {
	var out []iqfile.Annotation
	t := w.tuning
	toFull := t.GainDB - w.profile.fullDBm
	beginS := w.baseS + float64(w.into-(w.count-first))/t.RateHz
	for _, c := range w.audible() {
		frameS, sfn := c.frame(beginS)
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
		put("first_sample", (frameS-beginS)*t.RateHz)
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
		put("lat", c.Lat)
		put("lon", c.Lon)
		half := float64(c.Cell.Subcarriers()) * 15e3 / 2
		out = append(out, iqfile.Annotation{
			SampleStart: first, SampleCount: n, Label: fmt.Sprintf("PCI %d", c.Cell.PCI),
			LowHz:   math.Max(c.FreqHz+c.CFOHz-half, t.FreqHz-t.RateHz/2),
			HighHz:  math.Min(c.FreqHz+c.CFOHz+half, t.FreqHz+t.RateHz/2),
			Comment: c.Name, Fields: fields,
		})
	}
	return out
}

// frame is the first radio frame that begins at or after receiver time t, and its number.
func (c *Truth) frame(t float64) (startS float64, sfn int) {
	period := 0.01 / (1 + c.ClockPPM*1e-6)
	n := math.Ceil((t - c.StartS) / period)
	sfn = (c.SFN + int(math.Mod(n, 1024)) + 1024) % 1024
	return c.StartS + n*period, sfn
}
