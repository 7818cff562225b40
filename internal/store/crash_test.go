//go:build linux

package store

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
	lib "modernc.org/sqlite/lib"
)

var moments = flag.Int("moments", 0, "how many moments a process is killed or the power cut at; 0: a few, as fits a test run")

// intact reads a survey that was cut off: it opens, every page and row is whole, and the looks are the first ones taken,
// without a hole. It returns how many there are.
func intact(path string) (looks int, err error) {
	s, err := Open(path)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	var ok string
	if err := s.conn.QueryRowContext(context.Background(), "PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		return 0, fmt.Errorf("integrity: %s %v", ok, err)
	}
	want := pace
	for e, err := range s.Steps() {
		if err != nil {
			return 0, err
		}
		if l, ok := e.(survey.Look); ok {
			if want.everyS*float64(looks) != l.StartS || len(l.Obs) != perTuning {
				return 0, fmt.Errorf("look %d: at %g s with %d observations", looks, l.StartS, len(l.Obs))
			}
			looks++
		}
	}
	for _, err := range s.Events("") {
		if err != nil {
			return 0, err
		}
	}
	return looks, nil
}

// pace is the survey that is cut off: a look every 5 ms of the clock on the wall.
var pace = world{cells: 60, looks: 1 << 20, everyS: 0.25, seed: 3}

const paceEvery = 5 * time.Millisecond

// takeAtPace feeds a writer with looks until stop, and tells of each one it took.
func takeAtPace(w *Writer, stop <-chan struct{}, took func(looks int)) {
	n := 0
	tick := time.NewTicker(paceEvery)
	defer tick.Stop()
	cfg := survey.Config{Sinks: []survey.Sink{{Name: "store", Live: true, Looks: true, Take: func(e survey.Event) error {
		select {
		case <-stop:
			return os.ErrClosed
		default:
		}
		err := w.Take(e)
		if e.Kind() == "progress" { // the look before it is queued now
			n++
			took(n)
			<-tick.C
		}
		return err
	}}}}
	survey.Replay(context.Background(), cfg, "test", pace.steps())
}

// The power goes at any moment: what was not synced is lost, wholly or in part. Every file opens, no row is torn, and the
// last second at most is missing.
func TestPowerCut(t *testing.T) {
	runFor, cuts := 1500*time.Millisecond, 25
	if testing.Short() {
		cuts = 10
	}
	if *moments > 0 {
		runFor, cuts = 6*time.Second, *moments
	}
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "a.survey"), Options{vfs: useShim(t)})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var taken []time.Time
	stop := make(chan struct{})
	time.AfterFunc(runFor, func() { close(stop) })
	takeAtPace(w, stop, func(int) {
		mu.Lock()
		defer mu.Unlock()
		taken = append(taken, time.Now())
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	shim.mu.Lock()
	log := shim.log
	shim.mu.Unlock()
	first := 0 // the file's name lasts once Create returned
	for i, o := range log {
		if o.kind == "sync" {
			first = i + 1
			break
		}
	}
	rng := rand.New(rand.NewPCG(9, uint64(cuts)))
	var worst time.Duration
	for _, torn := range []bool{false, true} {
		for range cuts {
			n := first + rng.IntN(len(log)-first+1)
			at := log[min(n, len(log)-1)].at
			var lot *rand.Rand
			if torn {
				lot = rng
			}
			dir := t.TempDir()
			cutPower(t, dir, log[:n], lot)
			path := filepath.Join(dir, "a.survey")
			looks, err := 0, error(nil)
			if _, missing := os.Stat(path); missing == nil {
				looks, err = intact(path)
			}
			if err != nil && !(looks == 0 && early(err, at, taken)) {
				t.Fatalf("power cut after operation %d of %d, torn %v: %v", n, len(log), torn, err)
			}
			if looks < len(taken) && taken[looks].Before(at) {
				worst = max(worst, at.Sub(taken[looks]))
			}
		}
	}
	t.Logf("%d file operations, %d looks; %d cuts, and as many with torn writes: at most %v lost", len(log), len(taken), cuts, worst.Round(time.Millisecond))
	if worst > time.Second && *moments > 0 {
		t.Errorf("%v of looks lost", worst)
	}
}

// early excuses a file without its schema in the moment of its creation: nothing was taken yet.
func early(err error, at time.Time, taken []time.Time) bool {
	return strings.Contains(err.Error(), errNotASurvey.Error()) && (len(taken) == 0 || at.Before(taken[0]))
}

// A survey's process is killed at any moment.
func TestKill(t *testing.T) {
	if path := os.Getenv("STORE_TEST_CHILD"); path != "" {
		child(path)
	}
	kills, atOnce := 6, 3
	if testing.Short() {
		kills = 2
	}
	if *moments > 0 {
		kills = *moments
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(4, 5))
	type end struct {
		lost time.Duration
		err  error
	}
	ends := make(chan end)
	free := make(chan struct{}, atOnce)
	for i := range kills {
		after := time.Duration(rng.Int64N(int64(2500 * time.Millisecond)))
		go func() {
			free <- struct{}{}
			defer func() { <-free }()
			lost, err := killed(filepath.Join(dir, strconv.Itoa(i)+".survey"), after)
			ends <- end{lost, err}
		}()
	}
	var worst time.Duration
	for range kills {
		e := <-ends
		if e.err != nil {
			t.Error(e.err)
		}
		worst = max(worst, e.lost)
	}
	t.Logf("%d processes killed: at most %v lost", kills, worst.Round(time.Millisecond))
	if worst > time.Second && *moments > 0 {
		t.Errorf("%v of looks lost", worst)
	}
}

// child is the process that is killed: it tells of every look it took.
func child(path string) {
	w, err := Create(path, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	takeAtPace(w, nil, func(n int) { os.Stdout.WriteString(strconv.Itoa(n) + "\n") })
	os.Exit(0)
}

// killed runs a child, kills it some time after its first look, and returns how much of what it took its file lacks.
func killed(path string, after time.Duration) (lost time.Duration, err error) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), "STORE_TEST_CHILD="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var taken []time.Time
	lines := bufio.NewScanner(out)
	if lines.Scan() {
		taken = append(taken, time.Now())
	}
	var at time.Time
	time.AfterFunc(after, func() {
		at = time.Now()
		cmd.Process.Kill()
	})
	for lines.Scan() {
		taken = append(taken, time.Now())
	}
	cmd.Wait()
	looks, err := intact(path)
	if err != nil {
		return 0, fmt.Errorf("killed after %v: %w", after, err)
	}
	if looks < len(taken) {
		lost = at.Sub(taken[looks])
	}
	return lost, nil
}

