//go:build bench && linux

package store

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

var hours = flag.Float64("hours", 24, "of the simulated survey")

// written is how many octets this process gave to write calls.
func written(t *testing.T) (n int64) {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fmt.Sscanf(line, "wchar: %d", &n)
	}
	return n
}

// resident memory in megabytes.
func resident(t *testing.T) float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return float64(pages) * float64(os.Getpagesize()) / 1e6
}

// A day of a dongle that sweeps 30 tunings with 10 cells each, a look every 0.37 s, a commit every half second of signal as
// live: how large the file gets, what memory does, and how much is written for it. TMPDIR=/dev/shm spares the disk.
func TestDay(t *testing.T) {
	const everyS = 0.37
	path := filepath.Join(t.TempDir(), "day.survey")
	w, err := Create(path, Options{Meta: Meta{Program: "day"}, every: 1000 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	began, start := written(t), time.Now()
	var payload int64
	committedS, hour, largest := 0.0, 0.0, int64(0)
	var early, late float64 // resident
	x := world{cells: 300, looks: int(*hours * 3600 / everyS), everyS: everyS, seed: 7}
	cfg := survey.Config{Sinks: []survey.Sink{{Name: "store", Live: true, Looks: true, Take: func(e survey.Event) error {
		err := w.Take(e)
		l, ok := e.(survey.Look)
		if !ok {
			return err
		}
		if l.StartS-committedS >= 0.5 {
			committedS = l.StartS
			for _, in := range w.queue {
				payload += int64(in.size)
			}
			w.flush()
		}
		if l.StartS >= hour*3600 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			late = resident(t)
			if early == 0 && hour >= 4 {
				early = late
			}
			st, err := os.Stat(path)
			if err != nil {
				return err
			}
			wal, _ := os.Stat(path + "-wal")
			size := st.Size() + wal.Size()
			largest = max(largest, size)
			t.Logf("%2.0f h: file %.1f MB, heap %.1f MB, resident %.0f MB, written %.0f MB, %.0f s", hour, float64(size)/1e6, float64(m.HeapAlloc)/1e6,
				late, float64(written(t)-began)/1e6, time.Since(start).Seconds())
			hour += 2
		}
		return err
	}}}}
	if _, err := survey.Replay(context.Background(), cfg, "day", x.steps()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	largest = max(largest, st.Size())
	c, err := open(t, path).Count()
	if err != nil {
		t.Fatal(err)
	}
	out := written(t) - began
	t.Logf("%.0f h, %d observations taken: file %.1f MB, largest %.1f MB; %d looks and %d observations in it; %s", *hours, x.looks*perTuning,
		float64(st.Size())/1e6, float64(largest)/1e6, c.Looks, c.Observations, strings.Join(c.Thinned, "; "))
	t.Logf("written %.2f GB, %.1f times the file, %.1f times the rows as they came", float64(out)/1e9, float64(out)/float64(st.Size()), float64(out)/float64(payload))
	if largest > 200e6 {
		t.Errorf("%.0f MB", float64(largest)/1e6)
	}
	if early > 0 && late > early*1.2 {
		t.Errorf("memory grew from %.0f to %.0f MB", early, late)
	}
}
