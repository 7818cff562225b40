package narrow_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/enb"
)

// warning is a message with a SIB10, told apart by its serial number.
func warning(t testing.TB, serial int) []byte {
	return message(t, table{"systemInformation": table{"criticalExtensions": table{"systemInformationR8": table{"sibTypeAndInfo": []any{
		table{"sib10": table{"messageIdentifier": "0001000100000011", "serialNumber": fmt.Sprintf("%016b", serial), "warningType": "0580"}},
	}}}}})
}

// talkative is a cell that schedules three messages every 160 ms.
func talkative(t testing.TB, c enb.Cell, habit enb.Habit) enb.Cell {
	b, err := enb.NewBroadcast(sib1Of(t, c, 3, 20, 16), warning(t, 1), warning(t, 2), warning(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	b.SIHabit = habit
	c.Broadcast = b
	return c
}

// heardOf reads looks of 320 ms through the window that holds SIB1, and returns how many of the three messages were read.
func heardOf(t testing.TB, r *narrow.Reader, c enb.Cell, looks int, snrDB float64, ch enb.Channel, seed uint64) (sib1, messages int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	*r = *narrow.NewReader()
	got := map[int]bool{}
	for i := range looks {
		b := window(t, c, 4, tuned(c.PRB, 0, min(12, c.PRB)), dongleHz, 0.32*float64(i), 0.32, levelDBFS-snrDB, ch, seed)
		if i == 0 {
			centre, o := known(c, 4, &b, rng)
			r.Read(context.Background(), &centre, 0, []lte.Observation{o})
		}
		for _, o := range r.Read(context.Background(), &b, float64(b.First)/dongleHz, nil) {
			if o.SIB1 != nil {
				sib1 = 1
			}
			for _, m := range o.Messages {
				if !same(m.Octets, warning(t, m.Entry)) {
					t.Errorf("message %d: %x", m.Entry, m.Octets)
				}
				got[m.Entry] = true
			}
		}
	}
	return sib1, len(got)
}

// The messages that SIB1 schedules are read where they stand in the window too.
func TestMessages(t *testing.T) {
	r := narrow.NewReader()
	for i, c := range []enb.Cell{{PRB: 25, Ports: 1}, {PRB: 50, Ports: 2}, {PRB: 100, Ports: 2, CFI: 3}, {PRB: 50, Ports: 4, Duplex: lte.TDD, UplinkDownlink: 1, SpecialSubframe: 5}} {
		c.PCI = lte.PCI(100 + i)
		c.Load = enb.Load{Fraction: 0.5, PDCCH: 0.5, Seed: 1}
		c = talkative(t, filled(c), enb.Habit{})
		if sib1, n := heardOf(t, r, c, 1, 10, enb.Channel{}, uint64(i+1)); sib1 != 1 || n != 3 {
			t.Errorf("%v %d PRB: SIB1 %d, %d of 3 messages", c.Duplex, c.PRB, sib1, n)
		}
	}
}
