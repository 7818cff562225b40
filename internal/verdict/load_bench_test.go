//go:build bench && unix

package verdict

import (
	"fmt"
	"runtime/debug"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// TestLoad judges 10,000 cells of one operator, 500 on each carrier, observed 100 times a second against a list of them all.
func TestLoad(t *testing.T) {
	debug.SetGCPercent(10) // as the program does
	const cells, seconds = 10000, 100
	var b strings.Builder
	b.WriteString(listHead)
	all := make([]cell.Cell, cells)
	for i := range all {
		eci := lte.ECI(61200+i)<<8 | 1
		c := macro(i%500, eci)
		hz := 1810e6 + 1e6*float64(i/500)
		c.Transmitter, c.Carrier, c.Best.FreqHz = fmt.Sprintf("t%d", i+1), cell.PlaceCarrier(hz, 0, 2, lte.FDD), hz
		all[i] = c
		fmt.Fprintf(&b, "450-08,%d,%d,%d,20,2,4610,%.4f,%.4f,macro,active,,\n", eci, c.PCI, c.EARFCN, 37.4+0.2*float64(i%100)/100, 126.8+0.2*float64(i/100)/100)
	}
	set, _, err := known.Read(strings.NewReader(b.String()), "kt.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewScene(Config{Set: set})
	here := &known.Place{Lat: 37.5, Lon: 126.9}
	s.At(100, newStage().now, here)
	for i := range all {
		s.Put(all[i])
	}
	at, n := cpuS(), 0
	rules := Rules()
	for sec := range seconds {
		for k := range 100 {
			i := (sec*100 + k) % cells
			c := all[i]
			c.LastS = 100 + float64(sec)
			c.Identity.LastS = c.LastS
			s.At(c.LastS, atDawn, here)
			s.Put(c)
			v := s.Judge(rules, c)
			n += len(v.Findings)
		}
	}
	used := cpuS() - at
	t.Logf("%d verdicts, %d findings: %.1f s of CPU in %d s of signal: %.2f %% of a core, %.0f us each", seconds*100, n, used, seconds, 100*used/seconds, used/seconds/100*1e6)
}

var atDawn = newStage().now

func cpuS() float64 {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
