package si

import (
	"bytes"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
)

// Bounds on what hostile air can make one message hold.
const (
	maxSizes    = 3  // transport block sizes collected at a time
	maxContents = 4  // different contents of one message in one look
	maxSent     = 64 // transmissions listed
)

// message collects the transmissions of SIB1 or of one entry of its schedule. Their soft bits add up by size of the
// transport block; a message does not change within its modification period, TS 36.331 §5.2.1.3.
type message struct {
	entry    int
	buffers  [maxSizes]fec.Transport
	used     int
	got      bool // a content was read since the buffers are empty
	contents []content
	sent     []lte.SITransmission
}

// content is what passed a CRC.
type content struct {
	octets []byte
	crcs   int
}

func (m *message) reset(entry int) {
	m.entry = entry
	m.empty()
	m.contents, m.sent = m.contents[:0], m.sent[:0]
}

// empty forgets soft bits: what follows may be another content.
func (m *message) empty() { m.used, m.got = 0, false }

// buffer is the soft buffer for a size; the least filled one gives way to a new size.
func (m *message) buffer(size int) *fec.Transport {
	for i := range m.used {
		if m.buffers[i].Size() == size {
			return &m.buffers[i]
		}
	}
	if m.used < maxSizes {
		m.used++
		m.buffers[m.used-1].Reset(size)
		return &m.buffers[m.used-1]
	}
	least := &m.buffers[0]
	for i := range m.buffers {
		if m.buffers[i].Sent < least.Sent {
			least = &m.buffers[i]
		}
	}
	least.Reset(size)
	return least
}

// take counts a content.
func (m *message) take(octets []byte) {
	m.got = true
	for i := range m.contents {
		if bytes.Equal(m.contents[i].octets, octets) {
			m.contents[i].crcs++
			return
		}
	}
	if len(m.contents) < maxContents {
		m.contents = append(m.contents, content{bytes.Clone(octets), 1})
	}
}

// best is the content heard most, the first of equals; nil when there is none.
func (m *message) best() *content {
	var best *content
	for i := range m.contents {
		if best == nil || m.contents[i].crcs > best.crcs {
			best = &m.contents[i]
		}
	}
	return best
}

// confirmed appends the transmissions whose size is that of a content read: a DCI alone may be an accident.
func (m *message) confirmed(to []lte.SITransmission) []lte.SITransmission {
	for _, s := range m.sent {
		for i := range m.contents {
			if 8*len(m.contents[i].octets) == s.TBS {
				to = append(to, s)
				break
			}
		}
	}
	return to
}

// receive takes one transmission, by itself and together with those before it, and tells whether its own CRC passed. rv is
// the redundancy version if the DCI does not say.
func (r *Reader) receive(m *message, s *grid.Subframe, a *phch.Assignment, rv int) bool {
	if a.RV >= 0 {
		rv = a.RV
	}
	symbols, _ := phch.ControlSymbols(s, a.CFI)
	llr := r.pdsch.Soften(s, &a.Grant, symbols)
	r.list(m, s, a, rv)
	unit := phch.Unit(r.cell.Ports)
	r.alone.Reset(a.TBS)
	r.alone.Add(llr, rv, unit)
	if bits, ok := r.alone.Decode(&r.turbo); ok {
		m.take(r.pack(bits))
		return true
	}
	b := m.buffer(a.TBS)
	b.Add(llr, rv, unit)
	if !m.got && b.Sent > 1 {
		if bits, ok := b.Decode(&r.turbo); ok {
			m.take(r.pack(bits))
		}
	}
	return false
}

// list notes how a transmission was sent.
func (r *Reader) list(m *message, s *grid.Subframe, a *phch.Assignment, rv int) {
	if len(m.sent) == maxSent {
		return
	}
	t := lte.SITransmission{Entry: m.entry, SFN: s.SFN, Subframe: s.Number, CFI: a.CFI, CCE: a.CCE, Aggregation: a.Aggregation,
		Format: a.Format(), Distributed: a.Distributed, FirstPRB: a.Start, PRBs: a.Length, TBS: a.TBS, RV: rv, NDI: a.NDI}
	if a.Distributed {
		a.Allocation(&r.set, r.cell.PRB)
		t.FirstPRB = 0
		for !r.set[0][t.FirstPRB] {
			t.FirstPRB++
		}
	}
	m.sent = append(m.sent, t)
}

// pack writes bits, most significant first, into octets; valid until the next call.
func (r *Reader) pack(bits []uint8) []byte {
	n := len(bits) / 8
	if cap(r.octets) < n {
		r.octets = make([]byte, n)
	}
	o := r.octets[:n]
	for i := range o {
		o[i] = byte(fec.Value(bits[8*i : 8*i+8]))
	}
	return o
}
