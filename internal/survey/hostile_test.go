package survey

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/verdict"
)

func readMessage(entry int, octets []byte) lte.SIMessage {
	out := lte.SIMessage{Entry: entry, Octets: octets, CRCs: 1}
	if m, err := rrc.Decode(rrc.BCCHDLSCH, octets); err == nil {
		for _, b := range m.SIBs() {
			out.SIBs = append(out.SIBs, lte.SIBContent{Type: b.Type, JSON: rrc.AppendJSON(nil, b.Value)})
		}
	}
	return out
}

// hostile lets a guilty cell, and with it whatever else a transmitter can say, go through register and rules.
func hostile(sib1 *lte.SIB1, octets []byte, more [][]byte) verdict.Verdict {
	reg := cell.NewRegister(cell.Config{PPMRange: 1})
	scene := verdict.NewScene(verdict.Config{})
	var v verdict.Verdict
	rules := verdict.Rules()
	for i := range 6 {
		o := lte.Observation{FreqHz: 1840e6, CaptureHz: 1840e6, RateHz: 1.92e6, PCI: 7, Duplex: lte.FDD, CP: lte.NormalCP, Ports: 1,
			FirstSample: float64(i) * 614400, MIB: &lte.MIB{PRB: 25, SFN: i * 32 % 1024}, MIBCRCs: 8, Signal: lte.Signal{SINRdB: 20, CFOSEHz: 5}}
		o.SIB1, o.SIB1Octets, o.SIB1CRCs = sib1, octets, 4
		o.Messages = []lte.SIMessage{{Entry: 1, CRCs: 1, Octets: []byte{1}, SIBs: []lte.SIBContent{
			{Type: 3, JSON: []byte(`{"cellReselectionServingFreqInfo":{"cellReselectionPriority":2}}`)},
			{Type: 7, JSON: []byte(`{"carrierFreqsInfoList":[{"carrierFreqs":{"startingARFCN":1},"commonInfo":{"cellReselectionPriority":7}}]}`)}}}}
		for k, b := range more {
			o.Messages = append(o.Messages, readMessage(k%9, b))
			if s := rrc.ReadSIB1(b); s != nil && i%2 == 1 {
				o.SIB1Others = append(o.SIB1Others, lte.OtherSIB1{SIB1: s, Octets: b, CRCs: 2})
			}
		}
		at := float64(i) * 0.32
		news := reg.Add(cell.Look{StartS: at, EndS: at + 0.32, First: int64(i) * 614400, RateHz: 1.92e6, Obs: []lte.Observation{o}})
		scene.At(at+0.32, time.Time{}, nil)
		for _, c := range news.Seen {
			scene.Put(c)
		}
		for _, c := range news.Seen {
			w := scene.Judge(rules, c)
			if c.Identity != nil && c.Identity.SIB1.ECI == sib1.ECI {
				v = w
			}
		}
	}
	return v
}

func rulesOf(v verdict.Verdict) (out []string) {
	for _, f := range v.Findings {
		out = append(out, f.Rule)
	}
	return out
}

// guilty is a SIB1 that no network sends: the test network on another band's number.
func guilty() *lte.SIB1 {
	return &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: lte.PLMN{MCC: 1, MNC: 1, MNCDigits: 2}}}, ECI: 0xfffffff, TAC: 0xfffe, FreqBandIndicator: 7, QRxLevMinDBm: -120, SIWindowMS: 20,
		Schedule: []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{3, 7}}}}
}

var mustFind = []string{"ID-05", "ID-06", "ID-08", "RS-04"}

// FuzzVerdict: no octets that a transmitter sends beside what it is guilty of crash a rule, or silence one.
func FuzzVerdict(f *testing.F) {
	for _, text := range []string{
		"00000ce1bf788800ca01e00100000801829945ab9c30c6998801c0", "48480a1c2a8ba0a0a0a0", "0003", "", "ff",
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, []byte{}, uint8(3))
		f.Add(b, b, uint8(79)) // more contents than are kept
	}
	f.Fuzz(func(t *testing.T, a, b []byte, n uint8) {
		var more [][]byte
		for i := range int(n % 80) { // a flood of contents, each another one
			x := slices.Clone(a)
			if len(x) > 0 {
				x[len(x)-1] ^= byte(i)
			}
			more = append(more, x)
		}
		more = append(more, b)
		v := hostile(guilty(), []byte{0x40, 1}, more)
		for _, r := range mustFind {
			if !slices.Contains(rulesOf(v), r) {
				t.Fatalf("%s is silent: %v", r, rulesOf(v))
			}
		}
		if s := rrc.ReadSIB1(a); s != nil { // and whatever the octets say of themselves is judged
			hostile(s, a, [][]byte{b})
		}
	})
}
