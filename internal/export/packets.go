package export

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/survey"
)

// repeatS is how long a message that goes on unchanged is left out: a day of a city would be millions of equal packets.
const repeatS = 10

// packets makes packets of looks.
type packets struct {
	start   time.Time // of the survey by the computer's clock, where the source knows no time
	channel func(freqHz float64, pci lte.PCI) *uint32
	last    map[packetKey]float64
}

type packetKey struct {
	freqHz float64
	pci    lte.PCI
	sum    [sha256.Size]byte // of the message; of a MIB, which counts frames, nothing
}

// of lists what a look told that is new, or was not told for repeatS.
func (p *packets) of(l *survey.Look) []Packet {
	var out []Packet
	for i := range l.Obs {
		o := &l.Obs[i]
		if o.Ghost != "" {
			continue
		}
		at := l.Time
		note := ""
		if at.IsZero() {
			at = p.start.Add(seconds(l.StartS))
			note = "time by the computer's clock at the survey's start"
		}
		base := Packet{FreqHz: o.FreqHz, EARFCN: p.channel(o.FreqHz, o.PCI), PCI: o.PCI, SFN: -1, SINRdB: o.Signal.SINRdB, Note: note}
		frame := at
		if o.MIB != nil && o.RateHz > 0 {
			frame = at.Add(seconds((o.FirstSample - float64(l.First)) / o.RateHz))
			m := base
			m.Channel, m.Octets, m.SFN, m.Time = rrc.BCCHBCH, o.MIB.Raw[:], o.MIB.SFN, frame
			if p.due(m, [sha256.Size]byte{}, l.StartS) {
				out = append(out, m)
			}
		}
		add := func(entry int, octets []byte) {
			m := base
			m.Channel, m.Octets, m.Time = rrc.BCCHDLSCH, octets, at
			for _, t := range o.OnAir {
				if t.Entry != entry {
					continue
				}
				m.SFN, m.Subframe, m.RV = t.SFN, t.Subframe, t.RV
				if o.MIB != nil { // within half a cycle of the frame that is known
					frames := math.Mod(float64(t.SFN-o.MIB.SFN)+1536, 1024) - 512
					m.Time = frame.Add(seconds(frames*0.01 + float64(t.Subframe)*0.001))
				}
				break
			}
			if entry > 0 {
				m.Note = join(m.Note, fmt.Sprintf("message %d of the schedule", entry))
			}
			if len(octets) > 0 && p.due(m, sha256.Sum256(octets), l.StartS) {
				out = append(out, m)
			}
		}
		add(0, o.SIB1Octets)
		for _, x := range o.SIB1Others {
			add(0, x.Octets)
		}
		for _, x := range o.Messages {
			add(x.Entry, x.Octets)
		}
	}
	return out
}

// maxLast bounds what hostile air can make up.
const maxLast = 1 << 16

func (p *packets) due(m Packet, sum [sha256.Size]byte, atS float64) bool {
	key := packetKey{m.FreqHz, m.PCI, sum}
	if was, ok := p.last[key]; ok && atS < was+repeatS {
		return false
	}
	if len(p.last) >= maxLast {
		clear(p.last)
	}
	p.last[key] = atS
	return true
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}
func (d *Drive) WritePackets(ctx context.Context, w io.Writer) error {
	c, err := newCapture(w, d.Meta.Program)
	if err != nil {
		return err
	}
	p := d.openPackets()
	for e, err := range d.s.Steps() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		l, ok := e.(survey.Look)
		if !ok {
			continue
		}
		for _, packet := range p.of(&l) {
			if err := c.add(packet); err != nil {
				return err
			}
		}
	}
	return c.close()
}
