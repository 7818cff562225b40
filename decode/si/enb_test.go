package si_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/decode/si"
	"github.com/straycell/straycell/internal/enb"
)

type table = map[string]any

// message encodes a message on the BCCH-DL-SCH of plain values.
func message(t testing.TB, v table) []byte {
	t.Helper()
	tree, err := rrc.FromPlain(rrc.BCCHDLSCH, table{"message": table{"c1": v}})
	if err != nil {
		t.Fatal(err)
	}
	octets, err := rrc.Encode(rrc.BCCHDLSCH, tree)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// sib1Of is a SIB1 that schedules n messages with this window and period; the last of them also carries SIB9.
func sib1Of(t testing.TB, c enb.Cell, n, windowMS, periodRF int) []byte {
	var list []any
	for i := range n {
		mapping := []any{}
		if i > 0 {
			mapping = append(mapping, fmt.Sprintf("sibType%d", 2+i))
		}
		list = append(list, table{"siPeriodicity": fmt.Sprintf("rf%d", periodRF), "sibMappingInfo": mapping})
	}
	v := table{
		"cellAccessRelatedInfo": table{
			"plmnIdentityList": []any{table{"plmnIdentity": table{"mcc": digits(4, 5, 0), "mnc": digits(0, 8)}, "cellReservedForOperatorUse": "notReserved"}},
			"trackingAreaCode": "0001001000110100", "cellIdentity": "0001101000101101000000000001",
			"cellBarred": "notBarred", "intraFreqReselection": "allowed", "csgIndication": false,
		},
		"cellSelectionInfo": table{"qRxLevMin": int64(-65)}, "freqBandIndicator": int64(3),
		"schedulingInfoList": list, "siWindowLength": fmt.Sprintf("ms%d", windowMS), "systemInfoValueTag": int64(3),
	}
	if c.Duplex == lte.TDD {
		v["tddConfig"] = table{"subframeAssignment": fmt.Sprintf("sa%d", c.UplinkDownlink), "specialSubframePatterns": fmt.Sprintf("ssp%d", c.SpecialSubframe)}
	}
	return message(t, table{"systemInformationBlockType1": v})
}

// warning is a message with a SIB10: long enough, short enough, and told apart by its serial number.
func warning(t testing.TB, serial int) []byte {
	return message(t, table{"systemInformation": table{"criticalExtensions": table{"systemInformationR8": table{"sibTypeAndInfo": []any{
		table{"sib10": table{"messageIdentifier": "0001000100000011", "serialNumber": fmt.Sprintf("%016b", serial), "warningType": "0580"}},
	}}}}})
}

// world is a cell with what it broadcasts, and its layout as a receiver knows it once the MIB is read.
type world struct {
	cell   enb.Cell
	si     [][]byte
	layout si.Cell
	sfn    int
}

var rates = map[int]float64{6: 1.92e6, 15: 3.84e6, 25: 7.68e6, 50: 15.36e6, 75: 23.04e6, 100: 23.04e6}

// newWorld draws a cell with any configuration and any habits of a scheduler.
func newWorld(t testing.TB, rng *rand.Rand, i int) world {
	pick := func(list ...int) int { return list[rng.IntN(len(list))] }
	c := enb.Cell{
		PCI: lte.PCI(rng.IntN(504)), PRB: []int{6, 15, 25, 50, 75, 100}[i%6], Ports: []int{1, 2, 4}[i/6%3], Duplex: []lte.Duplex{lte.FDD, lte.TDD}[i/18%2],
		CP:            []lte.CP{lte.NormalCP, lte.ExtendedCP}[rng.IntN(2)],
		PHICHDuration: lte.PHICHNormal + lte.PHICHDuration(rng.IntN(2)), PHICHResource: lte.PHICHOneSixth + lte.PHICHResource(rng.IntN(4)),
		UplinkDownlink: rng.IntN(7), SpecialSubframe: rng.IntN(7), CFIs: []int{pick(1, 2, 3), pick(1, 2, 3), pick(1, 2, 3)},
		Load: enb.Load{Fraction: rng.Float64(), PDCCH: 0.3, PHICH: 0.3, Seed: rng.Uint64()},
	}
	habit := func() enb.Habit {
		h := enb.Habit{Format: enb.Format(1 + rng.IntN(2)), Times: 1 + rng.IntN(3), Aggregation: 4, Distributed: rng.IntN(2) == 0, ToggleNDI: rng.IntN(2) == 0}
		if rng.IntN(2) == 0 {
			h.RV = []int{rng.IntN(4)}
		}
		if c.PRB >= 25 && rng.IntN(2) == 0 {
			h.Aggregation = 8
		}
		h.Gap2 = (h.Distributed || h.Format == enb.Format1C) && c.PRB >= 50 && rng.IntN(2) == 0
		if c.PRB >= 25 {
			h.First = []int{4 * rng.IntN(3), 4 * rng.IntN(3)}
		}
		return h
	}
	n, windowMS := 1+rng.IntN(3), pick(5, 10, 20)
	if c.Duplex == lte.TDD {
		windowMS = 20 // shorter ones may hold no downlink subframe at all
	}
	w := world{sfn: rng.IntN(1024)}
	for k := range n {
		w.si = append(w.si, warning(t, rng.IntN(1<<14)<<2|k))
	}
	b, err := enb.NewBroadcast(sib1Of(t, c, n, windowMS, 8), w.si...)
	if err != nil {
		t.Fatal(err)
	}
	b.SIB1Habit, b.SIHabit = habit(), habit()
	b.Paging = enb.Paging{Rate: 0.5, Habit: habit()}
	b.Paging.Habit.CCE, b.Paging.Habit.Aggregation = 4, 4
	if b.SIB1Habit.Aggregation == 8 || b.SIHabit.Aggregation == 8 {
		b.Paging.Habit.CCE = 8
	}
	if c.PRB <= 15 {
		b.Paging.Rate = 0 // there are too few CCEs for both
	}
	c.Broadcast = b
	w.cell = c
	w.layout = si.Cell{
		Layout: grid.Layout{PCI: c.PCI, Ports: c.Ports, PRB: c.PRB, SFN: w.sfn, Timing: grid.Timing{CP: c.CP},
			Frames: grid.Frames{Duplex: c.Duplex, CP: c.CP}},
		Duration: c.PHICHDuration, Resource: c.PHICHResource,
	}
	return w
}

// samples renders seconds of the world at an SNR, the first frame at sample 0; nil if the transmitter refuses it.
func (w *world) samples(t testing.TB, seconds, snrDB float64, ch enb.Channel, seed uint64) []complex64 {
	t.Helper()
	const level = -40
	rate := rates[w.cell.PRB]
	sig, err := enb.Scene{FreqHz: 1842.5e6, RateHz: rate, BandHz: rate, NoiseDBFS: level - snrDB, Seed: seed, Cells: []enb.Emission{
		{Cell: w.cell, CarrierHz: 1842.5e6, SFN: w.sfn, RSRPdBFS: level, Channel: ch},
	}}.Open()
	if err != nil {
		t.Logf("%v", err)
		return nil
	}
	iq := make([]complex64, int(rate*seconds))
	sig.Read(iq)
	return iq
}

// Cells of every configuration and kind of scheduler, written down independently on the transmit side, read back: SIB1, every
// message, paging.
func TestReadsEveryConfiguration(t *testing.T) {
	n := 36
	if testing.Short() {
		n = 12
	}
	rng := rand.New(rand.NewPCG(1, 1))
	r := si.NewReader()
	refused, pages := 0, 0
	for i := range n {
		w := newWorld(t, rng, i)
		iq := w.samples(t, 0.17, 20, enb.Channel{Taps: enb.EPA, Fading: true, Seed: uint64(i)}, uint64(i))
		if iq == nil {
			refused++
			continue
		}
		info, stop := r.Read(context.Background(), iq, rates[w.cell.PRB], w.layout)
		name := fmt.Sprintf("world %d: %v %d PRB %d ports %v, PHICH %v %v, tdd %d/%d, cfi %v, sib1 %+v, si %+v", i, w.cell.Duplex, w.cell.PRB, w.cell.Ports, w.cell.CP,
			w.cell.PHICHDuration, w.cell.PHICHResource, w.cell.UplinkDownlink, w.cell.SpecialSubframe, w.cell.CFIs, w.cell.Broadcast.SIB1Habit, w.cell.Broadcast.SIHabit)
		if !bytes.Equal(bytes.TrimRight(info.SIB1Octets, "\x00"), bytes.TrimRight(w.cell.Broadcast.SIB1, "\x00")) {
			t.Errorf("%s\n   SIB1 %x, want %x; %v", name, info.SIB1Octets, w.cell.Broadcast.SIB1, stop)
			continue
		}
		if info.SIB1Fails > 0 {
			t.Errorf("%s\n   %d of %d transmissions of SIB1 failed", name, info.SIB1Fails, info.SIB1Fails+info.SIB1CRCs)
		}
		for k, want := range w.si {
			found := false
			for _, m := range info.Messages {
				found = found || m.Entry == k+1 && bytes.Equal(bytes.TrimRight(m.Octets, "\x00"), bytes.TrimRight(want, "\x00"))
			}
			if !found {
				t.Errorf("%s\n   message %d of %d not read, stop %v, %d read", name, k+1, len(w.si), stop, len(info.Messages))
			}
		}
		pages += info.Pages
	}
	dcis, blocks := r.Tried()
	t.Logf("%d worlds, %d refused, %d pages; %d DCIs and %d CRCs tried", n, refused, pages, dcis, blocks)
}

func digits(ds ...int64) (list []any) {
	for _, d := range ds {
		list = append(list, d)
	}
	return list
}

// Subframes kept for multicast hold no reference signals behind their first symbols. Before SIB2 says which they are, they
// must not spoil what is averaged.
func TestMulticastSubframes(t *testing.T) {
	c := enb.Cell{PCI: 77, PRB: 25, Ports: 2, CFI: 2, MBSFN: enb.MBSFN{Subframes: [10]bool{1: true, 2: true, 3: true, 6: true, 7: true, 8: true}}}
	w := world{cell: c, si: [][]byte{warning(t, 7)}}
	b, err := enb.NewBroadcast(sib1Of(t, c, 1, 20, 8), w.si...)
	if err != nil {
		t.Fatal(err)
	}
	w.cell.Broadcast = b
	w.layout = si.Cell{Layout: grid.Layout{PCI: 77, Ports: 2, PRB: 25, Timing: grid.Timing{CP: lte.NormalCP}, Frames: grid.Frames{Duplex: lte.FDD, CP: lte.NormalCP}},
		Duration: lte.PHICHNormal, Resource: lte.PHICHOne}
	r := si.NewReader()
	for seed := range uint64(8) {
		iq := w.samples(t, 0.08, 0, enb.Channel{Taps: enb.EPA, Seed: seed}, seed)
		info, stop := r.Read(context.Background(), iq, rates[25], w.layout)
		if info.SIB1 == nil || info.SIB1Fails > 1 || len(info.Messages) != 1 {
			t.Errorf("seed %d: %d of 4 SIB1s, %d messages, %v", seed, info.SIB1CRCs, len(info.Messages), stop)
		}
	}
}
