package tui

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

// neighbour is a cell that another one's SIB4 or SIB5 names.
type neighbour struct {
	freqHz float64
	earfcn lte.EARFCN
	pci    int // -1: the carrier alone
}

// listed reads the neighbours of SIB4 and SIB5, TS 36.331 §6.3.1.
func listed(c *survey.Cell) []neighbour {
	type near struct {
		PhysCellID int `json:"physCellId"`
	}
	var sib4 struct {
		Neighbours []near `json:"intraFreqNeighCellList"`
	}
	var sib5 struct {
		Carriers []struct {
			EARFCN     uint32 `json:"dlCarrierFreq"`
			Neighbours []near `json:"interFreqNeighCellList"`
		} `json:"interFreqCarrierFreqList"`
	}
	var out []neighbour
	own := neighbour{freqHz: c.FreqHz}
	if c.EARFCN != nil {
		own.earfcn = lte.EARFCN(*c.EARFCN)
	}
	if json.Unmarshal(c.SIBs["4"], &sib4) == nil {
		for _, n := range sib4.Neighbours {
			out = append(out, neighbour{own.freqHz, own.earfcn, n.PhysCellID})
		}
	}
	if json.Unmarshal(c.SIBs["5"], &sib5) == nil {
		for _, f := range sib5.Carriers {
			n := neighbour{lte.EARFCN(f.EARFCN).FreqHz(), lte.EARFCN(f.EARFCN), -1}
			if len(f.Neighbours) == 0 {
				out = append(out, n)
			}
			for _, x := range f.Neighbours {
				n.pci = x.PhysCellID
				out = append(out, n)
			}
		}
	}
	return out
}

// sameHz is how near two raster points are the same one.
const sameHz = 50e3

// heard finds the cell that a neighbour's entry speaks of.
func (m *model) heard(n neighbour) *survey.Cell {
	var out *survey.Cell
	for _, c := range m.cells {
		if c.PCI == n.pci && math.Abs(c.FreqHz-n.freqHz) < sameHz && (out == nil || order(c, out) < 0) {
			out = c
		}
	}
	return out
}

// neighbours holds what the cell lists against what is heard, both ways.
func (m *model) neighbours(c *survey.Cell, width int) []string {
	list := listed(c)
	var out []string
	entry := func(carrier string, pci int, says string) {
		name := "-"
		if pci >= 0 {
			name = fmt.Sprint(pci)
		}
		out = append(out, plain.Text(fmt.Sprintf("  %-8s %3s  %s", carrier, name, says), width))
	}
	out = append(out, m.say.F("listed by this cell: %d", len(list)))
	if len(list) == 0 {
		out = append(out, "  "+m.say.T("SIB4 and SIB5 not read, or they name nobody"))
	}
	for _, n := range list {
		says := m.say.T("not heard")
		if x := m.heard(n); x != nil {
			says = m.brief(x)
		} else if n.pci < 0 {
			says = m.say.F("the carrier alone; heard on it: %d", m.on(n.freqHz))
		}
		entry(fmt.Sprint(n.earfcn), n.pci, says)
	}
	var others []*survey.Cell
	for _, x := range m.cells {
		named := slices.ContainsFunc(list, func(n neighbour) bool { return n.pci == x.PCI && math.Abs(n.freqHz-x.FreqHz) < sameHz })
		if x.Transmitter != c.Transmitter && math.Abs(x.FreqHz-c.FreqHz) < sameHz && !named {
			others = append(others, x)
		}
	}
	slices.SortFunc(others, order)
	out = append(out, "", m.say.F("heard on its carrier and not listed: %d", len(others)))
	for _, x := range others {
		entry(row.EARFCN(x), x.PCI, m.brief(x))
	}
	var by []*survey.Cell
	for _, x := range m.cells {
		if slices.ContainsFunc(listed(x), func(n neighbour) bool { return n.pci == c.PCI && math.Abs(n.freqHz-c.FreqHz) < sameHz }) {
			by = append(by, x)
		}
	}
	slices.SortFunc(by, order)
	out = append(out, "", m.say.F("cells that list it: %d", len(by)))
	for _, x := range by {
		entry(row.EARFCN(x), x.PCI, m.brief(x))
	}
	return out
}

// on counts cells heard on a carrier.
func (m *model) on(freqHz float64) (n int) {
	for _, c := range m.cells {
		if math.Abs(c.FreqHz-freqHz) < sameHz {
			n++
		}
	}
	return n
}

// brief is a cell in a few words.
func (m *model) brief(c *survey.Cell) string {
	return strings.Join([]string{plain.Left(m.state(c), 14), plain.Left(row.Identity(c), 11), "RSRP " + plain.Right(whole(c.RSRPdBFS), 4), row.Age(m.now - c.LastS)}, "  ")
}

// radio is the transmitter behind a cell: the identities it took, how its frames went on, where it stands.
func (m *model) radio(c *survey.Cell, width int) []string {
	all := m.transmitter(c.Transmitter)
	out := []string{m.say.F("transmitter %s, %s", c.Transmitter, m.say.Count(len(all), "1 identity", "%d identities"))}
	for _, x := range all {
		name := m.say.T("not read")
		if x.ECI != nil {
			name = fmt.Sprintf("%s ECI %d", strings.Join(x.PLMNs, " "), *x.ECI)
		}
		out = append(out, plain.Text(fmt.Sprintf("  %s  PCI %3d  %s  %s", plain.Left(m.state(x), 14), x.PCI, plain.Left(name, 24),
			m.say.F("from %.1f to %.1f s", x.FirstS, x.LastS)), width))
	}
	if p := c.Place; p != nil {
		out = append(out, "")
		if p.Lat != nil && p.Lon != nil {
			out = append(out, m.say.F("stands near %.5f, %.5f, within %.0f m", *p.Lat, *p.Lon, p.RadiusM))
		}
		if p.Moved {
			out = append(out, m.say.F("it moved, about %.0f m between %.0f and %.0f s", p.MovedM, p.FromS, p.ToS))
		}
		if p.Why != "" {
			out = append(out, plain.Hang("", p.Why, width)...)
		}
	}
	if h := c.History; h != nil {
		for _, j := range h.Jumps {
			out = append(out, m.say.F("at %.1f s its frames jumped: SFN %d was due, %d came", j.S, j.Expected, j.Sent))
		}
	}
	if p := c.Paging; p != nil {
		out = append(out, "", m.say.F("paging: %d messages; by S-TMSI %d, by IMSI %d, other %d", p.Messages, p.STMSI, p.IMSI, p.Other))
	}
	if len(c.SIOnAir) > 0 {
		out = append(out, "", m.say.T("how its system information is sent:"))
	}
	for _, a := range c.SIOnAir {
		name := "SIB1"
		if a.Entry > 0 {
			name = fmt.Sprintf("SI %d", a.Entry)
		}
		out = append(out, plain.Text(fmt.Sprintf("  %-5s sf %d  DCI %s  PRB %d+%d  TBS %d  RV %d  CFI %d  x%d", name, a.Subframe, a.Format, a.FirstPRB, a.PRBs, a.TBS, a.RV, a.CFI, a.Count), width))
	}
	return out
}
