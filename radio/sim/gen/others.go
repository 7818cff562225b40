package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/straycell/straycell/decode/rrc"
)

// town is the surroundings of most scenarios: three sites of KT.
func town(name, title, about string, seed uint64) *world {
	w := newWorld(name, seed)
	w.title, w.about = title, about
	w.start = "2025-10-14T21:10:00+09:00"
	w.here = place{37.26580, 127.00110}
	w.plan = []int{1550, 3743}
	w.macros("Paldal", kt, place{37.26920, 127.00420}, 5120, 62010, 30, 60, ktCarriers, "Paldal-ro 5")
	w.macros("Maegyo", kt, place{37.26290, 126.99540}, 5120, 62044, 54, 100, ktCarriers, "Maesan-ro 120")
	w.macros("Ingye", kt, place{37.26080, 127.00760}, 5121, 62071, 81, 90, ktCarriers, "Inje-ro 88")
	return w
}

// catcher is an open stack as it comes (srsENB's example configuration), with another operator's number and a lure.
func catcher() *world {
	w := town("catcher", "An IMSI catcher from an open stack", `A software radio in a window, some hundred metres away, speaks for KT (450-08) on 1840 MHz with the settings its program came with and the
highest reselection priority there is.
`, 11)
	w.add(cell{
		name: "catcher", class: "small", rogue: true, plmn: kt, eci: 0x19B01, tac: 7, earfcn: 1550, pci: 1, prb: 50, ports: 1, at: w.here.move(150, 90), azimuth: -1,
		eirp: 10, walls: 4, clock: 1.7, drift: 0.05,
		keys: `phich_resource = "1/6"
si_schedule = [{period_rf = 16, sibs = [2, 3]}]
`,
		tables: `[cell.onair]
si = {subframes = [9], times = 2}
[cell.sibs.1]
siWindowLength = "ms20"
systemInfoValueTag = 0
cellSelectionInfo.qRxLevMin = -65
[cell.sibs.2]
timeAlignmentTimerCommon = "infinity"
[cell.sibs.2.ueTimersAndConstants]
t300 = "ms2000"
t301 = "ms100"
t310 = "ms200"
n310 = "n1"
t311 = "ms10000"
n311 = "n1"
[cell.sibs.2.radioResourceConfigCommon]
bcchConfig.modificationPeriodCoeff = "n16"
pcchConfig = { defaultPagingCycle = "rf32", nB = "oneT" }
pdschConfigCommon = { referenceSignalPower = 0, pB = 1 }
[cell.sibs.2.radioResourceConfigCommon.rachConfigCommon]
powerRampingParameters = { powerRampingStep = "dB6", preambleInitialReceivedTargetPower = "dBm-104" }
raSupervisionInfo = { preambleTransMax = "n10", raResponseWindowSize = "sf10", macContentionResolutionTimer = "sf64" }
maxHARQMsg3Tx = 4
[cell.sibs.2.radioResourceConfigCommon.prachConfig]
rootSequenceIndex = 128
prachConfigInfo = { prachConfigIndex = 3, highSpeedFlag = false, zeroCorrelationZoneConfig = 5, prachFreqOffset = 4 }
[cell.sibs.2.radioResourceConfigCommon.puschConfigCommon]
puschConfigBasic = { nSB = 1, hoppingMode = "interSubFrame", puschHoppingOffset = 2, enable64QAM = false }
[cell.sibs.2.radioResourceConfigCommon.pucchConfigCommon]
deltaPUCCHShift = "ds2"
nRBCQI = 2
nCSAN = 0
n1PUCCHAN = 12
[cell.sibs.2.radioResourceConfigCommon.uplinkPowerControlCommon]
p0NominalPUSCH = -85
alpha = "al07"
p0NominalPUCCH = -107
[cell.sibs.3]
cellReselectionInfoCommon.qHyst = "dB2"
cellReselectionServingFreqInfo = { sNonIntraSearch = 3, threshServingLow = 2, cellReselectionPriority = 7 }
[cell.sibs.3.intraFreqCellReselectionInfo]
qRxLevMin = -61
pMax = 23
sIntraSearch = 5
presenceAntennaPort1 = true
neighCellConfig = "01"
tReselectionEUTRA = 1
`,
	})
	w.rogues = []rogue{{"catcher", "unknown", "alert", []string{"ID-01", "ID-06", "CF-06"}, 120}}
	return w
}

