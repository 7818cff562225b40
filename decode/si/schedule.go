package si

import (
	"context"
	"slices"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/rrc"
)

// maxEntries bounds the schedule: TS 36.331 §6.2.2 allows 32 entries, and as many in its extension.
const maxEntries = 64

// Window is where a message may be sent: Length subframes from subframe Start of a run on.
type Window struct{ Start, Length int }

// Windows lists those of entry (from 1) of a schedule that reach into subframes 0 to end of a run whose first frame has number
// sfn, TS 36.331 §5.2.3.
func Windows(to []Window, entry, lengthMS, periodRF, sfn, end int) []Window {
	if periodRF <= 0 || lengthMS <= 0 {
		return to
	}
	x := (entry - 1) * lengthMS
	for f := -(lengthMS/10 + 1); f*10 < end; f++ {
		n := ((sfn+f)%1024 + 1024) % 1024
		if n%periodRF != x/10%periodRF {
			continue
		}
		if start := f*10 + x%10; start < end && start+lengthMS > 0 {
			to = append(to, Window{start, lengthMS})
		}
	}
	return to
}

// readMessages reads every message of the schedule, the first one (which holds SIB2) first: it says which subframes are
// multicast. It returns how many had no window in view and how many had one and were not read.
func (r *Reader) readMessages(ctx context.Context) (missing, weak int) {
	sib1 := r.out.SIB1
	n := min(len(sib1.Schedule), maxEntries)
	for len(r.entries) < n {
		r.entries = append(r.entries, message{})
	}
	for i := range n {
		m := &r.entries[i]
		m.reset(i + 1)
		r.windows = Windows(r.windows[:0], i+1, sib1.SIWindowMS, sib1.Schedule[i].PeriodRF, r.cell.SFN, r.carrier.Subframes)
		whole := false
		segments := slices.ContainsFunc(sib1.Schedule[i].SIBs, segmented)
		for _, w := range r.windows {
			if segments {
				m.empty()
			}
			usable := r.readWindow(ctx, m, w)
			whole = whole || usable && w.Start >= 0 && w.Start+w.Length <= r.carrier.Subframes
		}
		best := m.best()
		switch {
		case best == nil && whole:
			weak++
		case best == nil:
			missing++
		}
		for k := range m.contents {
			c := &m.contents[k]
			msg := lte.SIMessage{Entry: i + 1, Octets: c.octets, CRCs: c.crcs}
			if tree, err := rrc.Decode(rrc.BCCHDLSCH, c.octets); err == nil {
				for _, b := range tree.SIBs() {
					msg.SIBs = append(msg.SIBs, lte.SIBContent{Type: b.Type, JSON: rrc.AppendJSON(nil, b.Value)})
					if b.Type == 2 && c == best {
						r.carrier.Frames.Multicast, r.carrier.Frames.Known = multicast(b.Value, r.cell.Frames.Duplex), true
					}
				}
			}
			r.out.Messages = append(r.out.Messages, msg)
		}
		r.out.OnAir = m.confirmed(r.out.OnAir)
	}
	return missing, weak
}

// segmented tells the blocks of which every window may hold another segment: warnings, TS 36.331 §5.2.2.18 and §5.2.2.19.
func segmented(t lte.SIBType) bool { return t == 11 || t == 12 }

// readWindow reads one window of a message, and tells whether it has a subframe that can carry one.
func (r *Reader) readWindow(ctx context.Context, m *message, w Window) (usable bool) {
	for i := max(w.Start, 0); i < min(w.Start+w.Length, r.carrier.Subframes) && ctx.Err() == nil; i++ {
		sfn := (r.cell.SFN + i/10) % 1024
		if i%10 == 5 && sfn%2 == 0 || !r.carries(sfn, i%10) {
			continue
		}
		s := r.carrier.Open(i)
		if s == nil {
			continue
		}
		usable = true
		first := !r.visited[i]
		r.visited[i] = true
		for k := range r.search(s, false) {
			a := &r.found[k]
			switch {
			case a.RNTI == phch.SIRNTI:
				r.receive(m, s, a, redundancy(i-w.Start))
			case first:
				r.page(s, a)
			}
		}
	}
	return usable
}

// carries tells whether a subframe may carry system information: a downlink one that is not multicast, or a special one long
// enough to hold a PDSCH, TS 36.331 §5.2.3 and TS 36.213 §7.1.7.
func (r *Reader) carries(sfn, sf int) bool {
	f := &r.carrier.Frames
	if f.Known && f.MayMulticast(sfn, sf) {
		return false
	}
	if f.Special(sf) {
		return f.Symbols(sfn, sf) > 3
	}
	return f.Symbols(sfn, sf) > 0
}

// multicast reads mbsfn-SubframeConfigList of SIB2 and, in FDD, its extension for subframes 4 and 9, which has an entry for
// each of the list's: TS 36.331 §6.3.1 and §6.3.7.
func multicast(sib2 any, d lte.Duplex) []grid.Multicast {
	subframes, later := []int{1, 2, 3, 6, 7, 8}, []int{4, 9}
	if d == lte.TDD {
		subframes, later = []int{3, 4, 7, 8, 9, 0}, []int{0, 0}
	}
	v, _ := rrc.Field(sib2, "mbsfnSubframeConfigList")
	list, _ := v.(rrc.List)
	v, _ = rrc.Field(sib2, "mbsfnSubframeConfigListV1430")
	more, _ := v.(rrc.List)
	var out []grid.Multicast
	for i, e := range list {
		period, _ := rrc.Field(e, "radioframeAllocationPeriod")
		offset, _ := rrc.Field(e, "radioframeAllocationOffset")
		name, _ := period.(rrc.Enum)
		m := grid.Multicast{Period: number(name)}
		if o, ok := offset.(int64); ok {
			m.Offset = int(o)
		}
		m.Patterns = allocation(nil, subframes, e, "subframeAllocation", "oneFrame", "fourFrames")
		if i < len(more) {
			m.Patterns = allocation(m.Patterns, later, more[i], "subframeAllocationV1430", "oneFrameV1430", "fourFramesV1430")
		}
		out = append(out, m)
	}
	return out
}

// allocation adds the subframes of one frame or of four to patterns; 0 stands for a bit that means none.
func allocation(patterns []uint16, subframes []int, v any, name string, choices ...string) []uint16 {
	for _, choice := range choices {
		f, _ := rrc.Field(v, name, choice)
		bits, _ := f.(rrc.Bits)
		for i, b := range bits.String() {
			frame, sf := i/len(subframes), subframes[i%len(subframes)]
			if frame == len(patterns) {
				patterns = append(patterns, 0)
			}
			if b == '1' && sf != 0 {
				patterns[frame] |= 1 << sf
			}
		}
	}
	return patterns
}

// number is the one in names such as n8.
func number(e rrc.Enum) int {
	n := 0
	for _, c := range e {
		if c >= '0' && c <= '9' {
			n = 10*n + int(c-'0')
		}
	}
	return n
}
