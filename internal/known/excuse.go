package known

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/straycell/straycell/decode/lte"
)

// Excuse is what a person said about findings against cells for a while: planned work at a site, or one rule against one cell
// that was looked into. It takes the weight of a finding away, never the finding; and it ends by itself.
type Excuse struct {
	PLMN        lte.PLMN
	ECI         lte.ECI
	ENB         int    // every cell of the eNB, if HasENB
	HasENB      bool   // else one cell
	Rule        string // "ID-03"; "": planned work, for the rules that it explains
	From, Until time.Time
	Reason, By  string
	Line        int
}

// Check tells what is wrong with an excuse.
func (x *Excuse) Check() error {
	switch {
	case x.PLMN.MNCDigits == 0:
		return errors.New("no operator: say which cell, like 450-08:27447297")
	case strings.TrimSpace(x.Reason) == "":
		return errors.New("no reason: say why it does not count")
	case x.Until.IsZero():
		return errors.New("no end: say until when it does not count")
	case !x.Until.After(x.From):
		return errors.New("ends before it begins")
	case x.Until.Sub(x.From) > maxExcuse:
		return fmt.Errorf("longer than %d days: a change that stays belongs into the list", int(maxExcuse/(24*time.Hour)))
	}
	return nil
}

const maxExcuse = 366 * 24 * time.Hour

// Where names the line it stands on.
func (x *Excuse) Where() string { return fmt.Sprintf("%s line %d", excuseFile, x.Line) }

// holds tells whether it speaks of this cell, rule and moment.
func (x *Excuse) holds(plmns []lte.PLMN, e lte.ECI, rule string, planned bool, now time.Time) bool {
	if now.Before(x.From) || now.After(x.Until) || x.Rule != rule && !(x.Rule == "" && planned) {
		return false
	}
	if x.HasENB && e.ENB() != x.ENB || !x.HasENB && e != x.ECI {
		return false
	}
	for _, p := range plmns {
		if samePLMN(p, x.PLMN) {
			return true
		}
	}
	return false
}

// WithExcuses is the same lists with what persons said about findings.
func (s *Set) WithExcuses(xs []Excuse) *Set {
	out := *s
	out.excuses = xs
	return &out
}

// Excuse finds what was said about a rule's finding against a cell at a moment. planned: planned work explains such a
// finding. While the time is unknown nothing is excused.
func (s *Set) Excuse(plmns []lte.PLMN, e lte.ECI, rule string, planned bool, now time.Time) *Excuse {
	if s == nil || now.IsZero() {
		return nil
	}
	for i := range s.excuses {
		if x := &s.excuses[i]; x.holds(plmns, e, rule, planned, now) {
			return x
		}
	}
	return nil
}

var excuseColumns = []string{"plmn", "eci", "enb", "rule", "from", "until", "reason", "by"}

// Excuses reads what persons said; none if there is no file. A line that cannot be read is an error: it would be taken for
// not said.
func (d Folder) Excuses() ([]Excuse, error) {
	f, err := os.Open(d.file(excuseFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(io.LimitReader(f, 16<<20))
	r.FieldsPerRecord = len(excuseColumns)
	var out []Excuse
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		line, _ := r.FieldPos(0)
		if err == nil && line == 1 {
			continue
		}
		x := Excuse{Line: line}
		if err == nil {
			err = x.parse(rec)
		}
		if err != nil {
			return nil, fmt.Errorf("known: %s line %d: %w", d.file(excuseFile), line, err)
		}
		out = append(out, x)
	}
}

func (x *Excuse) parse(rec []string) error {
	var errs [5]error
	x.PLMN, errs[0] = lte.ParsePLMN(rec[0])
	if rec[2] != "" {
		x.HasENB = true
		x.ENB, errs[1] = strconv.Atoi(rec[2])
	} else {
		var n uint64
		n, errs[1] = whole("eci", rec[1], 0, uint64(lte.MaxECI))
		x.ECI = lte.ECI(n)
	}
	x.From, errs[2] = time.Parse(time.RFC3339, rec[4])
	x.Until, errs[3] = time.Parse(time.RFC3339, rec[5])
	x.Rule, x.Reason, x.By = clean(rec[3]), clean(rec[6]), clean(rec[7])
	errs[4] = x.Check()
	return errors.Join(errs[:]...)
}

// Add puts an excuse in force.
func (d Folder) Add(x Excuse) error {
	if err := x.Check(); err != nil {
		return fmt.Errorf("known: excuse: %w", err)
	}
	old, err := d.Excuses()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(d.Path, 0o755); err != nil {
		return fmt.Errorf("known: %w", err)
	}
	f, err := os.CreateTemp(d.Path, tempPrefix+"*")
	if err != nil {
		return fmt.Errorf("known: %w", err)
	}
	defer os.Remove(f.Name())
	w := csv.NewWriter(f)
	w.Write(excuseColumns)
	for _, x := range append(old, x) {
		eci, enb := strconv.Itoa(int(x.ECI)), ""
		if x.HasENB {
			eci, enb = "", strconv.Itoa(x.ENB)
		}
		w.Write([]string{x.PLMN.String(), eci, enb, x.Rule, x.From.Format(time.RFC3339), x.Until.Format(time.RFC3339), clean(x.Reason), clean(x.By)})
	}
	w.Flush()
	if err := errors.Join(w.Error(), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("known: excuse: %w", err)
	}
	if err := os.Rename(f.Name(), d.file(excuseFile)); err != nil {
		return fmt.Errorf("known: excuse: %w", err)
	}
	return nil
}
