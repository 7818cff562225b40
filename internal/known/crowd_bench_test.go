//go:build bench && unix

package known

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

var crowdInto = flag.String("into", "", "write the generated database to this file and do no more: to import it with the program")

var crowdFrom = flag.String("from", "", "measure look-ups in this imported database and do no more")

var crowdRows = flag.Int("rows", 15_000_000, "lines of the crowd database to generate, of which two in three are LTE")

// TestCrowdMillions imports a generated OpenCellID file and measures the import and each kind of look-up.
func TestCrowdMillions(t *testing.T) {
	if *crowdInto != "" {
		crowdFile(t, *crowdInto, *crowdRows, 9)
		return
	}
	if *crowdFrom != "" {
		lookups(t, *crowdFrom, nil)
		return
	}
	debug.SetGCPercent(10) // as the program does
	dir := t.TempDir()
	path, out := filepath.Join(dir, "cells.csv.gz"), filepath.Join(dir, "x.crowd")
	all := crowdFile(t, path, *crowdRows, 9)
	ask := make([]CrowdCell, 20000)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range ask {
		ask[i] = all[rnd.IntN(len(all))]
	}
	n := len(all)
	all = nil
	debug.FreeOSMemory()
	st, _ := os.Stat(path)
	t.Logf("%d lines, %d LTE, %d MB gzip", *crowdRows, n, st.Size()>>20)
	rss := peak()
	user, wall := cpu(), time.Now()
	rep, err := ImportCrowd(t.Context(), path, out)
	if err != nil || rep.Kept != n {
		t.Fatal(rep, err)
	}
	t.Logf("import: %.1f s, %.1f s of CPU; resident at most %d MB (before: %d MB)", time.Since(wall).Seconds(), cpu()-user, peak()>>20, rss>>20)
	lookups(t, out, ask)
}

// lookups measures each kind of look-up at these cells.
func lookups(t *testing.T, path string, ask []CrowdCell) {
	c, err := OpenCrowd(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if ask == nil {
		rnd := rand.New(rand.NewPCG(5, 6))
		for range 20000 {
			ask = append(ask, c.cell(c.row(rnd.IntN(c.Len()))))
		}
	}
	// Processor time of this thread: what others do on the machine does not count.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for what, look := range map[string]func(CrowdCell) int{
		"ECI": func(x CrowdCell) int { return len(slices.Collect(c.ByECI(x.PLMN, x.ECI))) },
		"all within 5 km": func(x CrowdCell) (n int) {
			for range c.Near(x.Place, 5e3) {
				n++
			}
			return n
		},
		"all within 11 km": func(x CrowdCell) (n int) { // of 2 million as many as of 10 million within 5 km
			for range c.Near(x.Place, 11.2e3) {
				n++
			}
			return n
		},
		"one PCI within 20 km": func(x CrowdCell) (n int) {
			for range c.ByPCI(x.PCI, x.Place, 20e3) {
				n++
			}
			return n
		},
	} {
		var took []time.Duration
		cells := 0
		for _, x := range ask {
			start := threadTime()
			cells += look(x)
			took = append(took, threadTime()-start)
		}
		slices.Sort(took)
		t.Logf("%-20s p50 %v, p99 %v, worst %v; %d cells on average", what, took[len(took)/2], took[len(took)*99/100], took[len(took)-1], cells/len(ask))
	}
	t.Logf("resident at most %d MB", peak()>>20)
}
