//go:build bench && linux

package tui

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/straycell/straycell/internal/survey"
)

// openTerminal is a terminal of our own: what is written to one end is typed at the other.
func openTerminal(t *testing.T, width, height uint16) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: height, Col: width}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close(); slave.Close() })
	return master, slave
}

// reader notes what the terminal is sent, and when a text was last in it.
type reader struct {
	mu    sync.Mutex
	bytes int
	tail  []byte
	want  []byte
	seen  chan time.Time
}

func (r *reader) run(f *os.File) {
	b := make([]byte, 1<<16)
	for {
		n, err := f.Read(b)
		now := time.Now()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.bytes += n
		r.tail = append(r.tail, b[:n]...)
		if r.want != nil && bytes.Contains(r.tail, r.want) {
			r.want = nil
			r.seen <- now
		}
		r.tail = r.tail[max(0, len(r.tail)-256):]
		r.mu.Unlock()
	}
}

// wait is how long it takes from typing a key to a text on the terminal.
func (r *reader) wait(t *testing.T, f *os.File, key, text string) time.Duration {
	r.mu.Lock()
	r.want, r.tail = []byte(text), nil
	r.mu.Unlock()
	start := time.Now()
	f.WriteString(key)
	select {
	case at := <-r.seen:
		return at.Sub(start)
	case <-time.After(10 * time.Second):
		t.Fatalf("%q is not on the terminal after %q", text, key)
		return 0
	}
}

func processorTime() time.Duration {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestLoad has 500 cells change ten times a second on a terminal, and presses keys meanwhile. Figures go to docs/measured.md.
func TestLoad(t *testing.T) {
	for _, size := range [][2]uint16{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			master, slave := openTerminal(t, size[0], size[1])
			out := &reader{seen: make(chan time.Time, 1)}
			go out.run(master)
			s := New(Options{Source: "sim:", In: slave, Out: slave, Operators: operators})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()

			var beats [10][]survey.Event // made beforehand: to make them is not the screen's work
			for i := range beats {
				beats[i] = append(crowd(float64(i)), look(float64(i), 1840e6, 256))
			}
			stop := make(chan struct{})
			var feeding sync.WaitGroup
			feeding.Go(func() {
				tick := time.NewTicker(100 * time.Millisecond)
				defer tick.Stop()
				for i := 0; ; i++ {
					select {
					case <-tick.C:
						for _, e := range beats[i%len(beats)] {
							s.Put(e)
						}
					case <-stop:
						return
					}
				}
			})
			time.Sleep(2 * time.Second)
			start, used := time.Now(), processorTime()
			time.Sleep(10 * time.Second)
			share := float64(processorTime()-used) / float64(time.Since(start))
			var took []time.Duration
			for i := range 100 {
				took = append(took, out.wait(t, master, "/", "search operator"))
				time.Sleep(time.Duration(37+i) * time.Millisecond)
				master.WriteString("\r")
				time.Sleep(150 * time.Millisecond)
			}
			close(stop)
			feeding.Wait()
			cancel()
			<-ended
			slices.Sort(took)
			out.mu.Lock()
			defer out.mu.Unlock()
			t.Logf("%.1f %% of a core; a key is on the screen after %v, 95 of 100 within %v, all within %v; %d kB to the terminal",
				100*share, took[50].Round(100*time.Microsecond), took[95].Round(100*time.Microsecond), took[99].Round(100*time.Microsecond), out.bytes/1000)
		})
	}
}
