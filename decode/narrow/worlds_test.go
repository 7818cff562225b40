package narrow_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/enb"
)

// anyCell draws a cell of any configuration with any habits of a scheduler.
func anyCell(t testing.TB, rng *rand.Rand, i int) enb.Cell {
	pick := func(list ...int) int { return list[rng.IntN(len(list))] }
	c := enb.Cell{
		PCI: lte.PCI(rng.IntN(lte.PCIs)), PRB: []int{15, 25, 50, 75, 100}[i%5], Ports: []int{1, 2, 4}[i/5%3], Duplex: []lte.Duplex{lte.FDD, lte.TDD}[i/15%2],
		CP:            []lte.CP{lte.NormalCP, lte.NormalCP, lte.ExtendedCP}[rng.IntN(3)],
		PHICHDuration: lte.PHICHNormal + lte.PHICHDuration(rng.IntN(2)), PHICHResource: lte.PHICHOneSixth + lte.PHICHResource(rng.IntN(4)),
		UplinkDownlink: rng.IntN(7), SpecialSubframe: rng.IntN(7), CFIs: []int{pick(1, 2, 3), pick(1, 2, 3), pick(1, 2, 3)},
		Load: enb.Load{Fraction: rng.Float64(), PDCCH: 0.3, PHICH: 0.3, Seed: rng.Uint64()},
	}
	if c.PRB == 15 {
		c.CFIs = []int{pick(2, 3)}
	}
	return c
}

// windowsOf lists the windows in which a receiver of 2.4 Msps looks for a cell, in order.
func windowsOf(prb int) []int {
	n := min(12, prb)
	out := []int{(prb - n) / 2}
	for lo, hi := 0, prb-n; lo <= hi; lo, hi = lo+n, hi-n {
		out = append(out, lo, hi)
	}
	return append(out, (prb-n)/2)
}

// listenIn hears windows of ms milliseconds one after the other, 50 ms apart, until SIB1 is read; it returns what was read and how
// many windows it took.
func listenIn(t testing.TB, r *narrow.Reader, c enb.Cell, sfn int, ms, snrDB float64, ch enb.Channel, seed uint64) (lte.SystemInfo, int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	at := 0.0
	for i, first := range windowsOf(c.PRB) {
		freq := tuned(c.PRB, first, min(12, c.PRB)) + 400*(2*rng.Float64()-1)
		b := window(t, c, sfn, freq, dongleHz, at, ms/1e3, levelDBFS-snrDB, ch, seed+uint64(i))
		at += ms/1e3 + 0.05
		if i == 0 {
			centre, o := known(c, sfn, &b, rng)
			o.Signal.SINRdB = snrDB
			r.Read(context.Background(), &centre, 0, []lte.Observation{o})
		}
		if out := r.Read(context.Background(), &b, float64(b.First)/dongleHz, nil); len(out) > 0 && out[0].SIB1 != nil {
			return out[0].SystemInfo, i + 1
		}
	}
	return lte.SystemInfo{}, 0
}

func same(a, b []byte) bool {
	return len(a) > 0 && bytes.Equal(bytes.TrimRight(a, "\x00"), bytes.TrimRight(b, "\x00"))
}

// Cells of every bandwidth, of 1, 2 and 4 ports, FDD and TDD, both prefixes and PHICH durations, SIB1 anywhere, of any size, staying
// or wandering, in localised and in distributed blocks, announced by format 1A or 1C: read through windows of 12 resource blocks.
func TestEveryConfiguration(t *testing.T) {
	n := 20
	if testing.Short() {
		n = 5
	}
	rng := rand.New(rand.NewPCG(1, 1))
	unread, refused := 0, 0
	r := narrow.NewReader()
	for i := range n {
		c := anyCell(t, rng, i)
		b, err := enb.NewBroadcast(sib1Of(t, c, 1+rng.IntN(4), 20, 16))
		if err != nil {
			t.Fatal(err)
		}
		h := enb.Habit{Aggregation: 4, ToggleNDI: rng.IntN(2) == 0}
		if c.PRB >= 25 && rng.IntN(3) == 0 {
			h.Aggregation = 8
		}
		switch rng.IntN(4) {
		case 0:
			h.Format = enb.Format1C
			h.Gap2 = c.PRB >= 50 && rng.IntN(2) == 0
		case 1:
			h.Distributed, h.ToggleNDI = true, false
			h.Gap2 = c.PRB >= 50 && rng.IntN(2) == 0
		default:
			if last := c.PRB - 8; last > 0 {
				h.First = []int{rng.IntN(last)}
				if rng.IntN(2) == 0 {
					h.First = append(h.First, rng.IntN(last))
				}
			}
		}
		if rng.IntN(2) == 0 {
			h.RV = []int{0}
		}
		b.SIB1Habit = h
		c.Broadcast = b
		if _, err := enb.NewMapper(c); err != nil {
			refused++
			continue
		}
		*r = *narrow.NewReader()
		info, took := listenIn(t, r, c, rng.IntN(1024), 85, 10, enb.Channel{Taps: enb.EPA, Fading: true, Seed: uint64(i)}, uint64(i))
		name := fmt.Sprintf("cell %d: %v %d PRB %d ports %v, PHICH %v %v, tdd %d, cfi %v, %d octets, %+v", i, c.Duplex, c.PRB, c.Ports, c.CP, c.PHICHDuration,
			c.PHICHResource, c.UplinkDownlink, c.CFIs, len(b.SIB1), h)
		switch {
		case took == 0:
			unread++
			t.Logf("unread: %s", name)
		case !same(info.SIB1Octets, b.SIB1):
			t.Errorf("%s: SIB1 %x, want %x", name, info.SIB1Octets, b.SIB1)
		}
	}
	if unread > n/20 {
		t.Errorf("%d of %d cells unread", unread, n)
	}
	t.Logf("%d cells, %d refused, %d unread", n, refused, unread)
}

// BenchmarkSearch is a window of 80 ms that does not hold SIB1, of a strong cell whose SIB1 moves about: the most there is to try.
func BenchmarkSearch(b *testing.B) {
	for _, prb := range []int{25, 50, 100} {
		for _, d := range []lte.Duplex{lte.FDD, lte.TDD} {
			b.Run(fmt.Sprintf("%v-%d", d, prb), func(b *testing.B) {
				c := filled(enb.Cell{PCI: 301, PRB: prb, Ports: 2, Duplex: d, CFI: 2, UplinkDownlink: 1, Load: enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}})
				c = talkative(b, c, enb.Habit{})
				c.Broadcast.SIB1Habit.First = []int{prb - 8, prb - 10}
				w := window(b, c, 4, tuned(prb, 0, 12), dongleHz, 0, 0.08, levelDBFS-15, enb.Channel{}, 1)
				r := narrow.NewReader()
				centre, o := known(c, 4, &w, nil)
				r.Read(context.Background(), &centre, 0, []lte.Observation{o})
				for b.Loop() {
					r.Read(context.Background(), &w, 0, nil)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e3/4/float64(b.N), "ms/20ms")
			})
		}
	}
}
