package sim

import (
	"hash/fnv"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/straycell/straycell/internal/enb"
)

// draw is a source of chance that depends on the seed and on what is drawn for whom alone, so that adding a cell to a
// scenario changes nothing for the others.
func (w *World) draw(what, whom string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(what + "\x00" + whom))
	return rand.New(rand.NewPCG(w.seed, h.Sum64()))
}

// receiverClock is the receiver's oscillator: the scenario's, or one that receivers of its kind have.
func (w *World) receiverClock() clock {
	r := &w.s.Receiver
	ppm, drift := w.profile.ppm*min(max(w.draw("ppm", w.profile.name).NormFloat64(), -2), 2), w.profile.driftPPM
	if r.PPM != nil {
		ppm, drift = *r.PPM, 0
	}
	if r.DriftPPM != nil {
		drift = *r.DriftPPM
	}
	return newClock(ppm, drift, r.DriftPeriodS, w.draw("drift", "receiver"))
}

// placed is a cell of the world with all that was drawn for it.
type placed struct {
	*cell
	site    string
	e       enb.Cell
	freqHz  float64
	stand   stand
	clock   clock
	frameS  float64 // receiver time at which frame sfn begins at the cell
	sfn     int
	when    schedule
	shadow  shadow // of its site
	channel enb.Channel

	luck     float64 // with decoders, normal: what a cell stands out by stays with it
	said     *speech // what it broadcasts, once somebody hears it
	readS    float64 // when its SIB1 was first read there; 0: never
	heardS   float64 // for how long its SIB1 was in view and not read
	sinrDB   float64 // where its MIB was read
	knownAtS float64 // when its MIB was last read at the level of observations; 0: never

	still   bool    // neither it nor the receiver moves: what follows never changes
	metres  float64 // between them
	levelDB float64 // what arrives of a reference element, dBm
	mW      float64 // the same
}

// place puts the cells into the world.
func (w *World) place() {
	w.around = newShadow(w.draw("shadow", "receiver"))
	w.lat0, w.lon0 = w.stand.at(0)
	running := map[string]*turns{}
	for i := range w.s.Rotations {
		x := &turns{of: &w.s.Rotations[i], rng: w.draw("turns", w.s.Rotations[i].Cells[0])}
		for slot, name := range x.of.Cells {
			running[name] = x
			w.slots[name] = slot
		}
	}
	for i := range w.s.Cells {
		c := &w.s.Cells[i]
		p := placed{cell: c, site: c.Site, freqHz: c.earfcn.FreqHz(), stand: w.s.stand(c.Lat, c.Lon, c.Route)}
		if p.site == "" {
			p.site = c.Name
		}
		p.e, _ = c.enb() // checked when the scenario was read
		p.e.Load.Seed = w.draw("load", c.source).Uint64()
		p.clock = newClock(c.ClockPPM, c.DriftPPM, c.DriftPeriodS, w.draw("drift", p.site))
		frames := w.draw("frame", p.site)
		p.frameS, p.sfn = 0.01*frames.Float64(), frames.IntN(1024)
		if c.FrameMS != nil {
			p.frameS = *c.FrameMS / 1e3
		}
		if c.SFN != nil {
			p.sfn = int(*c.SFN)
		}
		p.when = schedule{spans: c.OnS, turns: running[c.Name], slot: w.slots[c.Name]}
		p.shadow = newShadow(w.draw("shadow", p.site))
		p.channel = w.channel(c)
		p.luck = w.draw("luck", c.Name).NormFloat64()
		if p.still = p.stand.route == nil && w.stand.route == nil; p.still {
			p.metres, p.levelDB = w.distance(&p, 0), w.level(&p, 0)
			p.mW = mW(p.levelDB)
		}
		w.cells = append(w.cells, p)
	}
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

// arrival is how a cell arrives at the receiver at a moment.
type arrival struct {
	metres  float64
	levelDB float64 // of a reference element of port 0, dBm; its mean where the channel fades
	mW      float64 // the same
	ppm     float64 // how much faster its clock and its carrier run than the receiver's; motion is in it
	frames  float64 // number of its frame that is arriving, the part of it that has gone by included
}

// arrive is how a cell arrives at time t. Times are the receiver's: what happens when in the world is told by them too.
func (w *World) arrive(p *placed, t float64) arrival {
	a := arrival{metres: p.metres, levelDB: p.levelDB, mW: p.mW}
	var nearing float64 // metres a second
	if !p.still {
		const step = 5e-3
		a.metres, a.levelDB = w.distance(p, t), w.level(p, t)
		a.mW = mW(a.levelDB)
		nearing = (w.distance(p, t-step) - w.distance(p, t+step)) / (2 * step)
	}
	// One oscillator makes carrier and clock, at the cell as at the receiver.
	a.ppm = p.clock.at(t) - w.clock.at(t) + nearing/lightMS*1e6
	sent := t - a.metres/lightMS - p.DelayUS*1e-6 + (p.clock.ahead(t)-w.clock.ahead(t))*1e-6
	a.frames = float64(p.sfn) + (sent-p.frameS)/0.01
	return a
}

// cfoHz is where the carrier arrives above its nominal frequency.
func (p *placed) cfoHz(a arrival) float64 { return p.freqHz * a.ppm * 1e-6 }

// distance between a cell and the receiver at time t.
func (w *World) distance(p *placed, t float64) float64 {
	x, y := w.plane(w.stand, t)
	px, py := w.plane(p.stand, t)
	return math.Hypot(px-x, py-y)
}

// plane is a place in metres east and north of where the receiver sets out, on a flat map: cells are near.
func (w *World) plane(s stand, t float64) (x, y float64) {
	lat, lon := s.at(t)
	const rad = math.Pi / 180
	return math.Remainder(lon-w.lon0, 360) * rad * earthM * math.Cos(w.lat0*rad), (lat - w.lat0) * rad * earthM
}

// level is what arrives of a reference element at time t, dBm.
func (w *World) level(p *placed, t float64) float64 {
	x, y := w.plane(w.stand, t)
	px, py := w.plane(p.stand, t)
	dbm := *p.RSEIRPdBm - pathLossDB(p.Class, p.freqHz, math.Hypot(px-x, py-y)) - p.WallsDB
	if p.Azimuth != nil {
		dbm -= sectorDB(math.Atan2(x-px, y-py)*180/math.Pi - *p.Azimuth)
	}
	if w.s.ShadowingDB > 0 {
		// Half of it is around the receiver, half on the way.
		dbm -= w.s.ShadowingDB * math.Sqrt2 / 2 * (w.around.at(x, y) + p.shadow.at(x-px, y-py))
	}
	return dbm
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
