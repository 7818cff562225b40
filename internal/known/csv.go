package known

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Report tells how reading a list went.
type Report struct {
	File     string
	Kept     int       // lines that became facts
	Skipped  int       // lines that did not
	Problems []Problem // the first of the skipped ones, at most MaxProblems
	Ignored  []string  // columns that no field has the name of
}

// MaxProblems bounds Report.Problems.
const MaxProblems = 100

// Problem is one broken line.
type Problem struct {
	Line int
	Text string // without file and line
}

// ReadFile reads an inventory or baseline CSV. theirs maps foreign column names to ours (--map theirs=ours). Broken lines
// are skipped and named in the Report; the error is for a file that holds no list at all.
func ReadFile(path string, theirs map[string]string) (*Set, Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Report{File: path}, fmt.Errorf("known: %w", err)
	}
	defer f.Close()
	return Read(f, path, theirs)
}

// Read is ReadFile for an open file; path is what facts and errors call it.
func Read(r io.Reader, path string, theirs map[string]string) (*Set, Report, error) {
	rep := Report{File: path}
	fail := func(err error) (*Set, Report, error) { return nil, rep, fmt.Errorf("known: list %s: %w", path, err) }

	c := newRecords(r)
	h, baseline, err := c.open(theirs)
	if c.err != nil && !errors.Is(c.err, io.EOF) {
		return fail(c.err)
	}
	if err != nil {
		return fail(err)
	}
	rep.Ignored = h.ignored
	src := &file{name: clean(filepath.Base(path)), baseline: baseline}
	var facts []Fact
	for {
		rec, no, problem, ok := c.next()
		if !ok {
			break
		}
		var f Fact
		if problem == nil {
			f, problem = h.fact(rec, baseline, c.comma)
		}
		if problem != nil {
			if rep.Skipped++; len(rep.Problems) < MaxProblems {
				rep.Problems = append(rep.Problems, Problem{no, problem.Error()})
			}
			continue
		}
		f.file, f.Line = src, no
		facts = append(facts, f)
	}
	if !errors.Is(c.err, io.EOF) {
		return fail(c.err) // half a list would call the other half's cells unknown
	}
	if rep.Kept = len(facts); rep.Kept == 0 && rep.Skipped > 0 {
		return fail(fmt.Errorf("every line is broken; the first, line %d: %s", rep.Problems[0].Line, rep.Problems[0].Text))
	}
	if rep.Kept == 0 {
		return fail(errors.New("column names, and no line of cells after them"))
	}
	return newSet(facts, []*file{src}), rep, nil
}
