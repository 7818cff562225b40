package enb

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// hardBlock reads a transport block from noise-free transmissions of it: nil where they do not show all of it.
func (r *receiver) hardBlock(s subframe, t Transmission, seen []float32) []byte {
	var at []int
	r.m.elements(r.m.occupied(s), t.DCI.prbs(r.m.Cell), s.region.symbols, r.m.Cell.dataSymbols(s.sf), func(_, i int) { at = append(at, i) })
	soft := llrs(r.soft(at), fec.Gold(uint32(t.RNTI)<<14+uint32(s.sf)<<9+uint32(r.m.Cell.PCI), 2*len(at)))
	tbs := t.DCI.TBS()
	// Where each bit of the buffer comes from: its systematic part is what is sent.
	b := transportBlock(nil, tbs)
	k, size := b.rows*(24*t.RV+2), 32*b.rows
	for _, v := range soft {
		for b.w[k%len(b.w)] == null {
			k++
		}
		if k %= len(b.w); k < size {
			seen[turboColumns[k/b.rows]+32*(k%b.rows)-(size-tbs-28)] += v
		}
		k++
	}
	bits := make([]uint8, tbs+24)
	for i := range bits {
		if seen[i] == 0 {
			return nil
		}
		bits[i] = uint8(flag(seen[i] < 0))
	}
	if fec.CRC24A(bits[:tbs]) != fec.Value(bits[tbs:]) {
		return []byte("wrong")
	}
	out := make([]byte, tbs/8)
	for i := range out {
		out[i] = byte(fec.Value(bits[8*i : 8*i+8]))
	}
	return out
}

func randomOctets(rng *rand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

// randomBroadcast draws a cell with any habits.
func randomBroadcast(rng *rand.Rand, i int) Cell {
	pick := func(list ...int) int { return list[rng.IntN(len(list))] }
	c := Cell{
		PCI: lte.PCI(rng.IntN(504)), PRB: dlBandwidths[i%6], Ports: []int{1, 2, 4}[i/6%3], Duplex: []lte.Duplex{lte.FDD, lte.TDD}[i/18%2],
		CP:            []lte.CP{lte.NormalCP, lte.ExtendedCP}[rng.IntN(2)],
		PHICHDuration: lte.PHICHNormal + lte.PHICHDuration(rng.IntN(2)), PHICHResource: lte.PHICHOneSixth + lte.PHICHResource(rng.IntN(4)),
		UplinkDownlink: rng.IntN(7), SpecialSubframe: rng.IntN(8), PB: rng.IntN(4), CFIs: []int{pick(1, 2, 3), pick(1, 2, 3), pick(1, 2, 3)},
		Load: Load{Fraction: rng.Float64(), PDCCH: 0.3, PHICH: 0.3, Seed: rng.Uint64()},
	}
	habit := func() Habit {
		h := Habit{Format: Format(1 + rng.IntN(2)), Times: 1 + rng.IntN(3), Aggregation: 4, Distributed: rng.IntN(2) == 0, ToggleNDI: rng.IntN(2) == 0}
		if rng.IntN(2) == 0 {
			h.RV = []int{rng.IntN(4)}
		}
		if c.PRB >= 25 && rng.IntN(2) == 0 {
			h.Aggregation = 8
		}
		h.Gap2 = (h.Distributed || h.Format == Format1C) && c.PRB >= 50 && rng.IntN(2) == 0
		if c.PRB >= 25 {
			h.First = []int{4 * rng.IntN(3), 4 * rng.IntN(3)}
		}
		return h
	}
	c.Broadcast = &Broadcast{
		SIB1: randomOctets(rng, 12+rng.IntN(14)), SIB1Habit: habit(), WindowMS: pick(5, 10, 20, 40), SIHabit: habit(),
		Paging: Paging{Rate: 0.5, Habit: habit()},
	}
	c.Broadcast.Paging.Habit.CCE, c.Broadcast.Paging.Habit.Aggregation = 4, 4
	if c.PRB == 6 {
		c.Broadcast.Paging.Rate = 0 // there are too few CCEs for both
	}
	for range 1 + rng.IntN(3) {
		c.Broadcast.SI = append(c.Broadcast.SI, SIMessage{randomOctets(rng, 5+rng.IntN(40)), pick(8, 16)})
	}
	return c
}

// TestBroadcastReadsBack renders cells with all kinds of habits and reads every DCI of format 1A and every transport block
// back from the grids.
func TestBroadcastReadsBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	dcis, blocks, none, formats := 0, 0, 0, map[Format]int{}
	for i := range 108 {
		c := randomBroadcast(rng, i)
		m, err := NewMapper(c)
		if err != nil {
			if !strings.Contains(err.Error(), "fewer CCEs") && !strings.Contains(err.Error(), "PHICH groups") {
				t.Errorf("%+v %+v: %v", c, c.Broadcast, err)
			}
			none++
			continue
		}
		g, _ := NewGrid(c)
		r := &receiver{m: m, g: g, got: make([]complex64, g.K*g.Symbols)}
		for p := range c.Ports {
			r.h[p] = complex(float32(0.5+rng.Float64()), float32(rng.NormFloat64()))
		}
		start := rng.Int64N(20480)
		shown := map[string][]float32{}
		for n := start; n < start+200; n++ {
			s, sent := m.plan(n)
			sent = slices.Clone(sent)
			if s.region == nil {
				continue
			}
			m.Subframe(g, n)
			clear(r.got)
			for p := range c.Ports {
				for k, v := range g.RE[p] {
					r.got[k] += r.h[p] * v
				}
			}
			found := r.search(t, s)
			for _, tx := range sent {
				formats[tx.DCI.Format]++
				key := string(tx.Octets)
				if shown[key] == nil {
					shown[key] = make([]float32, 4096)
				}
				switch got := r.hardBlock(s, tx, shown[key]); {
				case got == nil:
				case !bytes.Equal(bytes.TrimRight(got, "\x00"), bytes.TrimRight(tx.Octets, "\x00")):
					t.Fatalf("cell %d %+v subframe %d: block %x, want %x of %+v", i, c, n, got, tx.Octets, tx.DCI)
				default:
					blocks++
				}
				if tx.DCI.Format == Format1C {
					continue
				}
				dcis++
				want := tx.DCI.bits(m.Cell)
				if !slices.ContainsFunc(found, func(o Transmission) bool {
					return o.RNTI == tx.RNTI && o.CCE == tx.CCE && bytes.Equal(o.DCI.bits(m.Cell), want)
				}) {
					t.Fatalf("cell %d %+v subframe %d: %+v not found among %+v", i, c, n, tx.DCI, found)
				}
			}
		}
	}
	t.Logf("%d DCIs, %d blocks, %v, %d cells refused", dcis, blocks, formats, none)
	if dcis < 1000 || blocks < 1000 || none > 5 {
		t.Errorf("%d DCIs, %d blocks read, %d cells refused", dcis, blocks, none)
	}
}

