package enb

import "slices"

// at is what is known about subframe n before anything is mapped.
func (m *Mapper) at(n int64) subframe {
	in := int(((n % FramePeriod) + FramePeriod) % FramePeriod)
	s := subframe{n: n, sfn: in / 10, sf: in % 10}
	c := &m.Cell
	if c.downlinkSymbols(s.sf) == 0 {
		return s
	}
	s.mbsfn = c.isMBSFN(s.sfn, s.sf)
	s.cfi = c.CFI
	if len(c.CFIs) > 0 {
		s.cfi = c.CFIs[in%len(c.CFIs)]
	}
	s.cfi = min(s.cfi, c.maxCFI(s.sf, s.mbsfn))
	s.region = m.region(s.sf, s.mbsfn, s.cfi)
	return s
}

// withRoom lengthens the control region until it has so many CCEs; region is nil where it cannot.
func (m *Mapper) withRoom(s subframe, cces int) subframe {
	for s.region.cces() < cces {
		if s.cfi++; s.cfi > m.Cell.maxCFI(s.sf, s.mbsfn) {
			s.region = nil
			return s
		}
		s.region = m.region(s.sf, s.mbsfn, s.cfi)
	}
	return s
}

// region is a control region, laid out when it is first needed.
func (m *Mapper) region(sf int, mbsfn bool, cfi int) *controlRegion {
	i := 6*sf + 3*flag(mbsfn) + cfi - 1
	if m.regions[i] == nil {
		m.regions[i] = newControlRegion(m.Cell, sf, mbsfn, cfi)
	}
	return m.regions[i]
}

// Transmissions lists what is broadcast in subframe n: the truth a receiver can be held against.
func (m *Mapper) Transmissions(n int64) []Transmission {
	_, sent := m.plan(n)
	return slices.Clone(sent)
}

// plan decides what is sent in subframe n; the result is valid until the next call. Where two messages want the same
// CCEs or resource blocks the later one, in the order SIB1, SI, paging, stays out.
func (m *Mapper) plan(n int64) (subframe, []Transmission) {
	s := m.at(n)
	m.sent = m.sent[:0]
	sch := m.sch
	if sch == nil || s.region == nil || s.mbsfn || !m.Cell.Bursts.sent(s) || m.Cell.dataSymbols(s.sf) == 0 {
		return s, m.sent
	}
	frame := (n - int64(s.sf)) / 10
	add := func(x *sender, turn int64, rv int) {
		d, h := x.dci, &x.habit
		d.First = h.First[cycle(turn, len(h.First))]
		d.NDI = flag(h.ToggleNDI && turn&1 == 1)
		if d.Format == Format1A {
			d.RV = rv
		}
		t := Transmission{RNTI: x.rnti, Octets: x.octets, DCI: d, RV: rv, CCE: h.CCE, Aggregation: h.Aggregation, block: x.block}
		for _, o := range m.sent {
			if t.meets(o, m.Cell) {
				return
			}
		}
		if room := m.withRoom(s, t.CCE+t.Aggregation); room.region != nil {
			s, m.sent = room, append(m.sent, t)
		}
	}
	if sch.sib1 != nil && s.sf == 5 && s.sfn%2 == 0 {
		turn := frame / 2
		add(sch.sib1, turn, sch.sib1.habit.rv(turn, turn))
	}
	for i, x := range sch.si {
		if x == nil {
			continue
		}
		if count, into, ok := m.window(s, i); ok {
			turn := frame/int64(sch.periods[i])*int64(x.habit.Times) + int64(count)
			add(x, turn, x.habit.rv(int64(count), int64(into)))
		}
	}
	if p := sch.paging; p != nil && slices.Contains(p.habit.Subframes, s.sf) {
		if h := mix(m.Cell.Load.Seed ^ mix(uint64(n)+1<<61)); h>>11 < uint64(sch.rate*(1<<53)) {
			if sch.fixed == nil {
				// A message of the most records fitted when the cell was planned: fewer are shorter.
				if p.set(pagingMessage(1+int(h%uint64(sch.records)), h)) != nil {
					return s, m.sent
				}
			}
			add(p, n, p.habit.rv(0, 0))
		}
	}
	return s, m.sent
}

// rv is the redundancy version of a transmission: in format 1A what the habit says for its turn, in format 1C what
// TS 36.321 §5.3.1 says for its place.
func (h *Habit) rv(turn, place int64) int {
	if h.Format == Format1C {
		return [4]int{0, 2, 3, 1}[cycle(place, 4)]
	}
	return h.RV[cycle(turn, len(h.RV))]
}

// cycle is n modulo length, never negative.
func cycle(n int64, length int) int {
	l := int64(length)
	return int((n%l + l) % l)
}

// window tells whether s belongs to those subframes in which message i is sent: the count of the transmission in its window
// and the subframe's number there; TS 36.331 §5.2.3.
func (m *Mapper) window(s subframe, i int) (count, into int, ok bool) {
	sch := m.sch
	w := sch.windowMS
	into = s.sfn%sch.periods[i]*10 + s.sf - i*w
	h := &sch.si[i].habit
	if into < 0 || into >= w || !m.carriesSI(s.sfn, s.sf, h) {
		return 0, 0, false
	}
	for j := range into {
		before := s.sfn*10 + s.sf - into + j
		if m.carriesSI(before/10, before%10, h) {
			count++
		}
	}
	return count, into, count < h.Times
}

// carriesSI tells whether system information other than SIB1 may be sent in a subframe, and is.
func (m *Mapper) carriesSI(sfn, sf int, h *Habit) bool {
	c := &m.Cell
	switch {
	case sf == 5 && sfn%2 == 0, c.isMBSFN(sfn, sf), c.dataSymbols(sf) == 0:
		return false
	}
	return len(h.Subframes) == 0 || slices.Contains(h.Subframes, sf)
}

// meets tells whether two transmissions of a subframe need the same CCEs or resource blocks.
func (t *Transmission) meets(o Transmission, c Cell) bool {
	if t.CCE < o.CCE+o.Aggregation && o.CCE < t.CCE+t.Aggregation {
		return true
	}
	a, b := t.DCI.prbs(c), o.DCI.prbs(c)
	for slot := range a {
		for _, prb := range a[slot] {
			if slices.Contains(b[slot], prb) {
				return true
			}
		}
	}
	return false
}
