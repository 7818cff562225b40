package enb

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/radio"
)

// plainSIB1 is a SIB1 that schedules one message every period, for a TDD cell with its configuration.
func plainSIB1(t *testing.T, c Cell, periodRF, windowMS int) []byte {
	t.Helper()
	type table = map[string]any
	sib1 := table{
		"cellAccessRelatedInfo": table{
			"plmnIdentityList": []any{table{"plmnIdentity": table{"mcc": []any{int64(4), int64(5), int64(0)}, "mnc": []any{int64(0), int64(8)}}, "cellReservedForOperatorUse": "notReserved"}},
			"trackingAreaCode": "0001001000000010", "cellIdentity": fmt.Sprintf("%028b", 1000*int(c.PCI)+7),
			"cellBarred": "notBarred", "intraFreqReselection": "allowed", "csgIndication": false,
		},
		"cellSelectionInfo": table{"qRxLevMin": int64(-62)}, "freqBandIndicator": int64(40), "systemInfoValueTag": int64(3),
		"schedulingInfoList": []any{table{"siPeriodicity": fmt.Sprintf("rf%d", periodRF), "sibMappingInfo": []any{}}},
		"siWindowLength":     fmt.Sprintf("ms%d", windowMS),
	}
	if c.Duplex == lte.TDD {
		sib1["tddConfig"] = table{"subframeAssignment": fmt.Sprintf("sa%d", c.UplinkDownlink), "specialSubframePatterns": fmt.Sprintf("ssp%d", c.SpecialSubframe)}
	}
	tree, err := rrc.FromPlain(rrc.BCCHDLSCH, table{"message": table{"c1": table{"systemInformationBlockType1": sib1}}})
	if err != nil {
		t.Fatal(err)
	}
	octets, err := rrc.Encode(rrc.BCCHDLSCH, tree)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// sib2 is a message with SIB2 and SIB3, as another implementation sent it.
var sib2 = []byte{0x00, 0x80, 0x0c, 0xe1, 0xbf, 0x78, 0x88, 0x00, 0xca, 0x11, 0xe2, 0x01, 0x00, 0x00, 0x08, 0x01, 0x82, 0x99, 0x45, 0xab, 0x9c, 0x30,
	0xc6, 0x98, 0xbd, 0x41, 0xc2, 0x14, 0x62, 0xd8, 0x4e, 0xa5, 0xa4}

// TestDecoderReadsBroadcast renders cells with all kinds of habits and has the decoder read what they say, and how each
// transmission was sent.
func TestDecoderReadsBroadcast(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	rng := rand.New(rand.NewPCG(99, 1))
	rates := map[int]float64{6: 1.92e6, 15: 3.84e6, 25: 7.68e6, 50: 15.36e6, 75: 23.04e6, 100: 23.04e6}
	sent, pages := 0, 0
	for i := range 36 {
		c := randomBroadcast(rng, i)
		habits := c.Broadcast
		periodRF, windowMS := 8, []int{10, 20, 40}[rng.IntN(3)]
		sib1 := plainSIB1(t, c, periodRF, windowMS)
		b, err := NewBroadcast(sib1, sib2)
		if err != nil {
			t.Fatal(err)
		}
		b.SIB1Habit, b.SIHabit, b.Paging = habits.SIB1Habit, habits.SIHabit, habits.Paging
		c.Broadcast = b
		m, err := NewMapper(c)
		if err != nil {
			t.Logf("%d: %v", i, err) // too narrow for what was drawn
			continue
		}
		rate := rates[c.PRB]
		e := Emission{Cell: c, CarrierHz: 2350e6, CFOHz: 600*rng.Float64() - 300, ClockPPM: 0.3, SFN: rng.IntN(1024), StartS: 0.002, RSRPdBFS: -45}
		for p := range e.Channel.PortGain {
			e.Channel.PortGain[p] = complex(1, 2*rng.Float64()-1)
		}
		s := Scene{FreqHz: 2350e6, RateHz: rate, NoiseDBFS: -65, Seed: uint64(i), Cells: []Emission{e}}
		block := &radio.Block{IQ: read(t, s, int(0.1*rate)), Tuning: radio.Tuning{FreqHz: s.FreqHz, RateHz: rate}}
		var found *lte.Observation
		for _, o := range decode.New(decode.Config{PPMRange: 2, FreqsHz: []float64{s.FreqHz}}).Decode(context.Background(), block) {
			if o.PCI == c.PCI && o.MIB != nil {
				found = &o
				break
			}
		}
		if found == nil || !bytes.Equal(bytes.TrimRight(found.SIB1Octets, "\x00"), bytes.TrimRight(sib1, "\x00")) {
			t.Errorf("%d: read %+v of %+v", i, found, c)
			continue
		}
		pages += found.Pages
		for n := int64(e.SFN * 10); n < int64(e.SFN*10)+97; n++ {
			for _, tx := range m.Transmissions(n) {
				if tx.RNTI != SIRNTI {
					continue
				}
				sent++
				ok := false
				for _, o := range found.OnAir {
					ok = ok || o.SFN == int(n/10)%1024 && o.Subframe == int(n%10) && o.CCE == tx.CCE && o.Aggregation == tx.Aggregation &&
						o.TBS == tx.DCI.TBS() && o.Format == tx.DCI.Format.String() && o.PRBs == tx.DCI.N && o.Distributed == tx.DCI.Distributed
				}
				if !ok {
					t.Errorf("%d: subframe %d: %+v of %+v not among %+v", i, n, tx.DCI, c, found.OnAir)
				}
			}
		}
	}
	t.Logf("%d transmissions, %d pages", sent, pages)
	if sent < 180 || pages < 60 {
		t.Errorf("%d transmissions, %d pages", sent, pages)
	}
}