// TestSchedule: SIB1 every 20 ms with its redundancy versions by frame number, messages in their windows, habits kept.
func TestSchedule(t *testing.T) {
	c := Cell{PRB: 50, MBSFN: MBSFN{Subframes: [10]bool{1: true, 2: true}, Period: 2}, Broadcast: &Broadcast{
		SIB1: make([]byte, 15), WindowMS: 20,
		SIB1Habit: Habit{First: []int{30, 10, 20, 40}, RV: []int{0}, ToggleNDI: true},
		SI:        []SIMessage{{make([]byte, 20), 16}, {nil, 8}, {make([]byte, 30), 32}},
		SIHabit:   Habit{Times: 3, CCE: 4},
		Paging:    Paging{Rate: 0.25, Octets: []byte{0x40, 0}},
	}}
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	pages, sib1, si := 0, 0, map[int]int{}
	for n := int64(FramePeriod - 640); n < FramePeriod+640; n++ {
		sfn, sf := int(n/10%1024), int(n%10)
		for _, tx := range m.Transmissions(n) {
			switch {
			case tx.RNTI == PRNTI:
				pages++
				if sf != 9 || tx.DCI.First+tx.DCI.N != 50 {
					t.Errorf("subframe %d: paging %+v", n, tx.DCI)
				}
			case len(tx.Octets) == 15:
				k := int(n / 20)
				sib1++
				if sf != 5 || sfn%2 != 0 || tx.DCI.First != []int{30, 10, 20, 40}[k%4] || tx.RV != 0 || tx.DCI.NDI != k%2 {
					t.Errorf("subframe %d: SIB1 %+v", n, tx.DCI)
				}
			default:
				i := map[int]int{20: 0, 30: 2}[len(tx.Octets)]
				si[i]++
				into := sfn%[]int{16, 8, 32}[i]*10 + sf - 20*i
				// Subframes 1 and 2 of even frames are MBSFN, 5 of even ones is SIB1's.
				want := slices.Index([]int{0, 3, 4}, into)
				if want < 0 || tx.RV != []int{0, 2, 3}[want] || tx.CCE != 4 {
					t.Errorf("subframe %d: message %d at %d: %+v", n, i, into, tx)
				}
			}
		}
	}
	if sib1 != 64 || si[0] != 8*3 || si[2] != 4*3 || pages < 20 || pages > 44 {
		t.Errorf("%d times SIB1, %v others, %d pages", sib1, si, pages)
	}
}

