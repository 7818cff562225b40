package sim

import (
	"bytes"
	"math"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/enb"
)

// speech is what a cell sends, as a decoder makes it out.
type speech struct {
	cell   enb.Cell // with its defaults
	sib1   *lte.SIB1
	octets []byte               // padded to its transport block
	ways   []lte.SITransmission // of SIB1's successive transmissions, again and again; empty: it sends none
	si     []siMessage
	paging lte.Paging // of one message
	pages  float64    // messages a frame
}

// siMessage is one system information message; one that is never sent has no octets.
type siMessage struct {
	lte.SIMessage
	periodRF, windowMS, times int
	way                       lte.SITransmission
}

// waysKept are enough for habits that change with two, three or four transmissions.
const waysKept = 24

// speak prepares what a cell says when somebody first hears it.
func (p *placed) speak() *speech {
	if p.said != nil {
		return p.said
	}
	s := &speech{cell: p.e}
	p.said = s
	m, err := enb.NewMapper(p.e)
	if err != nil { // checked when the scenario was read
		return s
	}
	s.cell = m.Cell
	b := p.e.Broadcast
	if b == nil {
		return s
	}
	for turn := range int64(enb.FramePeriod / 20) {
		for _, x := range m.Transmissions(20*turn + 5) {
			if x.RNTI == enb.SIRNTI && len(s.ways) < waysKept {
				s.ways = append(s.ways, way1(&x, 0, 20*turn+5, &s.cell))
				s.octets = padded(x.Octets, x.DCI.TBS())
			}
		}
	}
	if tree, err := rrc.Decode(rrc.BCCHDLSCH, s.octets); err == nil {
		s.sib1, _ = rrc.SIB1(tree)
	}
	for i, si := range b.SI {
		s.si = append(s.si, s.message(m, i, si, b))
	}
	s.pages = b.Paging.Rate * math.Max(1, float64(len(b.Paging.Habit.Subframes)))
	s.paging.STMSI = 2
	if b.Paging.Octets != nil {
		s.paging, _ = rrc.Paging(b.Paging.Octets)
	}
	return s
}

// message finds how one message is sent: the first time in its windows.
func (s *speech) message(m *enb.Mapper, i int, si enb.SIMessage, b *enb.Broadcast) siMessage {
	out := siMessage{SIMessage: lte.SIMessage{Entry: i + 1}, periodRF: si.PeriodRF, windowMS: b.WindowMS, times: max(b.SIHabit.Times, 1)}
	if b.SIHabit.Times == 0 {
		out.times = 2
	}
	if si.Octets == nil {
		return out
	}
	for n := int64(i * b.WindowMS); n < enb.FramePeriod && out.Octets == nil; n += int64(10 * si.PeriodRF) {
		for k := range int64(b.WindowMS) {
			for _, x := range m.Transmissions(n + k) {
				if out.Octets == nil && x.RNTI == enb.SIRNTI && bytes.Equal(x.Octets, si.Octets) {
					out.way = way1(&x, i+1, n+k, &s.cell)
					out.Octets = padded(x.Octets, x.DCI.TBS())
				}
			}
		}
	}
	if tree, err := rrc.Decode(rrc.BCCHDLSCH, out.Octets); err == nil {
		for _, block := range tree.SIBs() {
			out.SIBs = append(out.SIBs, lte.SIBContent{Type: block.Type, JSON: rrc.AppendJSON(nil, block.Value)})
		}
	}
	return out
}

func padded(octets []byte, bits int) []byte {
	out := make([]byte, max(len(octets), bits/8))
	copy(out, octets)
	return out
}

// way1 is how a transmission is sent. A control region that the DCI made longer is not known here.
func way1(x *enb.Transmission, entry int, n int64, c *enb.Cell) lte.SITransmission {
	in := int(n % enb.FramePeriod)
	cfi := c.CFI
	if len(c.CFIs) > 0 {
		cfi = c.CFIs[in%len(c.CFIs)]
	}
	return lte.SITransmission{Entry: entry, SFN: in / 10, Subframe: in % 10, CFI: cfi, CCE: x.CCE, Aggregation: x.Aggregation,
		Format: x.DCI.Format.String(), Distributed: x.DCI.Distributed, FirstPRB: x.DCI.First, PRBs: x.DCI.N, TBS: x.DCI.TBS(), RV: x.RV, NDI: x.DCI.NDI}
}
