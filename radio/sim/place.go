package sim

import (
	"hash/fnv"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

// Truth is one cell as it is in the world and as it arrives at the receiver.
type Truth struct {
	Name, Class, Site string
	Rogue             bool
	PLMN              lte.PLMN // zero: not stated
	ECI               lte.ECI
	TAC               uint16
	EARFCN            lte.EARFCN
	FreqHz            float64
	Lat, Lon          float64
	DistanceM         float64
	Cell              enb.Cell

	RSRPdBm  float64 // of port 0; its mean where the channel fades
	CFOHz    float64 // where the carrier sits above FreqHz, at the receiver
	ClockPPM float64 // how much faster its clock runs than the receiver's
	StartS   float64 // receiver time at which frame SFN begins
	SFN      int

	channel enb.Channel
}

// Truth lists every cell of the world, audible or not, in the order of the scenario.
func (w *World) Truth() []Truth { return append([]Truth(nil), w.cells...) }

// draw is a source of chance that depends on the seed and on what is drawn for whom alone, so that adding a cell to a
// scenario changes nothing for the others.
func (w *World) draw(what, whom string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(what + "\x00" + whom))
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// receiverPPM is the error of the receiver's oscillator: the scenario's, or one that receivers of its kind have.
func (w *World) receiverPPM() float64 {
	if p := w.s.Receiver.PPM; p != nil {
		return *p
	}
	return w.profile.ppm * min(max(w.draw("ppm", w.profile.name).NormFloat64(), -2), 2)
}

// place computes how each cell arrives.
func (w *World) place() []Truth {
	var out []Truth
	lat, lon := w.Where()
	for i := range w.s.Cells {
		c := &w.s.Cells[i]
		site := c.Site
		if site == "" {
			site = c.Name
		}
		e, _ := c.enb() // checked when the scenario was read
		e.Load.Seed = w.draw("load", c.Name).Uint64()
		t := Truth{Name: c.Name, Class: c.Class, Site: site, Rogue: c.Rogue, PLMN: c.plmn, EARFCN: c.earfcn, FreqHz: c.earfcn.FreqHz(),
			Lat: *c.Lat, Lon: *c.Lon, Cell: e}
		if c.ECI != nil {
			t.ECI = lte.ECI(*c.ECI)
		}
		if c.TAC != nil {
			t.TAC = uint16(*c.TAC)
		}
		var bearing float64
		t.DistanceM, bearing = way(t.Lat, t.Lon, lat, lon)
		t.RSRPdBm = *c.RSEIRPdBm - pathLossDB(c.Class, t.FreqHz, t.DistanceM) - c.WallsDB -
			w.s.ShadowingDB*w.draw("shadow", c.Name).NormFloat64()
		if c.Azimuth != nil {
			t.RSRPdBm -= sectorDB(bearing - *c.Azimuth)
		}
		// One oscillator makes carrier and clock, at the cell as at the receiver.
		ratio := (1 + c.ClockPPM*1e-6) / (1 + w.ppm*1e-6)
		t.ClockPPM, t.CFOHz = (ratio-1)*1e6, t.FreqHz*(ratio-1)
		frames := w.draw("frame", site)
		t.StartS, t.SFN = 0.01*frames.Float64(), frames.IntN(1024)
		if c.FrameMS != nil {
			t.StartS = *c.FrameMS / 1e3
		}
		if c.SFN != nil {
			t.SFN = int(*c.SFN)
		}
		t.StartS += t.DistanceM / lightMS
		t.channel = w.channel(c)
		out = append(out, t)
	}
	return out
}

// channel draws what the ports of a cell look like: each with its own phase and within 1 dB of port 0.
func (w *World) channel(c *cell) enb.Channel {
	rng := w.draw("channel", c.Name)
	ch := enb.Channel{Taps: channels[c.Channel], Fading: c.Channel != "", DopplerHz: c.DopplerHz, Seed: rng.Uint64()}
	for p := range ch.PortGain {
		db, turn := 2*rng.Float64()-1, rng.Float64()
		if p == 0 {
			db = 0
		}
		ch.PortGain[p] = cmplx.Rect(math.Pow(10, db/20), 2*math.Pi*turn)
	}
	return ch
}

const (
	lightMS = 299792458
	earthM  = 6371e3
)

// way gives distance and bearing (degrees from north, clockwise) from one place to another, on a flat map: cells are near.
func way(fromLat, fromLon, toLat, toLon float64) (metres, bearing float64) {
	const rad = math.Pi / 180
	north := (toLat - fromLat) * rad * earthM
	east := math.Remainder(toLon-fromLon, 360) * rad * earthM * math.Cos((fromLat+toLat)/2*rad)
	return math.Hypot(north, east), math.Atan2(east, north) / rad
}

// pathLossDB is the loss between isotropic antennas. Macro and small cells: urban macro model of TR 36.942 §4.5.2 with
// antennas 15 m above the roofs. Femtocells stand at street level: free space for the first ten metres, 30 dB a decade
// from there. Never less than free space.
func pathLossDB(class string, freqHz, metres float64) float64 {
	metres = math.Max(metres, 1)
	free := func(m float64) float64 { return 20 * math.Log10(4*math.Pi*m*freqHz/lightMS) }
	if class == "femto" {
		return free(math.Min(metres, 10)) + 30*math.Log10(math.Max(metres, 10)/10)
	}
	const roofM = 15
	macro := 40*(1-4e-3*roofM)*math.Log10(metres/1e3) - 18*math.Log10(roofM) + 21*math.Log10(freqHz/1e6) + 80
	return math.Max(macro, free(metres))
}

// sectorDB is the loss of a sector antenna off its direction, TR 36.942 §4.2.1: 65 degrees wide, 20 dB front to back.
func sectorDB(degrees float64) float64 {
	d := math.Remainder(degrees, 360)
	return math.Min(12*(d/65)*(d/65), 20)
}