// clone copies a cell's identity onto another carrier.
func clone() *world {
	w := town("clone", "A clone: a real cell's identity on another carrier", `Somebody copied all that a sector of the Ingye site broadcasts on 1840 MHz and sends it on 954.3 MHz, where that identity does not belong.
`, 12)
	of := w.named("Ingye B3 c")
	c := cell{
		name: "clone", class: "small", rogue: true, plmn: kt, eci: of.eci, tac: of.tac, earfcn: 3743, pci: 77, prb: 50, ports: 2, at: w.here.move(-90, 130), azimuth: -1,
		eirp: 4, clock: -0.6, drift: 0.05, load: 0.02, keys: of.keys, tables: "[cell.onair]\nsib1 = {first_prb = [22]}\n",
	}
	w.add(c)
	w.rogues = []rogue{{"clone", "known", "suspicious", []string{"ID-03", "ID-04", "ID-11"}, 120}}
	return w
}

// shadowed has a second transmitter under the PCI of a macro.
func shadowed() *world {
	w := town("shadow", "A shadow: a second transmitter under a macro's PCI", `Under a sector of the Paldal site on 1840 MHz stands a second transmitter with the same PCI, its own clock and its own identity.
`, 13)
	of := w.named("Paldal B3 b")
	w.add(cell{
		name: "shadow", class: "small", rogue: true, plmn: kt, eci: 62010<<8 | 99, tac: 5177, earfcn: 1550, pci: of.pci, prb: 100, ports: 2, at: w.here.move(60, -120), azimuth: -1,
		eirp: 3, clock: 0.4, drift: 0.05, load: 0.02, keys: of.keys, tables: "[cell.onair]\nsib1 = {first_prb = [47]}\n",
	})
	w.rogues = []rogue{{"shadow", "unknown", "alert", []string{"PH-06", "ID-10"}, 120}}
	return w
}

// overshadow speaks over a macro's SIB1 now and then.
func overshadow() *world {
	w := town("overshadow", "Spoken over: a cell whose SIB1 is somebody else's half of the time", `Somebody in step with a sector of the Paldal site on 954.3 MHz sends every second of its SIB1 subframes again, stronger, with another tracking
area and the cell barred. Nothing else of the cell is touched.
`, 14)
	of := w.named("Paldal B8 b")
	w.add(cell{
		name: "speaker", class: "small", site: "Paldal", rogue: true, plmn: kt, eci: of.eci, tac: 5999, earfcn: of.earfcn, pci: of.pci, prb: of.prb, ports: of.ports,
		at: w.here.move(40, 35), azimuth: -1, eirp: 6, clock: of.clock, keys: "bursts = {subframes = [5], period = 4, offset = 0}\n" + of.keys,
		tables: "[cell.onair]\nsib1 = {first_prb = [22]}\n[cell.sibs.1.cellAccessRelatedInfo]\ncellBarred = \"barred\"\n",
	})
	w.plan = []int{3743, 1550}
	w.rogues = []rogue{{"speaker", "known", "suspicious", []string{"PH-07", "ID-03", "CF-01"}, 120}}
	return w
}

