package main

import (
	"io"
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
)

type huntVerb struct {
	PCI int `name:"pci" env:"-" required:"" placeholder:"N" help:"The cell to find, by its physical-layer identity."`
	watchVerb
}

func (huntVerb) Help() string {
	return `
Stays on one carrier and shows how strongly one cell is heard there, twelve times a second: level, trend, peak, a tick that
quickens, and a log of bearings for a directional antenna (b). Keys: ? explains them. The gain is taken out of the level.
With --json one line a look, of type level.

Examples:

  straycell hunt --radio rtlsdr: --earfcn 1550 --pci 301
  straycell hunt --radio 'rtlsdr:?gain=30' --earfcn 1550 --pci 301 --gps gpsd://
  straycell hunt --radio sim: --earfcn 3743 --pci 486
`
}

func (v *huntVerb) run(e *env) (result, error) {
	freqHz := 0.0
	switch centre, err := v.Freq.centre(); {
	case len(v.EARFCN) == 1 && len(v.Freq) == 0:
		freqHz = lte.EARFCN(v.EARFCN[0]).FreqHz()
	case len(v.EARFCN) == 0 && len(v.Freq) == 1 && err == nil:
		freqHz = float64(centre)
	}
	switch {
	case freqHz == 0:
		return result{}, usagef("a hunt stays on one carrier: type it like --earfcn 1550 --pci 301")
	case v.PCI < 0 || v.PCI >= lte.PCIs:
		return result{}, usagef("--pci %d: type 0 to %d", v.PCI, lte.PCIs-1)
	case len(v.Radio) > 1:
		return result{}, usagef("a hunt takes one radio")
	}
	return result{}, v.watch(e, &tui.Prey{PCI: v.PCI, FreqHz: freqHz})
}

// levelLine is how strongly the hunted cell was heard in one look; what is not known of it was not heard.
type levelLine struct {
	Type     string   `json:"type"` // "level"
	TS       float64  `json:"t_s"`
	FreqHz   float64  `json:"freq_hz"`
	PCI      int      `json:"pci"`
	RSRPdBFS *float64 `json:"rsrp_dbfs,omitempty"`
	SINRdB   *float64 `json:"sinr_db,omitempty"`
	GainDB   float64  `json:"gain_db,omitempty"`
}

func (levelLine) Kind() string { return "level" }

// levelSink prints a line a look.
func levelSink(w io.Writer, p tui.Prey) survey.Sink {
	return survey.Sink{Name: "level", Looks: true, Take: func(ev survey.Event) error {
		look, ok := ev.(survey.Look)
		if !ok {
			return nil
		}
		out := levelLine{Type: "level", TS: look.EndS, FreqHz: p.FreqHz, PCI: p.PCI, GainDB: look.Tuning.GainDB}
		if l, ok := tui.Level(&look, p); ok {
			out.RSRPdBFS, out.SINRdB = &l.RSRPdBFS, &l.SINRdB
			if math.IsNaN(l.SINRdB) || math.IsInf(l.SINRdB, 0) {
				out.SINRdB = nil
			}
		}
		line, err := jsonLine(out)
		if err == nil {
			_, err = w.Write(line)
		}
		return err
	}}
}
