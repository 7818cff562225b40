package main

import (
	"fmt"
	"math"
	"strings"
)

const kt, skt, lgu = "450-08", "450-05", "450-06"

var (
	ktCarriers  = []carrier{{3743, 50, "B8", 33}, {1550, 100, "B3", 31}}
	sktCarriers = []carrier{{2500, 50, "B5", 33}, {1350, 100, "B3", 31}}
	lguCarriers = []carrier{{2600, 50, "B5", 33}, {100, 100, "B1", 30}}
)

// The operator's pools for femtocells: numbers of cells, PCIs, tracking areas.
const (
	femtoECI  = 254_410_000
	femtoPCI  = 460
	femtoPCIs = 32
	femtoTAC  = 46101
)

// lostECI is a femtocell that was lost years ago.
const lostECI = femtoECI + 8430

// femtoSays is what the operator's femtocells broadcast and how: those in the car had their settings from one of them.
func femtoSays(prb int) (keys, tables string) {
	return "phich_resource = \"1/6\"\n", fmt.Sprintf(`[cell.onair]
cfi = [2]
sib1 = {first_prb = [%d]}
si = {subframes = [0, 4, 9], times = 4}
paging = {rate = 0.05}
[cell.sibs.1]
cellSelectionInfo.qRxLevMin = -60
siWindowLength = "ms40"
[cell.sibs.2.radioResourceConfigCommon.prachConfig]
rootSequenceIndex = 384
[cell.sibs.3.cellReselectionServingFreqInfo]
cellReselectionPriority = 6
[cell.sibs.9]
hnbName = "4b542047696761"
`, prb/2-3)
}

// femto is the district with two cloned femtocells in a car: two minutes of it, or a night.
func femto(name string) *world {
	w := newWorld(name, 8) // the same district in both
	night := name != "kt-femto"
	w.here = place{37.47850, 126.88620}
	w.plan = []int{3743, 1550}
	w.shadowing = 3
	w.title = "Two femtocells too many: a district in the south-west of Seoul, before dawn"
	w.about = `Sites of three operators, a hundred femtocells of KT (450-08) in flats and shops, and a car with two more: one on 954.3 MHz (band 8), one on
1840 MHz (band 3), an operator's own product with seven identities between them. One of these is listed as lost, the others are
in no list. Settings are those of any femtocell of the operator. An identity lasts 12 to 20 seconds.
`
	w.start = "2025-09-04T04:20:00+09:00"
	if night {
		w.title = "Two femtocells too many: the same district, a whole night"
		w.about = strings.Replace(w.about, "12 to 20 seconds", "10 to 40 minutes, and the car\nparks, drives on and comes back", 1)
		w.start = "2025-09-04T00:30:00+09:00"
	}
	w.macros("Gasan", kt, place{37.48140, 126.88926}, 4610, 61203, 18, 60, ktCarriers, "Gasan digital 1-ro 151, roof")
	w.macros("Doksan", kt, place{37.47515, 126.88017}, 4610, 61231, 39, 0, ktCarriers, "Doksan-ro 36-gil 8")
	w.macros("Siheung", kt, place{37.47230, 126.89276}, 4611, 61254, 75, 90, ktCarriers, "Siheung-daero 198")
	for i := range w.cells { // macros tell phones which PCIs femtocells have
		w.cells[i].tables += fmt.Sprintf("[cell.sibs.4.csgPhysCellIdRange]\nstart = %d\nrange = \"n32\"\n", femtoPCI)
	}
	w.others = "watch"
	var foreign world
	foreign.rng = w.rng
	foreign.macros("Gasan-SKT", skt, place{37.48050, 126.88350}, 8210, 50112, 21, 30, sktCarriers, "")
	foreign.macros("Doksan-SKT", skt, place{37.47430, 126.89000}, 8210, 50140, 44, 90, sktCarriers, "")
	foreign.macros("Gasan-LGU", lgu, place{37.48010, 126.89100}, 3105, 40377, 5, 10, lguCarriers, "")
	foreign.macros("Doksan-LGU", lgu, place{37.47390, 126.88300}, 3105, 40391, 62, 70, lguCarriers, "")
	w.cells = append(w.cells, foreign.cells...) // in no list of this operator's
	w.femtos(100)
	w.rows = append(w.rows, cell{
		name: "femto 8430", class: "femto", plmn: kt, eci: lostECI, tac: femtoTAC + 2, earfcn: 1550, pci: femtoPCI + 29, prb: 100, ports: 2,
		azimuth: -1, at: place{37.49012, 126.87871}, state: "lost", address: "Cheolsan-ro 30, 405", since: "2019-07-02",
	})
	w.soil()
	w.car(night)
	return w
}

