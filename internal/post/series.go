package post

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/store"
)

// series is the stored surveys of a post, one file after the other, numbered: the clock may be wrong for a while after a power
// cut, numbers are not. Those in which nothing was found are routine; those with a stray cell are evidence and lie apart.
type series struct {
	routine, evidence string // folders
	budgetBytes       int64
	say               func(string, ...any)

	mu     sync.Mutex
	next   int
	now    map[int]*episode // by radio
	want   bool
	used   int64
	tossed int64
}

type episode struct {
	path    string
	bundles string
	worst   Severity
}

const (
	surveyEnd   = ".survey"
	budgetEvery = time.Minute
	leastBudget = 16 << 20
)

// openSeries takes up the series where it ended. A file that a power cut left is made whole.
func openSeries(dir string, budget int64, say func(string, ...any)) (*series, error) {
	s := &series{routine: filepath.Join(dir, "surveys"), evidence: filepath.Join(dir, "evidence"), budgetBytes: max(budget, leastBudget), say: say, now: map[int]*episode{}, next: 1}
	for _, d := range []string{s.routine, s.evidence} {
		if err := os.MkdirAll(d, 0o750); err != nil {
			return nil, fmt.Errorf("post: %w", err)
		}
		for _, f := range s.files(d) {
			s.next = max(s.next, f.number+1)
			if _, err := os.Stat(f.path + "-wal"); err == nil {
				s.mend(f.path)
			}
		}
	}
	return s, nil
}

// mend folds what a power cut left beside a survey into its file.
func (s *series) mend(path string) {
	x, err := store.Open(path)
	if err != nil {
		s.say("%s: what the power cut left cannot be read: %v", path, err)
		return
	}
	defer x.Close()
	worst := SeverityUnknown
	for e, err := range x.Events("alert") {
		if err == nil && e != nil {
			worst = Critical
		}
	}
	s.say("%s: a survey that was cut off; what was stored of it is whole", path)
	if worst > SeverityUnknown {
		s.set(path)
	}
}

// begin begins the file of a radio's next survey.
func (s *series) begin(radio int, meta store.Meta, alarm func(string)) (*store.Writer, error) {
	s.mu.Lock()
	number := s.next
	s.next++
	s.mu.Unlock()
	path := filepath.Join(s.routine, fmt.Sprintf("%06d-%s%s", number, meta.Started.UTC().Format("20060102T150405Z"), surveyEnd))
	w, err := store.Create(path, store.Options{Meta: meta, Alarm: alarm, MaxBytes: min(store.DefaultMaxBytes, s.budgetBytes/4)})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.now[radio] = &episode{path: path}
	s.mu.Unlock()
	return w, nil
}

// bundlesEnd is how the name of a survey's folder of bundles ends.
const bundlesEnd = ".bundles"

// bundles is where bundles of a radio's present survey lie; "" where it is not stored.
func (s *series) bundles(radio int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.now[radio]
	if e == nil {
		return ""
	}
	e.bundles = filepath.Join(s.evidence, strings.TrimSuffix(filepath.Base(e.path), surveyEnd)+bundlesEnd)
	return e.bundles
}

// heard notes what a survey found.
func (s *series) heard(radio int, worst Severity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.now[radio]; e != nil {
		e.worst = max(e.worst, worst)
	}
}

// end closes a survey's file: with a stray cell in it, it is evidence.
func (s *series) end(radio int) {
	s.mu.Lock()
	e := s.now[radio]
	delete(s.now, radio)
	s.mu.Unlock()
	if e != nil && e.worst > SeverityUnknown {
		s.set(e.path)
	}
}

// set puts a survey among the evidence.
func (s *series) set(path string) {
	if filepath.Dir(path) == s.evidence {
		return
	}
	if err := os.Rename(path, filepath.Join(s.evidence, filepath.Base(path))); err != nil {
		s.say("%s: cannot be put among the evidence: %v", path, err)
	}
}

// wanted says that the disk is full and something should go at once.
func (s *series) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.want
}

func (s *series) wantRoom() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want = true
}

// kept is a file of the series.
type kept struct {
	path   string
	name   string
	number int
	bytes  int64
}

// files lists a folder's, oldest first. What lies beside a survey counts with it.
func (s *series) files(dir string) []kept {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []kept
	for _, d := range list {
		number, _, ok := strings.Cut(d.Name(), "-")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || strings.HasSuffix(d.Name(), "-wal") || strings.HasSuffix(d.Name(), "-shm") || strings.HasSuffix(d.Name(), "-journal") {
			continue
		}
		f := kept{path: filepath.Join(dir, d.Name()), name: d.Name(), number: n}
		for _, end := range []string{"", "-wal"} {
			if st, err := os.Stat(f.path + end); err == nil {
				f.bytes += size(f.path+end, st)
			}
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b kept) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.name, b.name)) })
	return out
}

// size of a file, or of all in a folder.
func size(path string, st fs.FileInfo) int64 {
	if !st.IsDir() {
		return st.Size()
	}
	var sum int64
	filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			if info, err := d.Info(); err == nil && !d.IsDir() {
				sum += info.Size()
			}
		}
		return nil
	})
	return sum
}

// budget removes what there is no room for: the oldest routine survey first, and evidence only once no routine is left. Where
// the disk is full though the budget is not, one goes all the same.
func (s *series) budget() {
	s.mu.Lock()
	full := s.want
	s.want = false
	busy := map[string]bool{}
	for _, e := range s.now {
		busy[e.path], busy[e.bundles] = true, true
	}
	s.mu.Unlock()
	var used int64
	routine, evidence := s.files(s.routine), s.files(s.evidence)
	for _, f := range append(slices.Clone(routine), evidence...) {
		used += f.bytes
	}
	toss := func(files []kept, what string) {
		for _, f := range files {
			if used <= s.budgetBytes && !full || busy[f.path] {
				continue
			}
			if err := os.RemoveAll(f.path); err != nil {
				s.say("%s: cannot be removed: %v", f.path, err)
				continue
			}
			for _, end := range []string{"-wal", "-shm", "-journal"} {
				os.Remove(f.path + end)
			}
			used, full = used-f.bytes, false
			s.say("%s: removed, to make room: %s", f.name, what)
			s.mu.Lock()
			s.tossed++
			s.mu.Unlock()
		}
	}
	toss(routine, "a survey that found nothing")
	if used > s.budgetBytes { // a disk that others filled costs no evidence
		full = false
		toss(evidence, "the oldest evidence")
	}
	s.mu.Lock()
	s.used = used
	s.mu.Unlock()
}

// usage is what the series takes.
func (s *series) usage() (used, tossed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used, s.tossed
}