// warning sends a public warning that nobody issued.
func warning() *world {
	w := town("warning", "A false alarm: a public warning from one cell alone", `A cell nobody knows sends a presidential alert (SIB12) and pages phones to read it. No other cell of the operator carries one.
`, 15)
	text := gsm7("Emergency: leave the building now and walk to the river. (simulated, not a warning)")
	page := append([]byte{1}, append(make([]byte, 82), byte(len(text)))...)
	copy(page[1:], text)
	w.add(cell{
		name: "alarm", class: "small", rogue: true, plmn: kt, eci: 62010<<8 | 77, tac: 5120, earfcn: 1550, pci: 406, prb: 50, ports: 1, at: w.here.move(-60, 70), azimuth: -1,
		eirp: 3, clock: 0.9, drift: 0.05,
		keys: "phich_resource = \"1/6\"\nsi_schedule = [{period_rf = 16, sibs = [2]}, {period_rf = 32, sibs = [3]}, {period_rf = 16, sibs = [12]}]\n",
		tables: fmt.Sprintf(`[cell.onair]
sib1 = {first_prb = [22]}
paging = {rate = 0.5, hex = "%s"}
[cell.sibs.12]
messageIdentifierR9 = "0001000100010010"
serialNumberR9 = "0100000000010000"
warningMessageSegmentTypeR9 = "lastSegment"
warningMessageSegmentNumberR9 = 0
warningMessageSegmentR9 = "%s"
dataCodingSchemeR9 = "0f"
`, hex.EncodeToString(cmasPage()), hex.EncodeToString(page)),
	})
	w.rogues = []rogue{{"alarm", "unknown", "alert", []string{"PW-01", "ID-01"}, 120}}
	return w
}

// cmasPage is a paging message that tells of a warning and calls nobody, TS 36.331 §6.2.2.
func cmasPage() []byte {
	type table = map[string]any
	m, err := rrc.FromPlain(rrc.PCCH, table{"message": table{"c1": table{"paging": table{
		"nonCriticalExtension": table{"nonCriticalExtension": table{"cmasIndicationR9": "true"}}}}}})
	if err != nil {
		panic(err)
	}
	octets, err := rrc.Encode(rrc.PCCH, m)
	if err != nil {
		panic(err)
	}
	return octets
}

// gsm7 packs text of the default alphabet's ASCII part, TS 23.038 §6.1.2.2.
func gsm7(text string) []byte {
	var out []byte
	acc, bits := 0, 0
	for _, c := range []byte(text) {
		acc |= int(c) << bits
		for bits += 7; bits >= 8; bits -= 8 {
			out = append(out, byte(acc))
			acc >>= 8
		}
	}
	if bits > 0 {
		out = append(out, byte(acc))
	}
	return out
}

