//go:build bench && unix

package cell

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/straycell/straycell/decode/lte"
)

var (
	loadHours = flag.Float64("hours", 24, "simulated hours at 100 observations a second")
	loadRate  = flag.Float64("rate", 100, "observations a second")
)

// TestLoad keeps 10,000 cells in view, each observed in turn, and tells what that costs of a core and of memory.
func TestLoad(t *testing.T) {
	debug.SetGCPercent(10) // as the program does
	const cells, perLook = 10000, 32
	r, rnd := testRegister(), seeded()
	masts := make([]mast, cells)
	for i := range masts {
		masts[i] = mast{pci: lte.PCI(i % lte.PCIs), rxHz: 1805.3e6 + 10e6*float64(i/lte.PCIs), ppm: 20 + 0.05*rnd.NormFloat64(), at: rnd.Float64(), sinr: 10, prb: 50}
	}
	sib := make([][]lte.SIMessage, cells)
	for i := range sib {
		for e := range 4 {
			sib[i] = append(sib[i], lte.SIMessage{Entry: e + 1, CRCs: 1, Octets: fmt.Appendf(nil, "%d message %d", i, e), SIBs: []lte.SIBContent{{Type: lte.SIBType(e + 2), JSON: fmt.Appendf(nil, `{"cell":%d}`, i)}}})
		}
	}
	lookS := perLook / *loadRate
	next, used, generating := 0, 0.0, 0.0
	at := cpuS()
	hour := 0.0
	for s := 0.0; s < *loadHours*3600; s += lookS {
		l := Look{StartS: s, EndS: s + min(lookS, 0.32), First: int64(s * testRate), RateHz: testRate}
		for range perLook {
			i := next
			next = (next + 1) % cells
			o := masts[i].see(l, rnd)
			o.CaptureHz = masts[i].rxHz
			o.SIB1 = &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: kt}}, ECI: lte.ECI(i), TAC: 7, Schedule: make([]lte.SIGroup, 4)}
			o.SIB1Octets, o.SIB1CRCs, o.Messages = fmt.Appendf(nil, "SIB1 of %d", i), 4, sib[i]
			o.OnAir = []lte.SITransmission{{SFN: int(s*100) % 1024, Subframe: 5, CFI: 2, Aggregation: 4, PRBs: 6, TBS: 144}}
			l.Obs = append(l.Obs, o)
		}
		made := cpuS()
		generating += made - at
		r.Add(l)
		at = cpuS()
		used += at - made
		if s >= hour*3600 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			t.Logf("hour %4.1f: %d cells, heap %d MB, %.2f %% of a core", hour, len(r.accepted), m.HeapAlloc>>20, 100*used/max(s, lookS))
			hour += *loadHours / 12
			at = cpuS()
		}
	}
	if n := len(r.Cells()); n != cells {
		t.Errorf("%d cells", n)
	}
	t.Logf("%.0f s of CPU in %.0f s of signal: %.2f %% of a core", used, *loadHours*3600, 100*used / *loadHours / 3600)
}

func cpuS() float64 {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
