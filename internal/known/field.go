package known

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/straycell/straycell/decode/lte"
)

// fact reads one record. A field that is there and cannot be read breaks the line: half a fact would be compared with the
// air and found wanting.
func (h header) fact(rec []string, baseline bool, comma byte) (Fact, error) {
	for len(rec) > h.width && strings.TrimSpace(rec[len(rec)-1]) == "" {
		rec = rec[:len(rec)-1]
	}
	if len(rec) != h.width {
		return Fact{}, fmt.Errorf("%d fields where the header has %d", len(rec), h.width)
	}
	var f Fact
	steps := []func([]string, *Fact) error{h.identity, h.radio, h.site}
	if baseline {
		steps[0] = h.learntIdentity
	}
	if comma != ',' {
		rec = decimalPoints(h, rec)
	}
	for _, step := range steps {
		if err := step(rec, &f); err != nil {
			return Fact{}, err
		}
	}
	if len(f.EARFCNs) > 1 && !baseline {
		return Fact{}, errors.New("earfcn: several numbers, want one")
	}
	return f, nil
}

// decimalPoints turns 37,5 into 37.5 in the columns of fractions; only where the comma does not separate fields.
func decimalPoints(h header, rec []string) []string {
	for _, c := range []string{"bandwidth_mhz", "lat", "lon", "azimuth"} {
		if i, ok := h.at[c]; ok {
			rec[i] = strings.Replace(rec[i], ",", ".", 1)
		}
	}
	return rec
}

// learntIdentity allows what a baseline may hold: no identity, if PCI and EARFCN are there in its place.
func (h header) learntIdentity(rec []string, f *Fact) error {
	for _, c := range []string{"plmn", "mcc", "mnc", "eci", "enb", "sector"} {
		if h.field(rec, c) != "" {
			return h.identity(rec, f)
		}
	}
	if h.field(rec, "pci") == "" || h.field(rec, "earfcn") == "" {
		return errors.New("neither plmn and eci nor pci and earfcn")
	}
	return nil
}

func (h header) identity(rec []string, f *Fact) error {
	plmn := h.field(rec, "plmn")
	if plmn == "" {
		mcc, mnc := h.field(rec, "mcc"), h.field(rec, "mnc")
		if mcc == "" || mnc == "" {
			return errors.New("no plmn")
		}
		if len(mnc) == 1 { // a spreadsheet took the zero of 08
			mnc = "0" + mnc
		}
		plmn = mcc + "-" + mnc
	}
	p, err := lte.ParsePLMN(plmn)
	if err != nil {
		return err
	}
	f.PLMN = p

	if t := h.field(rec, "eci"); t != "" {
		n, err := whole("eci", t, 0, uint64(lte.MaxECI))
		if err != nil {
			return err
		}
		f.ECI = lte.ECI(n)
	}
	enb, sector := h.field(rec, "enb"), h.field(rec, "sector")
	if enb == "" || sector == "" {
		if h.field(rec, "eci") == "" {
			return errors.New("no eci")
		}
		return nil
	}
	e, err := whole("enb", enb, 0, 1<<20-1)
	if err != nil {
		return err
	}
	s, err := whole("sector", sector, 0, 255)
	if err != nil {
		return err
	}
	split := lte.ECI(e<<8 | s)
	if h.field(rec, "eci") != "" && f.ECI != split {
		return fmt.Errorf("eci %d is eNB %d sector %d, and the line says eNB %d sector %d", f.ECI, f.ECI.ENB(), f.ECI.Sector(), e, s)
	}
	f.ECI = split
	return nil
}

var mhzToPRB = map[float64]int{1.4: 6, 3: 15, 5: 25, 10: 50, 15: 75, 20: 100} // TS 36.101 Table 5.6-1