// cleanCity is busy and odd, and nothing is wrong with it.
func cleanCity() *world {
	w := town("clean-city", "Nothing wrong: a busy town with its oddities", `Repeaters, an arena with eight antennas of one cell, a site that is on before its time, a cell whose PCI is planned anew ten minutes in, and a bus
with a cell on board. All of it belongs there.
`, 16)
	w.start = "2025-11-07T23:50:00+09:00"
	for i := range w.cells {
		w.cells[i].load = round(w.between(0.35, 0.8), 2)
	}
	for i, donor := range []string{"Paldal B3 b", "Maegyo B8 a"} {
		w.add(cell{name: fmt.Sprintf("repeater %d", i+1), class: "small", repeats: donor, at: w.here.move(w.between(-200, 200), w.between(-200, 200)), azimuth: -1,
			eirp: 8, walls: 3, keys: fmt.Sprintf("delay_us = %g\n", 4.5+float64(i))})
	}
	arena := w.here.move(-120, 160)
	w.add(cell{name: "arena 1", class: "small", site: "arena", plmn: kt, eci: 62090<<8 | 1, tac: 5120, earfcn: 1550, pci: 442, prb: 100, ports: 2, at: arena, azimuth: -1,
		eirp: 12, walls: 5, clock: 0.012, load: 0.4, address: "Paldalsan-ro 1, arena", since: "2020-02-01", tables: "[cell.onair]\nsib1 = {first_prb = [47]}\n"})
	for i := range 7 {
		w.add(cell{name: fmt.Sprintf("arena %d", i+2), class: "small", repeats: "arena 1", at: arena.move(20*float64(i%4), -25*float64(i/4)), azimuth: -1,
			eirp: 12, walls: 5, keys: fmt.Sprintf("delay_us = %g\n", 0.2*float64(i+1))})
	}
	w.add(cell{name: "Hwaseo B3 a", class: "macro", site: "Hwaseo", plmn: kt, eci: 62102<<8 | 1, tac: 5120, earfcn: 1550, pci: 150, prb: 100, ports: 2, at: w.here.move(-700, 500),
		azimuth: 130, eirp: 31, clock: -0.02, load: 0.3, state: "planned", address: "Hwaseo-ro 33", since: "2025-12-01", tables: "[cell.onair]\nsib1 = {first_prb = [47]}\n"})
	w.dirt = append(w.dirt, dirt{"Hwaseo B3 a", "planned", 0})
	// The same cell twice, one after the other: the list has the new plan.
	for i := range w.cells {
		if w.cells[i].name != "Maegyo B3 b" {
			continue
		}
		old := w.cells[i]
		w.cells[i].keys += "on_s = [[600]]\n"
		w.cells[i].pci += 96
		old.name, old.keys = "Maegyo B3 b before", old.keys+"on_s = [[0, 600]]\n"
		w.cells = append(w.cells, old)
		for k := range w.rows {
			if w.rows[k].name == "Maegyo B3 b" {
				w.rows[k].pci += 96
			}
		}
		w.dirt = append(w.dirt, dirt{"Maegyo B3 b before", "stale-pci", 0})
		break
	}
	w.add(cell{name: "bus 7000", class: "small", plmn: kt, eci: 62110<<8 | 1, tac: 5121, earfcn: 3743, pci: 457, prb: 50, ports: 1, route: "bus", azimuth: -1,
		eirp: -14, walls: 3, clock: 0.08, drift: 0.02, load: 0.2, address: "bus depot, Seryu-ro 12", since: "2023-04-01", tables: "[cell.onair]\nsib1 = {first_prb = [22]}\n"})
	depot := w.here.move(300, -1200)
	w.rows[len(w.rows)-1].at = depot
	w.dirt = append(w.dirt, dirt{"bus 7000", "address", 1655})
	var points []string
	for _, d := range [][3]float64{{0, -900, -60}, {60, -30, -40}, {75, -30, -40}, {140, 950, 40}, {200, 950, 40}, {265, -20, 25}, {280, -20, 25}, {345, -900, -60}, {600, -900, -60}} {
		at := w.here.move(d[1], d[2])
		points = append(points, fmt.Sprintf("    [%g, %.6f, %.6f],\n", d[0], at.lat, at.lon))
	}
	w.head += "\n[[route]]\nname = \"bus\"\nloop = true\npoints = [\n" + strings.Join(points, "") + "]\n"
	return w
}

// border is where three countries meet: foreign cells belong there, and the list does not hold them.
func border() *world {
	w := newWorld("border", 17)
	w.title = "Three countries: foreign cells that belong there"
	w.about = `A hill where Germany, Belgium and the Netherlands meet. Cells of 206-01 and 204-08 are heard beside those of 262-01, whose list is at hand.
`
	w.start = "2025-06-21T14:00:00+02:00"
	w.here = place{50.75470, 6.02080}
	w.plan = []int{6400, 1300, 6200, 1450}
	w.macros("Vaalserberg", "262-01", w.here.toward(700, 60), 30200, 103411, 12, 60, []carrier{{6400, 50, "B20", 32}, {1300, 100, "B3", 31}}, "Dreilaenderweg 2")
	w.macros("Aachen West", "262-01", w.here.toward(1900, 85), 30200, 103470, 41, 80, []carrier{{6400, 50, "B20", 32}, {1300, 100, "B3", 31}}, "Vaalser Str. 400")
	var foreign world
	foreign.rng = w.rng
	foreign.macros("Gemmenich", "206-01", w.here.toward(1300, 225), 1071, 55120, 33, 20, []carrier{{6200, 50, "B20", 32}}, "")
	foreign.macros("Vaals", "204-08", w.here.toward(1500, 340), 12044, 20301, 70, 10, []carrier{{1450, 75, "B3", 31}}, "")
	w.cells = append(w.cells, foreign.cells...)
	return w
}

func (w *world) named(name string) cell {
	for _, c := range w.cells {
		if c.name == name {
			return c
		}
	}
	panic("no cell is called " + name)
}
