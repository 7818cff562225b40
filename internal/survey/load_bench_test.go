//go:build bench && unix

package survey

import (
	"fmt"
	"iter"
	"math"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
)

// TestLoad takes 10,000 listed cells of one operator, 500 on each carrier, through register and rules, 100 observations a second.
func TestLoad(t *testing.T) {
	debug.SetGCPercent(10) // as the program does
	const carriers, each, perLook, warmS, seconds = 20, 500, 8, 110, 200
	kt := lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}
	var b strings.Builder
	b.WriteString("plmn,eci,pci,earfcn,bandwidth_mhz,ports,tac,lat,lon,class,state\n")
	for i := range carriers * each {
		fmt.Fprintf(&b, "450-08,%d,%d,%d,10,2,4610,%.4f,%.4f,macro,active\n", (61200+i)<<8|1, i%each, 1200+10*(i/each), 37.4+0.2*float64(i%100)/100, 126.8+0.2*float64(i/100)/100)
	}
	set, _, err := known.Read(strings.NewReader(b.String()), "kt.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	said := []lte.SIBContent{{Type: 3, JSON: []byte(`{"cellReselectionServingFreqInfo":{"cellReselectionPriority":5},"cellReselectionInfoCommon":{"qHyst":"dB4"}}`)}}
	const rate, lookS = 1.92e6, perLook / 100.0
	var warm, used float64
	steps := func(yield func(Event, error) bool) {
		next := 0
		for n := 0; float64(n)*lookS < seconds; n++ {
			s := float64(n) * lookS
			if warm == 0 && s >= warmS {
				warm = cpuUsed()
			}
			e := Look{StartS: s, EndS: s + lookS, First: int64(s * rate), Tuning: radio.Tuning{FreqHz: 1825e6, RateHz: rate}, Time: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC).Add(time.Duration(s * 1e9))}
			for range perLook {
				i := next
				next = (next + 1) % (carriers * each)
				at := math.Mod(float64(i)*0.000137, 10.24)
				frame := math.Ceil((s - at) / 0.01)
				o := lte.Observation{StartS: s, EndS: e.EndS, FreqHz: 1805e6 + 1e6*float64(i/each), CaptureHz: 1825e6, RateHz: rate, PCI: lte.PCI(i % each), Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2,
					FirstSample: (at + frame*0.01) * rate, MIBCRCs: 2, Signal: lte.Signal{RSRPdBFS: -60, SINRdB: 8, CFOHz: 20 * math.Sin(float64(i)), CFOSEHz: 3, ClockSE: 0.3}}
				o.MIB = &lte.MIB{PRB: 50, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOneSixth, SFN: ((int(frame) % 1024) + 1024) % 1024}
				o.SIB1 = &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: kt}}, ECI: lte.ECI((61200+i)<<8 | 1), TAC: 4610, QRxLevMinDBm: -124, FreqBandIndicator: 3, SIWindowMS: 20,
					Schedule: []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{3}}, {PeriodRF: 32, SIBs: []lte.SIBType{5}}}}
				o.SIB1Octets, o.SIB1CRCs, o.Messages = fmt.Appendf(nil, "H%d", i), 3, []lte.SIMessage{{Entry: 1, CRCs: 1, Octets: []byte{1}, SIBs: said}}
				e.Obs = append(e.Obs, o)
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	cfg := Config{Known: set, Here: &known.Place{Lat: 37.5, Lon: 126.9}, Decode: decode.Config{PPMRange: 1}}
	sum, err := Replay(t.Context(), cfg, "load", iter.Seq2[Event, error](func(yield func(Event, error) bool) {
		steps(yield)
		used = cpuUsed() - warm
	}))
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for i := range sum.Cells {
		states[sum.Cells[i].Known+" "+sum.Cells[i].Level]++
	}
	t.Logf("%d cells %v; %.1f s of CPU in %.0f s of signal: %.2f %% of a core", len(sum.Cells), states, used, seconds-warmS*1.0, 100*used/(seconds-warmS))
}

func cpuUsed() float64 {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
