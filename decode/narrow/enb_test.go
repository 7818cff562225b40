package narrow_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
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

// sib1Of is a SIB1 of 18 octets and more that schedules n messages with this window and period.
func sib1Of(t testing.TB, c enb.Cell, n, windowMS, periodRF int) []byte {
	var list []any
	for i := range n {
		mapping := []any{}
		if i > 0 {
			mapping = append(mapping, fmt.Sprintf("sibType%d", 2+i))
		}
		list = append(list, table{"siPeriodicity": fmt.Sprintf("rf%d", periodRF), "sibMappingInfo": mapping})
	}
	digits := func(ds ...int64) (list []any) {
		for _, d := range ds {
			list = append(list, d)
		}
		return list
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

const (
	carrierHz = 1842.5e6
	levelDBFS = -40 // of a reference element
	dongleHz  = 2.4e6
)

// window renders what a receiver tuned to freqHz hears of a cell whose frame sfn begins at sample 0 of the count, from seconds
// startS on.
func window(t testing.TB, c enb.Cell, sfn int, freqHz, rateHz, startS, seconds, noiseDB float64, ch enb.Channel, seed uint64) radio.Block {
	t.Helper()
	s := enb.Scene{FreqHz: freqHz, RateHz: rateHz, StartS: startS, Seed: seed, Cells: []enb.Emission{
		{Cell: c, CarrierHz: carrierHz, SFN: sfn, RSRPdBFS: levelDBFS, Channel: ch},
	}}
	if !math.IsInf(noiseDB, 0) {
		s.NoiseDBFS = noiseDB
	}
	sig, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	b := radio.Block{Tuning: radio.Tuning{FreqHz: freqHz, RateHz: rateHz}, First: int64(math.Round(startS * rateHz)), IQ: make([]complex64, int(rateHz*seconds))}
	sig.Read(b.IQ)
	return b
}

// known is what the middle of the carrier tells of such a cell, wrong by what its decoder leaves, and a window that ends where b
// begins.
func known(c enb.Cell, sfn int, b *radio.Block, rng *rand.Rand) (radio.Block, lte.Observation) {
	off := func(reach float64) float64 {
		if rng == nil {
			return 0
		}
		return reach * (2*rng.Float64() - 1)
	}
	centre := radio.Block{Tuning: radio.Tuning{FreqHz: carrierHz, RateHz: b.Tuning.RateHz}}
	o := lte.Observation{
		FreqHz: carrierHz, PCI: c.PCI, Duplex: c.Duplex, CP: c.CP, Ports: c.Ports,
		FirstSample: off(0.5) * b.Tuning.RateHz / 1.92e6,
		Signal:      lte.Signal{CFOHz: off(5), ClockPPM: off(0.25)},
		MIB:         &lte.MIB{PRB: c.PRB, SFN: sfn, PHICHDuration: c.PHICHDuration, PHICHResource: c.PHICHResource},
	}
	return centre, o
}

// tuned is the middle of the window of count resource blocks from first on.
func tuned(prb, first, count int) float64 {
	return carrierHz + 180e3*(float64(first)+float64(count)/2-float64(prb)/2)
}

// filled is a cell with the defaults of package enb written out.
func filled(c enb.Cell) enb.Cell {
	if c.Duplex == lte.DuplexUnknown {
		c.Duplex = lte.FDD
	}
	if c.CP == lte.CPUnknown {
		c.CP = lte.NormalCP
	}
	if c.Ports == 0 {
		c.Ports = 1
	}
	if c.PHICHDuration == 0 {
		c.PHICHDuration = lte.PHICHNormal
	}
	if c.PHICHResource == 0 {
		c.PHICHResource = lte.PHICHOne
	}
	return c
}