// femtos adds the legitimate ones: the first ones around the receiver, all others anywhere in the district.
func (w *world) femtos(n int) {
	streets := []string{"Gasan-ro", "Beotkkot-ro", "Doksan-ro 36-gil", "Siheung-daero", "Gasan digital 2-ro", "Cheolsan-ro", "Haan-ro"}
	number := 0
	for i := range n {
		at := w.here.move(w.between(-900, 900), w.between(-900, 900))
		if i < 6 {
			at = w.here.toward(w.between(35, 130), w.between(0, 360))
		}
		number += 40 + w.rng.IntN(45)
		c := cell{
			name: fmt.Sprintf("femto %04d", number), class: "femto", plmn: kt, eci: femtoECI + number, tac: femtoTAC + w.rng.IntN(3), earfcn: 3743, prb: 50, ports: 2,
			at: at, azimuth: -1, eirp: -7.8, walls: round(w.between(6, 14), 1), clock: round(w.between(-0.2, 0.2), 3), drift: 0.02, load: round(w.between(0, 0.03), 3),
			address: fmt.Sprintf("%s %d, %d", streets[w.rng.IntN(len(streets))], 1+w.rng.IntN(180), 100*(1+w.rng.IntN(14))+1+w.rng.IntN(12)),
			since:   fmt.Sprintf("20%d-%02d-%02d", 19+w.rng.IntN(6), 1+w.rng.IntN(12), 1+w.rng.IntN(28)),
		}
		// Two PCIs of the pool were never planned here, which is where the car's first identities stand.
		if c.pci = femtoPCI + w.rng.IntN(femtoPCIs-6); i%2 == 1 {
			c.earfcn, c.prb, c.eirp = 1550, 100, -10.8
		}
		if i%9 == 4 {
			c.ports = 1
		}
		c.keys, c.tables = femtoSays(c.prb)
		w.add(c)
	}
}

// soil makes the inventory what inventories are: 2 % of the cells missing (femtocells that somebody brought into use again), 3 %
// with a PCI or TAC of long ago, addresses 50 m to 2 km off.
func (w *world) soil() {
	var rows []cell
	near := 24 // the macros, and the femtocells around the receiver: the first thing on the screen is to be the car
	perm := w.rng.Perm(len(w.rows) - near)
	for range near {
		perm = append([]int{len(w.rows)}, perm...)
	}
	missing, stale := (len(w.rows)*2+99)/100, (len(w.rows)*3+99)/100
	for i, r := range w.rows {
		k := perm[i]
		switch {
		case r.state == "lost":
		case k < missing:
			w.dirt = append(w.dirt, dirt{r.name, "missing", 0})
			continue
		case k < missing+stale && k%2 == 0:
			r.pci = (r.pci + 3*(1+w.rng.IntN(3))) % 504
			w.dirt = append(w.dirt, dirt{r.name, "stale-pci", 0})
		case k < missing+stale:
			r.tac += 7
			w.dirt = append(w.dirt, dirt{r.name, "stale-tac", 0})
		}
		if r.class == "femto" && r.state != "lost" {
			metres := 50 * math.Exp(0.6*w.rng.ExpFloat64())
			if i%37 == 0 { // moved to another part of town, with its owner
				metres = w.between(1000, 2000)
			}
			metres = math.Min(metres, 2000)
			at := r.at.toward(metres, w.between(0, 360))
			r.listed = &at
			if metres > 200 {
				w.dirt = append(w.dirt, dirt{r.name, "address", int(metres)})
			}
		}
		rows = append(rows, r)
	}
	w.rows = rows
}