// A disk that refuses for a while: the survey goes on, it is said when it begins and when it ends, and nothing is missing
// that memory could hold.
func TestRefusingDisk(t *testing.T) {
	for name, code := range map[string]int32{"full": lib.SQLITE_FULL, "read-only": lib.SQLITE_READONLY, "broken": lib.SQLITE_IOERR_FSYNC} {
		path := filepath.Join(t.TempDir(), "a.survey")
		var mu sync.Mutex
		var said []string
		w, err := Create(path, Options{vfs: useShim(t), Alarm: func(text string) {
			mu.Lock()
			defer mu.Unlock()
			said = append(said, text)
		}})
		if err != nil {
			t.Fatal(err)
		}
		stop := make(chan struct{})
		time.AfterFunc(200*time.Millisecond, func() { shimRefuse(code) })
		time.AfterFunc(1000*time.Millisecond, func() { shimRefuse(0) })
		time.AfterFunc(1800*time.Millisecond, func() { close(stop) })
		n := 0
		takeAtPace(w, stop, func(looks int) { n = looks })
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		looks, err := intact(path)
		if err != nil || looks < n {
			t.Errorf("%s: %d of %d looks, %v", name, looks, n, err)
		}
		mu.Lock()
		if len(said) != 2 || !strings.Contains(said[0], "nothing is stored until this is mended") || !strings.Contains(said[1], "written again, nothing is missing") {
			t.Errorf("%s: %q", name, said)
		}
		mu.Unlock()
	}
}

// What memory cannot hold until then is dropped, and the file says what.
func TestHole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.survey")
	w, err := Create(path, Options{vfs: useShim(t), dropAbove: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	shimRefuse(lib.SQLITE_FULL)
	n := 0
	for e := range (world{cells: 10, looks: 400, everyS: 1}).steps() {
		if w.Take(e); e.Kind() == "look" {
			n++
		}
		if n == 20 {
			for w.refusing() == nil {
				time.Sleep(time.Millisecond)
			}
		}
	}
	shimRefuse(0)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := open(t, path).Count()
	if err != nil || len(c.Holes) != 1 || c.Looks == 0 || c.Looks >= n || !strings.Contains(c.Holes[0], fmt.Sprintf("%d looks", n-c.Looks)) {
		t.Errorf("%d taken: %+v %v", n, c, err)
	}
}

func (w *Writer) refusing() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.failing
}

// A disk that cannot even take the file: the survey begins all the same.
func TestCreateLater(t *testing.T) {
	useShim(t)
	shimRefuse(lib.SQLITE_FULL)
	defer shimRefuse(0)
	path := filepath.Join(t.TempDir(), "a.survey")
	said := make(chan string, 9)
	w, err := Create(path, Options{vfs: "shim", Alarm: func(text string) { said <- text }})
	if err != nil {
		t.Fatal(err)
	}
	if text := <-said; !strings.Contains(text, "full") {
		t.Error(text)
	}
	shimRefuse(0)
	if text := <-said; !strings.Contains(text, "written again") {
		t.Error(text)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := intact(path); err != nil {
		t.Error(err)
	}
	if _, err := Create(path, Options{}); err == nil {
		t.Error("a file was replaced")
	}
	if _, err := Create(filepath.Join(t.TempDir(), "none", "a.survey"), Options{}); err == nil {
		t.Error("a folder that is not there")
	}
}
