package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// place is a position in degrees.
type place struct{ lat, lon float64 }

// east and north of it, in metres.
func (p place) move(east, north float64) place {
	const metre = 180 / math.Pi / 6371e3
	return place{p.lat + north*metre, p.lon + east*metre/math.Cos(p.lat*math.Pi/180)}
}

// toward is at a distance in a direction, degrees from north.
func (p place) toward(metres, degrees float64) place {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return p.move(metres*sin, metres*cos)
}

// cell is one [[cell]] and its line in the inventory.
type cell struct {
	name, class, site, plmn string
	rogue                   bool
	eci, tac, earfcn, pci   int
	prb, ports              int
	at                      place
	azimuth                 int // -1: all around
	eirp, walls             float64
	clock, drift            float64
	load                    float64
	keys                    string // further keys of the cell, lines
	tables                  string // further tables of it, lines
	route                   string // instead of at
	repeats                 string // instead of what it sends

	state, address, since string // in the inventory; state "": active
	listed                *place // where the inventory has it, if not where it is
}

// world gathers a scenario.
type world struct {
	name, title, about, start string
	head                      string // further keys and tables before the cells
	tail                      string // and behind them
	shadowing                 float64
	plan                      []int
	here                      place // the receiver's; with route it is on that
	route                     string
	cells                     []cell
	rows                      []cell // of the inventory, in order
	rng                       *rand.Rand

	rogues []rogue
	dirt   []dirt
	others string // level at most
}

// rogue is a cell that a scanner must find out.
type rogue struct {
	cell         string
	known, level string // state, and level at least
	rules        []string
	withinS      int
}

// dirt is where the inventory differs from the world.
type dirt struct {
	cell, kind string
	metres     int
}

func newWorld(name string, seed uint64) *world {
	return &world{name: name, rng: rand.New(rand.NewPCG(seed, 0x7363656e)), shadowing: 4, others: "watch"}
}

// add puts a cell into the world; those that belong go into the inventory too.
func (w *world) add(c cell) {
	w.cells = append(w.cells, c)
	if !c.rogue && c.repeats == "" {
		w.rows = append(w.rows, c)
	}
}

// between draws a number.
func (w *world) between(low, high float64) float64 { return low + w.rng.Float64()*(high-low) }

// carrier is one that an operator has at its macro sites.
type carrier struct {
	earfcn, prb int
	band        string
	eirp        float64 // of a reference element
}

// macros adds three sectors on each carrier of a site. PCIs are planned in threes from group on. Of the two vendors that
// operators here have, one sends SIB1 in the middle of the carrier, the other (turn a multiple of 90) at its lower edge.
func (w *world) macros(site, plmn string, at place, tac, enb, group, turn int, carriers []carrier, address string) {
	clock := round(w.between(-0.04, 0.04), 3)
	for k, f := range carriers {
		sib1 := fmt.Sprintf("sib1 = {first_prb = [%d]}\n", f.prb/2-3)
		if turn%90 == 0 {
			sib1 = "cfi = [1, 2]\nsi = {subframes = [1, 6]}\n"
		}
		for s := range 3 {
			azimuth := (turn + 120*s) % 360
			w.add(cell{
				name: fmt.Sprintf("%s %s %s", site, f.band, [3]string{"a", "b", "c"}[s]), class: "macro", site: site, plmn: plmn,
				eci: enb<<8 | (10*k + 1 + s), tac: tac, earfcn: f.earfcn, pci: 3*(group+17*k) + s, prb: f.prb, ports: 2, at: at, azimuth: azimuth,
				eirp: f.eirp, clock: clock, load: round(w.between(0.05, 0.2), 2), address: address, since: fmt.Sprintf("20%d-0%d-15", 14+w.rng.IntN(8), 1+w.rng.IntN(9)),
				keys:   "phich_resource = \"1/6\"\npdcch_load = 0.1\n",
				tables: "[cell.onair]\npaging = {rate = 0.2}\n" + sib1,
			})
		}
	}
}

func round(v float64, decimals int) float64 {
	u := math.Pow10(decimals)
	return math.Round(v*u) / u
}

var mhz = map[int]string{6: "1.4", 15: "3", 25: "5", 50: "10", 75: "15", 100: "20"}

