package decode_test

import (
	"context"
	"math"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
	"github.com/straycell/straycell/radio"
)

// A cell is read, in its place, at any sample rate from 1.92 Msps up, whether or not it divides into subcarriers.
func TestSampleRates(t *testing.T) {
	for _, rate := range []float64{1.92e6, 2e6, 2.048e6, 2.4e6, 2.5e6, 2.56e6, 2.88e6, 3.2e6, 5e6, 8.1234e6, 10e6, 20e6} {
		if testing.Short() && rate > 3e6 {
			continue
		}
		const freq = 806e6
		carrier := freq + 100e3*math.Round((rate/2-0.7e6)/100e3)
		sc := enb.Scene{FreqHz: freq, RateHz: rate, BandHz: rate, NoiseDBFS: -60, Seed: 5, ADC: enb.ADC{Bits: 8}, Cells: []enb.Emission{{
			Cell: enb.Cell{PCI: 277, PRB: 6, Ports: 2}, CarrierHz: carrier, CFOHz: 4321, ClockPPM: 5.4, SFN: 1022, StartS: 0.00312345, RSRPdBFS: -45,
			Channel: enb.Channel{PortGain: [4]complex128{1, 0.8i}}}}}
		sig, err := sc.Open()
		if err != nil {
			t.Fatal(err)
		}
		iq := make([]complex64, int(rate*0.08))
		sig.Read(iq)
		const first = 12345
		got := decode.New(decode.Config{}).Decode(context.Background(), &radio.Block{IQ: iq, First: first, Tuning: radio.Tuning{FreqHz: freq, RateHz: rate}})
		if len(got) != 1 || got[0].MIB == nil {
			t.Errorf("%.4f Msps: %d observations: %+v", rate/1e6, len(got), got)
			continue
		}
		o := got[0]
		frames := (o.FirstSample - first - 0.00312345*rate) / (0.01 * rate)
		if o.PCI != 277 || o.Duplex != lte.FDD || o.Ports != 2 || o.MIB.PRB != 6 ||
			math.Abs(o.FreqHz+o.Signal.CFOHz-carrier-4321) > 50 || math.Abs(o.Signal.ClockPPM-5.4) > 0.7 ||
			math.Abs(frames-math.Round(frames)) > 1e-4 || o.FirstSample < first || (1022+int(math.Round(frames))-o.MIB.SFN)%1024 != 0 {
			t.Errorf("%.4f Msps: %+v MIB %+v, frames %.5f", rate/1e6, o, o.MIB, frames)
		}
	}
}
