package export

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/iqfile"
)

// cellText names a cell in one line.
func cellText(c *survey.Cell) string {
	who := "unread"
	if c.ECI != nil && len(c.PLMNs) > 0 {
		who = fmt.Sprintf("%s %d", c.PLMNs[0], *c.ECI)
	}
	return fmt.Sprintf("%s, PCI %d on %.1f MHz", who, c.PCI, c.FreqHz/1e6)
}

// fill writes all of a bundle but its manifest.
func (m *material) fill(ctx context.Context, dir string) error {
	at := func(name string) string { return filepath.Join(dir, name) }
	s := m.setup()
	part := excerpt(m.cfg.Known, m, s.Here)
	s.Lists = listFacts{Lines: m.cfg.Known.Len(), Excerpt: part.Len()}
	for _, c := range m.cfg.Known.Crowds() {
		s.Lists.Crowds = append(s.Lists.Crowds, clean(c.Name()))
	}
	errs := []error{saveJSON(at(setupName), s), saveJSON(at(cellName), m.cell), m.writeEvents(at(eventsName)), m.writeSIBs(at(sibsName)),
		m.writeLevels(at(levelsName)), m.writePositions(at(positionsName))}
	if part.Len() > 0 {
		errs = append(errs, writeLists(at(inventoryName), part))
	}
	if m.about.Rules != "" {
		errs = append(errs, save(at(rulesName), []byte(m.about.Rules)))
	}
	if len(m.pieces) > 0 {
		errs = append(errs, m.writeIQ(at(iqName)))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	f := findings{Cell: cellText(&m.cell), Level: m.cell.Level, Score: m.cell.Score, Known: m.cell.Known, NoIQ: m.noIQ, Claims: claims(&m.cell)}
	if len(m.pieces) > 0 {
		got, err := redecode(ctx, dir)
		if err != nil {
			return fmt.Errorf("its samples cannot be decoded again: %w", err)
		}
		f.compare(&m.cell, got)
		if err := errors.Join(save(at(decodedName), got.lines), got.writePackets(at(packetsName), m.about.Meta.Program)); err != nil {
			return err
		}
	}
	return saveJSON(at(findingsName), f)
}

func (m *material) writeEvents(path string) error {
	var b strings.Builder
	for _, e := range m.events {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return save(path, []byte(b.String()))
}

// sib is one message as it was sent, with what it says.
type sib struct {
	Channel rrc.Channel     `json:"channel"`
	Hex     string          `json:"hex"`
	Message json.RawMessage `json:"message,omitempty"` // absent: not what TS 36.331 allows
}

func (m *material) writeSIBs(path string) error {
	var b strings.Builder
	add := func(c rrc.Channel, text string) error {
		octets, err := hex.DecodeString(text)
		if err != nil || len(octets) == 0 {
			return err
		}
		s := sib{Channel: c, Hex: text}
		if said, ok := rrc.MessageJSON(string(c), octets); ok {
			s.Message = said
		}
		line, err := json.Marshal(s)
		b.Write(line)
		b.WriteByte('\n')
		return err
	}
	errs := []error{add(rrc.BCCHBCH, m.cell.MIBHex), add(rrc.BCCHDLSCH, m.cell.SIB1Hex)}
	for _, text := range m.cell.SIHex {
		errs = append(errs, add(rrc.BCCHDLSCH, text))
	}
	return errors.Join(append(errs, save(path, []byte(b.String())))...)
}

func (m *material) writeLevels(path string) error {
	return writeTable(path, func(t *table) {
		t.row(levelNames...)
		for i := range m.levels {
			t.row(m.levels[i].row(m.cell.Transmitter)...)
		}
	})
}

func (m *material) writePositions(path string) error {
	return writeTable(path, func(t *table) { writeTrack(t, m.track) })
}

func writeTrack(t *table, track []Point) {
	t.row("t_s", "time", "lat", "lon", "err_m", "from")
	for _, p := range track {
		var errM any
		if p.Fix.ErrM > 0 {
			errM = round(p.Fix.ErrM, 1)
		}
		t.row(round(p.AtS, 3), stamp(p.Time), round(p.Fix.Lat, 7), round(p.Fix.Lon, 7), errM, p.Fix.From)
	}
}

func writeTable(path string, rows func(*table)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	t := newTable(f)
	rows(t)
	return errors.Join(t.close(), f.Sync(), f.Close())
}

// writeIQ writes the samples as a recording, with what the survey read in them as remarks.
func (m *material) writeIQ(base string) error {
	meta := m.about.Meta
	rec, err := iqfile.Create(base, iqfile.Header{Format: format(meta.Radio.Bits), RateHz: m.pieces[0].tuning.RateHz,
		Hardware: clean(meta.Radio.Driver + " " + meta.Radio.Serial), Description: "straycell evidence: " + cellText(&m.cell)})
	if err != nil {
		return err
	}
	for _, p := range m.pieces {
		if err := rec.Write(p.block()); err != nil {
			return errors.Join(err, rec.Close())
		}
	}
	for i := range m.looks {
		l := &m.looks[i]
		for n := range l.Obs {
			if o := &l.Obs[n]; about(&m.cell, o) && m.has(l.First) {
				if err := rec.Annotate(m.remark(l, o)); err != nil {
					return errors.Join(err, rec.Close())
				}
			}
		}
	}
	return rec.Close()
}

// has tells whether a sample is among those that are kept.
func (m *material) has(n int64) bool {
	for _, p := range m.pieces {
		if p.first <= n && n < p.end() {
			return true
		}
	}
	return false
}

func (m *material) remark(l *survey.Look, o *lte.Observation) iqfile.Annotation {
	half := float64(max(6, m.cell.PRB)) * 90e3
	a := iqfile.Annotation{SampleStart: l.First, SampleCount: int64(math.Round((l.EndS - l.StartS) * l.Tuning.RateHz)),
		LowHz: m.cell.FreqHz - half, HighHz: m.cell.FreqHz + half, Label: fmt.Sprintf("PCI %d", m.cell.PCI), Fields: map[string]json.RawMessage{}}
	var read []string
	if o.MIB != nil {
		read = append(read, "MIB")
	}
	if o.SIB1 != nil {
		read = append(read, fmt.Sprintf("SIB1 of %d", o.SIB1.ECI))
	}
	for _, x := range o.Messages {
		read = append(read, fmt.Sprintf("message %d", x.Entry))
	}
	a.Comment = strings.Join(read, ", ")
	if l.StartS <= m.atS && m.atS <= l.EndS {
		a.Label += " " + m.cell.Level
		if line, err := json.Marshal(m.cell); err == nil {
			a.Fields["straycell:cell"] = line
		}
	}
	return a
}

// format is the smallest that keeps a converter's bits.
func format(bits int) string {
	switch {
	case bits == 0, bits > 8:
		return "cs16"
	}
	return "cu8"
}

// writePackets writes what decoding the samples again gave, for Wireshark.
func (d *decoded) writePackets(path, program string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	c, err := newCapture(w, program)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	for _, p := range d.packets {
		if err := c.add(p); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(c.close(), w.Flush(), f.Sync(), f.Close())
}