// TestCompactRV: with format 1C the redundancy version follows the place, TS 36.321 §5.3.1.
func TestCompactRV(t *testing.T) {
	c := Cell{PRB: 25, Broadcast: &Broadcast{
		SIB1: make([]byte, 15), SIB1Habit: Habit{Format: Format1C, RV: []int{3}}, WindowMS: 10,
		SI: []SIMessage{{make([]byte, 9), 8}}, SIHabit: Habit{Format: Format1C, Subframes: []int{1, 2, 7, 8, 9}, Times: 5},
	}}
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(640) {
		for _, tx := range m.Transmissions(n) {
			k := int(n % 10)
			if len(tx.Octets) == 15 {
				k = int(n / 20)
			}
			if want := [4]int{0, 2, 3, 1}[k%4]; tx.RV != want || !tx.DCI.Distributed {
				t.Errorf("subframe %d: RV %d, want %d", n, tx.RV, want)
			}
		}
	}
}

func TestPagingMessage(t *testing.T) {
	for n := 1; n <= 16; n++ {
		p, err := rrc.Paging(pagingMessage(n, uint64(n)))
		if err != nil || p.STMSI != n {
			t.Errorf("%d records: %+v, %v", n, p, err)
		}
	}
}

func TestNewBroadcast(t *testing.T) {
	// One message every 8 frames, window 10 ms: sent by another implementation.
	sib1 := []byte{0x40, 0x51, 0x40, 0x11, 0x00, 0x42, 0x65, 0x43, 0x20, 0x18, 0x10, 0x20, 0x00, 0x81, 0xc4}
	b, err := NewBroadcast(sib1, []byte{0, 0x80})
	if err != nil || len(b.SI) != 1 || b.SI[0].PeriodRF != 8 || b.WindowMS != 10 {
		t.Errorf("%+v, %v", b, err)
	}
	if b, err := NewBroadcast(sib1); err != nil || len(b.SI) != 1 || b.SI[0].Octets != nil {
		t.Errorf("%+v, %v", b, err)
	}
	for _, bad := range [][][]byte{{sib1, nil, nil}, {nil}, {{0, 0x80}}} {
		if b, err := NewBroadcast(bad[0], bad[1:]...); err == nil {
			t.Errorf("%x: %+v", bad, b)
		}
	}
}

func TestBroadcastRefusals(t *testing.T) {
	si := []SIMessage{{make([]byte, 9), 8}}
	for _, c := range []struct {
		b    Broadcast
		want string
	}{
		{Broadcast{SIB1: make([]byte, 278)}, "sib1: 278 octets"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{Aggregation: 2}}, "aggregation 2"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{CCE: 2}}, "cce 2"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{CCE: 16}}, "cce 16"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{CCE: 12}}, "fewer CCEs"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{First: []int{13}, Blocks: 3}}, "3 resource blocks from 13"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{Format: Format1C, First: []int{1}}}, "multiples of 2"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{Distributed: true, Gap2: true}}, "a second gap"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{RV: []int{4}}}, "redundancy versions"},
		{Broadcast{SIB1: make([]byte, 9), SIB1Habit: Habit{Format: 3}}, "format 3"},
		{Broadcast{SI: si}, "a window of 0 ms"},
		{Broadcast{SI: []SIMessage{{nil, 9}}, WindowMS: 10}, "a period of 9"},
		{Broadcast{SI: si, WindowMS: 10, SIHabit: Habit{Times: -1}}, "-1 times"},
		{Broadcast{SI: si, WindowMS: 10, SIHabit: Habit{Subframes: []int{10}}}, "subframes [10]"},
		{Broadcast{Paging: Paging{Rate: 2}}, "a rate of 2"},
		{Broadcast{Paging: Paging{Rate: 1, Records: 17}}, "17 records"},
	} {
		if err := (Cell{PRB: 15, Broadcast: &c.b}).Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.b, err, c.want)
		}
	}
}
