package enb

import (
	"fmt"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// Broadcast is what a cell tells every phone, and how its scheduler sends it. Messages are octets, encoded as TS 36.331
// says; what they mean is not looked at.
type Broadcast struct {
	SIB1      []byte // message on the BCCH; nil: none
	SIB1Habit Habit

	SI       []SIMessage // in the order of SIB1's schedulingInfoList, which places their windows
	WindowMS int         // si-WindowLength
	SIHabit  Habit

	Paging Paging
}

// SIMessage is one system information message.
type SIMessage struct {
	Octets   []byte // nil: scheduled and never sent
	PeriodRF int    // si-Periodicity, radio frames
}

// Paging is made up, or one message over and over.
type Paging struct {
	Rate    float64 // share of the paging occasions in which a message is sent
	Records int     // phones a made-up message calls at most, 1 to 16; default 3
	Octets  []byte  // message on the PCCH; nil: made up
	Habit   Habit   // Subframes: the occasions of every frame; default 9 in FDD, 0 in TDD, TS 36.304 §7.2
}

// Habit is how a scheduler sends one kind of message. Stacks differ in it, which is why it is data.
type Habit struct {
	Format      Format // default 1A
	Subframes   []int  // of a window that it uses; empty: all that can. SIB1 has its own
	Times       int    // transmissions in a window, from its start on; default 2. SIB1 is sent every 20 ms
	Aggregation int    // CCEs of the DCI, 4 or 8; default 4
	CCE         int    // the first of them
	Distributed bool   // virtual resource blocks; implied by format 1C
	Gap2        bool   // the smaller gap between them
	First       []int  // first resource block of successive transmissions in turn; empty: 0, of paging the last that fits
	Blocks      int    // their number; 0: as many as carry every bit of the code word 1.6 times
	RV          []int  // redundancy version of successive transmissions in turn; empty: 0, 2, 3, 1. Not of format 1C
	ToggleNDI   bool   // the DCI's new data indicator changes with every transmission
}

// NewBroadcast is the system information that SIB1 announces: periods and windows are read from it. si are the messages in
// the order of its schedulingInfoList; nil, and what is missing at the end, is scheduled and never sent.
func NewBroadcast(sib1 []byte, si ...[]byte) (*Broadcast, error) {
	m, err := rrc.Decode(rrc.BCCHDLSCH, sib1)
	if err != nil {
		return nil, fmt.Errorf("sib1: %w", err)
	}
	info, err := rrc.SIB1(m)
	if err != nil {
		return nil, fmt.Errorf("sib1: %w", err)
	}
	if len(si) > len(info.Schedule) {
		return nil, fmt.Errorf("si: %d messages and %d in the schedulingInfoList of sib1", len(si), len(info.Schedule))
	}
	b := &Broadcast{SIB1: sib1, WindowMS: info.SIWindowMS}
	for i, g := range info.Schedule {
		s := SIMessage{PeriodRF: g.PeriodRF}
		if i < len(si) {
			s.Octets = si[i]
		}
		b.SI = append(b.SI, s)
	}
	return b, nil
}

// Transmission is a message on the PDSCH of a subframe.
type Transmission struct {
	RNTI             uint16
	Octets           []byte // without the padding of the transport block
	DCI              DCI
	RV               int // of the PDSCH; in format 1C the DCI does not state it
	CCE, Aggregation int

	block circularBuffer
}

// sender is a kind of message with its habit, checked and completed.
type sender struct {
	rnti   uint16
	habit  Habit
	octets []byte
	dci    DCI
	block  circularBuffer
}

// scheduler sends a cell's broadcast.
type scheduler struct {
	sib1     *sender
	si       []*sender // nil: never sent
	periods  []int
	windowMS int
	paging   *sender // its octets change
	rate     float64
	records  int
	fixed    []byte
}

// newScheduler checks and completes what a cell broadcasts.
func (m *Mapper) newScheduler(b *Broadcast) (*scheduler, error) {
	if b == nil {
		return nil, nil
	}
	sch := &scheduler{windowMS: b.WindowMS, rate: b.Paging.Rate, records: b.Paging.Records, fixed: b.Paging.Octets}
	c := m.Cell
	var err error
	if b.SIB1 != nil {
		if sch.sib1, err = m.newSender(SIRNTI, b.SIB1Habit, b.SIB1, 5); err != nil {
			return nil, fmt.Errorf("sib1: %w", err)
		}
	}
	for i, s := range b.SI {
		if s.PeriodRF < 8 || s.PeriodRF > 512 || s.PeriodRF&(s.PeriodRF-1) != 0 {
			return nil, fmt.Errorf("si %d: a period of %d radio frames: want 8, 16, 32 … 512", i+1, s.PeriodRF)
		}
		if !slices.Contains([]int{1, 2, 5, 10, 15, 20, 40}, b.WindowMS) {
			return nil, fmt.Errorf("si: a window of %d ms: want 1, 2, 5, 10, 15, 20 or 40", b.WindowMS)
		}
		var one *sender
		if s.Octets != nil {
			at := c.dataSubframe(b.SIHabit.Subframes)
			if one, err = m.newSender(SIRNTI, b.SIHabit, s.Octets, at); err != nil {
				return nil, fmt.Errorf("si %d: %w", i+1, err)
			}
		}
		sch.si, sch.periods = append(sch.si, one), append(sch.periods, s.PeriodRF)
	}
	switch {
	case !fraction(sch.rate):
		return nil, fmt.Errorf("paging: a rate of %g: want 0 to 1", sch.rate)
	case sch.records < 0 || sch.records > 16:
		return nil, fmt.Errorf("paging: %d records: want 1 to 16", sch.records)
	case sch.records == 0:
		sch.records = 3
	}
	if sch.rate > 0 {
		h := b.Paging.Habit
		if len(h.Subframes) == 0 {
			h.Subframes = []int{9}
			if c.Duplex == lte.TDD {
				h.Subframes = []int{0}
			}
		}
		octets := sch.fixed
		if octets == nil {
			octets = pagingMessage(sch.records, 0)
		}
		if sch.paging, err = m.newSender(PRNTI, h, octets, h.Subframes[0]); err != nil {
			return nil, fmt.Errorf("paging: %w", err)
		}
	}
	return sch, nil
}

// dataSubframe is the first of subframes, or of all, that can carry data in every frame.
func (c Cell) dataSubframe(of []int) int {
	if len(of) == 0 {
		of = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	}
	for _, sf := range of {
		if sf >= 0 && sf < 10 && c.dataSymbols(sf) > 0 && !c.MBSFN.Subframes[sf] && sf != 5 {
			return sf
		}
	}
	return 5
}

// newSender checks how a message is sent and chooses what the habit leaves open, for subframe sf.
func (m *Mapper) newSender(rnti uint16, h Habit, octets []byte, sf int) (*sender, error) {
	c := m.Cell
	if h.Format == FormatUnknown {
		h.Format = Format1A
	}
	if h.Times == 0 {
		h.Times = 2
	}
	if h.Aggregation == 0 {
		h.Aggregation = 4
	}
	if len(h.RV) == 0 {
		h.RV = []int{0, 2, 3, 1}
	}
	h.Distributed = h.Distributed || h.Format == Format1C
	outside := func(low, high int) func(int) bool { return func(v int) bool { return v < low || v > high } }
	switch {
	case h.Format > Format1C:
		return nil, fmt.Errorf("format %d: want 1A or 1C", h.Format)
	case h.Aggregation != 4 && h.Aggregation != 8:
		return nil, fmt.Errorf("aggregation %d: want 4 or 8", h.Aggregation)
	case h.CCE < 0 || h.CCE%h.Aggregation != 0 || h.CCE+h.Aggregation > commonCCEs:
		return nil, fmt.Errorf("cce %d: want a multiple of %d below %d", h.CCE, h.Aggregation, commonCCEs)
	case h.Times < 1 || h.Times > 40:
		return nil, fmt.Errorf("%d times in a window: want 1 to 40", h.Times)
	case slices.ContainsFunc(h.Subframes, outside(0, 9)):
		return nil, fmt.Errorf("subframes %v: want each 0 to 9", h.Subframes)
	case slices.ContainsFunc(h.RV, outside(0, 3)):
		return nil, fmt.Errorf("redundancy versions %v: want each 0 to 3", h.RV)
	}
	s := &sender{rnti: rnti, habit: h}
	if err := s.set(octets); err != nil {
		return nil, err
	}
	sub := m.at(int64(sf))
	if sub.region == nil || c.dataSymbols(sf) == 0 {
		return nil, fmt.Errorf("subframe %d carries no data here", sf)
	}
	if sub = m.withRoom(sub, h.CCE+h.Aggregation); sub.region == nil {
		return nil, fmt.Errorf("aggregation %d from cce %d: there are fewer CCEs even with the longest control region", h.Aggregation, h.CCE)
	}
	if s.dci.N = h.Blocks; s.dci.N == 0 {
		s.dci.N = m.blocks(s.dci, sub)
	}
	if len(h.First) == 0 {
		h.First = []int{0}
		if rnti == PRNTI {
			n, step := c.blocksOf(s.dci)
			h.First[0] = (n - s.dci.N) / step * step
		}
	}
	for _, first := range h.First {
		d := s.dci
		d.First = first
		if err := d.check(c); err != nil {
			return nil, err
		}
	}
	h.Blocks = s.dci.N
	s.habit = h
	return s, nil
}

// set makes octets the message that is sent.
func (s *sender) set(octets []byte) error {
	h := s.habit
	d := DCI{Format: h.Format, Distributed: h.Distributed, Gap2: h.Gap2, N: h.Blocks}
	if err := d.size(len(octets)); err != nil {
		return err
	}
	s.octets, s.dci, s.block = octets, d, transportBlock(octets, d.TBS())
	return nil
}

// blocks is the least number of resource blocks that send every bit of the code word 1.6 times, as networks do; at most a
// quarter of the carrier unless the code rate asks for more.
func (m *Mapper) blocks(d DCI, s subframe) int {
	c := m.Cell
	all, step := c.blocksOf(d)
	code := d.TBS() + 24
	d.First = 0
	for d.N = step; d.N < all; d.N += step {
		room := m.capacity(d, s)
		if room*10 >= 16*3*code || d.N >= max(4, c.PRB/4) && room*10 >= 16*code {
			break
		}
	}
	return d.N
}