func (h header) radio(rec []string, f *Fact) error {
	if t := h.field(rec, "pci"); t != "" {
		n, err := whole("pci", t, 0, lte.PCIs-1)
		if err != nil {
			return err
		}
		f.PCI, f.HasPCI = lte.PCI(n), true
	}
	for _, t := range strings.Fields(h.field(rec, "earfcn")) {
		n, err := whole("earfcn", t, 0, 262143) // ARFCN-ValueEUTRA-r9, TS 36.331 §6.3.4
		if err != nil {
			return err
		}
		if _, ok := lte.EARFCN(n).Band(); !ok {
			return fmt.Errorf("earfcn %d: no downlink band has it", n)
		}
		f.EARFCNs = append(f.EARFCNs, lte.EARFCN(n))
	}
	if t := h.field(rec, "bandwidth_mhz"); t != "" {
		mhz, err := strconv.ParseFloat(t, 64)
		prb, ok := mhzToPRB[mhz]
		if err != nil || !ok {
			return fmt.Errorf("bandwidth_mhz %.24q: want 1.4, 3, 5, 10, 15 or 20", t)
		}
		f.PRB = prb
	}
	if t := h.field(rec, "ports"); t != "" {
		n, err := whole("ports", t, 1, 4)
		if err != nil || n == 3 {
			return fmt.Errorf("ports %.24q: want 1, 2 or 4", t)
		}
		f.Ports = int(n)
	}
	if t := h.field(rec, "tac"); t != "" {
		n, err := whole("tac", t, 0, 1<<16-1)
		if err != nil {
			return err
		}
		f.TAC, f.HasTAC = uint16(n), true
	}
	return nil
}

func (h header) site(rec []string, f *Fact) error {
	lat, lon := h.field(rec, "lat"), h.field(rec, "lon")
	if (lat == "") != (lon == "") {
		return errors.New("lat without lon, or lon without lat")
	}
	if lat != "" {
		p, err := place(lat, lon)
		if err != nil {
			return err
		}
		f.Place = p
	}
	if t := h.field(rec, "azimuth"); t != "" {
		a, err := strconv.ParseFloat(t, 64)
		if err != nil || !(a >= 0 && a <= 360) {
			return fmt.Errorf("azimuth %.24q: want degrees from 0 to 360", t)
		}
		f.AzimuthDeg, f.HasAzimuth = a, true
	}
	if t := h.field(rec, "class"); t != "" {
		n, err := word(t, classWords)
		if err != nil {
			return fmt.Errorf("class %w", err)
		}
		f.Class = Class(n)
	}
	if t := h.field(rec, "state"); t != "" {
		n, err := word(t, siteWords)
		if err != nil {
			return fmt.Errorf("state %w", err)
		}
		f.Site = SiteState(n)
	}
	var err error
	if f.ValidFrom, err = day("valid_from", h.field(rec, "valid_from")); err != nil {
		return err
	}
	if f.ValidTo, err = day("valid_to", h.field(rec, "valid_to")); err != nil {
		return err
	}
	f.Address, f.Name = clean(h.field(rec, "address")), clean(h.field(rec, "name"))
	return nil
}

// place reads a position. 0,0 is what spreadsheets write for "unknown": nobody runs a cell in the Gulf of Guinea.
func place(lat, lon string) (*Place, error) {
	a, errA := strconv.ParseFloat(lat, 64)
	o, errO := strconv.ParseFloat(lon, 64)
	if errA != nil || errO != nil || !(math.Abs(a) <= 90) || !(math.Abs(o) <= 180) {
		return nil, fmt.Errorf("lat %.24q lon %.24q: want degrees, like 37.4602 126.9001", lat, lon)
	}
	if a == 0 && o == 0 {
		return nil, nil
	}
	return &Place{a, o}, nil
}

// whole reads a number from min to max, decimal or 0x hexadecimal.
func whole(name, t string, min, max uint64) (uint64, error) {
	base, digits := 10, t
	if len(t) > 2 && (t[:2] == "0x" || t[:2] == "0X") {
		base, digits = 16, t[2:]
	}
	n, err := strconv.ParseUint(digits, base, 64)
	if err != nil || n < min || n > max {
		return 0, fmt.Errorf("%s %.24q: want a number from %d to %d", name, t, min, max)
	}
	return n, nil
}

func day(name, t string) (time.Time, error) {
	if t == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{"2006-01-02", "2006/01/02", "20060102", time.RFC3339} {
		if d, err := time.Parse(layout, t); err == nil {
			return d, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s %.24q: want a day, like 2025-09-30", name, t)
}

// maxText bounds what is kept of an address or a name, in runes.
const maxText = 200

// clean makes text from a list fit to be shown: one line, printable, bounded. It copies, so that a fact does not hold the
// whole line in memory.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if n++; n > maxText {
			break
		}
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