func (w *world) write(out map[string]string) {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("# Written by radio/sim/gen; to change it, change that and run go generate ./radio/sim.\n")
	p("title = %q\nabout = \"\"\"\n%s\"\"\"\n", w.title, w.about)
	p("start = %s\ninventory = \"%s.csv\"\nexpect = \"%s.expect.toml\"\nshadowing_db = %g\n", w.start, w.name, w.name, w.shadowing)
	p("\n[sweep]\nearfcn = %s\n\n[receiver]\n", strings.ReplaceAll(fmt.Sprint(w.plan), " ", ", "))
	if w.route != "" {
		p("route = %q\n", w.route)
	} else {
		p("lat = %.6f\nlon = %.6f\n", w.here.lat, w.here.lon)
	}
	b.WriteString(w.head)
	for i := range w.cells {
		w.cells[i].write(p)
	}
	b.WriteString(w.tail)
	out[w.name+".toml"] = b.String()
	out[w.name+".csv"] = w.inventory()
	out[w.name+".expect.toml"] = w.expect()
}

func (c *cell) write(p func(string, ...any)) {
	p("\n[[cell]]\nname = %q\nclass = %q\n", c.name, c.class)
	if c.rogue {
		p("rogue = true\n")
	}
	if c.repeats != "" {
		p("repeats = %q\n", c.repeats)
	} else {
		if c.site != "" {
			p("site = %q\n", c.site)
		}
		p("plmn = %q\neci = %d\ntac = %d\nearfcn = %d\npci = %d\nprb = %d\nports = %d\n", c.plmn, c.eci, c.tac, c.earfcn, c.pci, c.prb, c.ports)
	}
	if c.route != "" {
		p("route = %q\n", c.route)
	} else {
		p("lat = %.6f\nlon = %.6f\n", c.at.lat, c.at.lon)
	}
	if c.azimuth >= 0 {
		p("azimuth = %d\n", c.azimuth)
	}
	p("rs_eirp_dbm = %g\n", c.eirp)
	if c.walls != 0 {
		p("walls_db = %g\n", c.walls)
	}
	if c.repeats == "" {
		p("clock_ppm = %g\n", c.clock)
		if c.drift != 0 {
			p("drift_ppm = %g\n", c.drift)
		}
		if c.load != 0 {
			p("load = %g\n", c.load)
		}
	}
	p("%s%s", c.keys, c.tables)
}

// inventory is the list an operator would hold.
func (w *world) inventory() string {
	var b strings.Builder
	c := csv.NewWriter(&b)
	c.Write([]string{"plmn", "eci", "pci", "earfcn", "bandwidth_mhz", "ports", "tac", "lat", "lon", "azimuth", "class", "state", "address", "valid_from", "name"})
	for _, r := range w.rows {
		at, azimuth, state := r.at, "", r.state
		if r.listed != nil {
			at = *r.listed
		}
		if r.azimuth >= 0 {
			azimuth = strconv.Itoa(r.azimuth)
		}
		if state == "" {
			state = "active"
		}
		c.Write([]string{r.plmn, strconv.Itoa(r.eci), strconv.Itoa(r.pci), strconv.Itoa(r.earfcn), mhz[r.prb], strconv.Itoa(r.ports), strconv.Itoa(r.tac),
			fmt.Sprintf("%.5f", at.lat), fmt.Sprintf("%.5f", at.lon), azimuth, r.class, state, r.address, r.since, r.name})
	}
	c.Flush()
	return b.String()
}

// expect is what a scanner must come to.
func (w *world) expect() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Written by radio/sim/gen: what a scanner must say of this world, and what it must not.\nothers_at_most = %q\n", w.others)
	for _, r := range w.rogues {
		fmt.Fprintf(&b, "\n[[rogue]]\ncell = %q\nknown = %q\nlevel_at_least = %q\nwithin_s = %d\nany_of = [", r.cell, r.known, r.level, r.withinS)
		for i, rule := range r.rules {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", rule)
		}
		b.WriteString("]\n")
	}
	for _, d := range w.dirt {
		fmt.Fprintf(&b, "\n[[dirt]]\ncell = %q\nkind = %q\n", d.cell, d.kind)
		if d.metres > 0 {
			fmt.Fprintf(&b, "metres = %d\n", d.metres)
		}
	}
	return b.String()
}