// car adds what does not belong there.
func (w *world) car(night bool) {
	type identity struct{ eci, tac, pci int }
	const first = femtoPCI + 26 // of no femtocell listed here
	radios := []struct {
		name                string
		earfcn, prb         int
		eirp, clock, priorS float64
		ids                 []identity
	}{
		{"car B8", 3743, 50, 6, 0.17, 0, []identity{
			{femtoECI + 9004, femtoTAC, first}, {femtoECI + 9017, femtoTAC, first}, {femtoECI + 9131, femtoTAC + 1, first + 1}, {femtoECI + 9260, femtoTAC, first + 2}}},
		{"car B3", 1550, 100, 3, -0.22, 0, []identity{
			{femtoECI + 9388, femtoTAC, first + 1}, {lostECI, femtoTAC + 2, femtoPCI + 29}, {femtoECI + 9471, femtoTAC, first + 1}}},
	}
	for _, r := range radios {
		var names []string
		for i, id := range r.ids {
			keys, tables := femtoSays(r.prb)
			// The neighbours it tells of are those of the place it came from.
			tables += "[cell.sibs.4]\nintraFreqNeighCellList = [{physCellId = 12, qOffsetCell = \"dB0\"}, {physCellId = 133, qOffsetCell = \"dB0\"}, {physCellId = 351, qOffsetCell = \"dB0\"}]\n"
			name := fmt.Sprintf("%s %d", r.name, i+1)
			names = append(names, fmt.Sprintf("%q", name))
			w.add(cell{
				name: name, class: "femto", site: r.name, rogue: true, plmn: kt, eci: id.eci, tac: id.tac, earfcn: r.earfcn, pci: id.pci, prb: r.prb, ports: 2,
				route: "car", azimuth: -1, eirp: r.eirp, clock: r.clock, drift: 0.01, load: 0.05, keys: keys, tables: tables,
			})
			x := rogue{cell: name, known: "unknown", level: "alert", withinS: 120, rules: []string{"FM-05", "FM-07", "ID-01"}}
			if id.eci == lostECI {
				x.known, x.rules = "known", []string{"FM-03"}
			}
			if night {
				x.withinS = 6 * 3600
			}
			w.rogues = append(w.rogues, x)
		}
		every := "[12, 20]"
		if night {
			every = "[600, 2400]"
		}
		w.head += fmt.Sprintf("\n[[rotation]]\ncells = [%s]\nevery_s = %s\n", strings.Join(names, ", "), every)
	}
	type stop struct{ s, east, north float64 }
	way := func(name string, stops []stop) {
		var points []string
		for _, d := range stops {
			at := w.here.move(d.east, d.north)
			points = append(points, fmt.Sprintf("    [%g, %.6f, %.6f],\n", d.s, at.lat, at.lon))
		}
		w.head += fmt.Sprintf("\n[[route]]\nname = %q\nloop = true\npoints = [\n%s]\n", name, strings.Join(points, ""))
	}
	drive := []stop{{0, 45, 60}, {15, 45, 60}, {40, 60, -40}, {58, -10, -90}, {70, -10, -90}, {90, -70, 10}, {110, 20, 55}, {120, 45, 60}}
	if night {
		drive = []stop{{0, 45, 60}, {2400, 45, 60}, {2460, 60, -300}, {2520, 380, -420}, {5000, 380, -420}, {5060, 300, 0}, {5120, 30, -50}, {8400, 30, -50},
			{8480, -420, 150}, {10600, -420, 150}, {10700, -60, 40}, {14000, -60, 40}, {14200, 1200, 900}, {18000, 1200, 900}, {18200, 45, 60}}
	}
	way("car", drive)
	if !night { // who looks for it may do so on wheels: ?route=drive
		way("drive", []stop{{0, -260, -180}, {14, -240, -40}, {18, -230, -30}, {36, -20, 40}, {44, -10, 50}, {60, 150, 110}, {72, 220, -10}, {88, 90, -160}, {104, -100, -230}, {120, -260, -180}})
	}
}
