package sim

import (
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// Truth is one cell as it is in the world and as it arrives at the receiver at a moment.
type Truth struct {
	Name, Class, Site string
	Rogue             bool
	Repeats           string   // the cell whose signal it carries elsewhere; "": its own
	PLMN              lte.PLMN // zero: not stated
	ECI               lte.ECI
	TAC               uint16
	EARFCN            lte.EARFCN
	FreqHz            float64
	Cell              enb.Cell

	On        bool // it is on the air
	Lat, Lon  float64
	DistanceM float64
	RSRPdBm   float64 // of port 0; its mean where the channel fades
	CFOHz     float64 // where the carrier sits above FreqHz, at the receiver
	ClockPPM  float64 // how much faster its clock runs than the receiver's
	StartS    float64 // receiver time at which its next frame begins
	SFN       int     // number of that frame
}

// Truth lists every cell of the world as it is now, audible or not, in the order of the scenario.
func (w *World) Truth() []Truth { return w.TruthAt(w.now()) }

// TruthAt is Truth at a signal time.
func (w *World) TruthAt(t float64) []Truth {
	var out []Truth
	for i := range w.cells {
		out = append(out, w.truth(&w.cells[i], t))
	}
	return out
}

func (w *World) truth(p *placed, t float64) Truth {
	a := w.arrive(p, t)
	c := Truth{
		Name: p.Name, Class: p.Class, Site: p.site, Rogue: p.Rogue, Repeats: p.Repeats, PLMN: p.plmn, EARFCN: p.earfcn, FreqHz: p.freqHz,
		Cell: p.e, DistanceM: a.metres, RSRPdBm: a.levelDB, CFOHz: p.cfoHz(a), ClockPPM: a.ppm,
	}
	if p.ECI != nil {
		c.ECI = lte.ECI(*p.ECI)
	}
	if p.TAC != nil {
		c.TAC = uint16(*p.TAC)
	}
	c.On, _ = p.when.at(t)
	c.Lat, c.Lon = p.stand.at(t)
	next := math.Ceil(a.frames)
	c.StartS = t + (next-a.frames)*0.01/(1+a.ppm*1e-6)
	c.SFN = cycle(next)
	return c
}

// cycle is a frame number as it is sent.
func cycle(frame float64) int { return int(math.Mod(math.Mod(frame, 1024)+1024, 1024)) }

// frame is the first radio frame that begins at or after receiver time t, and its number.
func (c *Truth) frame(t float64) (startS float64, sfn int) {
	period := 0.01 / (1 + c.ClockPPM*1e-6)
	n := math.Ceil((t - c.StartS) / period)
	return c.StartS + n*period, cycle(float64(c.SFN) + n)
}
