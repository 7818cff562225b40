package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/tui/plain"
)

// folderFlag names the folder of the lists in force.
type folderFlag struct {
	Lists string `placeholder:"DIR" help:"Folder of the lists in force: what known import and known accept put there holds whenever --known is not given (default: straycell/known in the user's configuration folder)."`
}

func (f *folderFlag) folder() (known.Folder, error) {
	if f.Lists != "" {
		return known.Folder{Path: f.Lists}, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return known.Folder{}, usagef("no folder for lists: %v: name one with --lists", err)
	}
	return known.Folder{Path: filepath.Join(dir, "straycell", "known")}, nil
}

// inForce reads the lists in force, nil without any; every recording of a long list of them asks, and it is read once.
func (e *env) inForce(f folderFlag) (*known.Set, error) {
	if e.forceRead {
		return e.force, nil
	}
	d, err := f.folder()
	if err != nil {
		return nil, nil // nobody's home: no lists
	}
	set, reports, err := d.Open()
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		if r.Skipped > 0 {
			e.notes.say("%s: %s kept, %d broken", r.File, count(int64(r.Kept), "line"), r.Skipped)
		}
	}
	e.force, e.forceRead = set, true
	return set, nil
}

type importVerb struct {
	Files []string `arg:"" name:"csv" help:"Inventories (CSV), or crowd databases as OpenCellID and Mozilla give them (CSV, plain or gzip)."`
	As    string   `env:"-" placeholder:"NAME" help:"Name of the list; one of that name is replaced (default: the file's)."`
	mapFlag
	folderFlag
}

func (importVerb) Help() string {
	return `
A list is read as a whole before it takes the place of the one that has its name: what breaks leaves the old one in force.
Column names given with --map are kept with the list's name.

Examples:

  straycell known import kt.csv
  straycell known import --as kt --map CellIdentity=eci --map MCCMNC=plmn export-2026-11.csv
  straycell known import 450.csv.gz
`
}

func (v *importVerb) run(e *env) (result, error) {
	if v.As != "" && len(v.Files) > 1 {
		return result{}, usagef("--as names one list: import the files one by one")
	}
	d, err := v.folder()
	if err != nil {
		return result{}, err
	}
	for _, path := range v.Files {
		if err := checkList(path); err != nil {
			return result{}, err
		}
		baseline, err := known.IsBaseline(path)
		if err != nil {
			return result{}, err
		}
		if baseline {
			return result{}, usagef("%s was learnt, and a person has to stand for it: straycell known accept %s --reason '...'", path, shell(path))
		}
		if err := putInForce(e, d, path, v.As, v.Map); err != nil {
			return result{}, err
		}
	}
	return result{}, nil
}

// checkList says what cannot be read at all.
func checkList(path string) error {
	if st, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return usagef("list %s: no such file: check the name and the folder", path)
	} else if err == nil && st.IsDir() {
		return usagef("list %s: is a directory: name a CSV file in it", path)
	}
	return nil
}

// putInForce imports one list and says how it went.
func putInForce(e *env, d known.Folder, path, as string, theirs map[string]string) error {
	name := as
	if name == "" {
		name = known.ListName(path)
	}
	if _, err := known.ParseListName(name); err != nil {
		return usagef("%v: name it with --as", err)
	}
	got, err := d.Import(e.ctx, path, name, theirs)
	tellProblems(e.notes, path, got.Report.Report)
	if err != nil {
		return err
	}
	what := "known cell"
	if got.Crowd {
		what = "LTE cell"
		if got.Report.Other > 0 {
			e.notes.say("%s: %s of other radio systems left out", path, count(int64(got.Report.Other), "line"))
		}
	}
	e.notes.say("list %s in force: %s of %s", got.Name, count(int64(got.Report.Kept), what), path)
	return nil
}

type acceptVerb struct {
	File   string `arg:"" name:"csv" help:"A baseline that known learn wrote."`
	As     string `env:"-" placeholder:"NAME" help:"Name of the list (default: the file's)."`
	Reason string `env:"-" required:"" placeholder:"TEXT" help:"Why what was heard there belongs there."`
	folderFlag
}

func (acceptVerb) Help() string {
	return `
Nothing is learnt by itself: a person reads the baseline, compares it with known diff, and stands for it with a reason.

Examples:

  straycell known learn --radio sim: -o office.csv
  straycell known diff office.csv
  straycell known accept office.csv --reason 'walked the building, every femtocell is ours'
`
}

func (v *acceptVerb) run(e *env) (result, error) {
	if strings.TrimSpace(v.Reason) == "" {
		return result{}, usagef("--reason is empty: say why what was heard there belongs there")
	}
	d, err := v.folder()
	if err != nil {
		return result{}, err
	}
	if err := checkList(v.File); err != nil {
		return result{}, err
	}
	if err := putInForce(e, d, v.File, v.As, nil); err != nil {
		return result{}, err
	}
	name := v.As
	if name == "" {
		name = known.ListName(v.File)
	}
	return result{}, d.Stand(known.Accepted{List: name, When: time.Now(), By: e.user(), Reason: v.Reason})
}

// user is who types.
func (e *env) user() string {
	for _, k := range []string{"SUDO_USER", "USER", "USERNAME"} {
		if u := e.getenv(k); u != "" {
			return u
		}
	}
	return ""
}

type excuseVerb struct {
	Cell   string `arg:"" help:"PLMN:ECI, or PLMN:enbN for every cell of an eNB."`
	Rule   string `env:"-" placeholder:"RULE" help:"The rule whose finding does not count, like ID-03 (default: those that planned work explains)."`
	From   day    `env:"-" placeholder:"DAY" help:"From when on (default: now)."`
	Until  day    `env:"-" required:"" placeholder:"DAY" help:"Until when: 2026-12-01, or 2026-12-01T06:00:00+09:00."`
	Reason string `env:"-" required:"" placeholder:"TEXT" help:"Why it does not count."`
	folderFlag
}

func (excuseVerb) Help() string {
	return `
Planned work at a site, or one rule against one cell that was looked into: the finding is still told, it weighs nothing, and
the excuse ends by itself.

Examples:

  straycell known excuse 450-08:enb61203 --until 2026-12-01 --reason 'bandwidth refarmed, work order 4711'
  straycell known excuse 450-08:15667979 --rule PH-01 --until 2026-12-24 --reason 'GPS antenna waits for repair'
`
}

func (v *excuseVerb) run(e *env) (result, error) {
	plmn, rest, ok := strings.Cut(v.Cell, ":")
	p, err := lte.ParsePLMN(plmn)
	if !ok || err != nil {
		return result{}, usagef("%q is no cell: type it like 450-08:27447297, or 450-08:enb107216", v.Cell)
	}
	x := known.Excuse{PLMN: p, Rule: v.Rule, From: time.Time(v.From), Until: time.Time(v.Until), Reason: v.Reason, By: e.user()}
	number, isENB := strings.CutPrefix(rest, "enb")
	n, err := strconv.ParseUint(number, 10, 28)
	if err != nil || isENB && n >= 1<<20 {
		return result{}, usagef("%q is no cell: type it like 450-08:27447297, or 450-08:enb107216", v.Cell)
	}
	if x.ECI = lte.ECI(n); isENB {
		x.ECI, x.ENB, x.HasENB = 0, int(n), true
	}
	if x.From.IsZero() {
		x.From = time.Now().Truncate(time.Second)
	}
	d, err := v.folder()
	if err != nil {
		return result{}, err
	}
	if err := x.Check(); err != nil {
		return result{}, usagef("%v", err)
	}
	return result{}, d.Add(x)
}

// day is a day or a moment as people type it.
type day time.Time

func (d *day) UnmarshalText(text []byte) error {
	for _, layout := range []string{"2006-01-02", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, string(text), time.Local); err == nil {
			*d = day(t)
			return nil
		}
	}
	return fmt.Errorf("%q: type a day like 2026-12-01, or a moment like 2026-12-01T06:00:00+09:00", text)
}

type dropVerb struct {
	Names []string `arg:"" name:"name" help:"Lists in force."`
	folderFlag
}

func (dropVerb) Help() string {
	return `
Examples:

  straycell known list
  straycell known drop office
`
}

func (v *dropVerb) run(*env) (result, error) {
	d, err := v.folder()
	if err != nil {
		return result{}, err
	}
	for _, name := range v.Names {
		if err := d.Drop(name); err != nil {
			return result{}, err
		}
	}
	return result{}, nil
}

type exportVerb struct {
	Files  []string `arg:"" optional:"" name:"csv" help:"Lists (default: those in force)."`
	Output string   `short:"o" env:"-" placeholder:"CSV" help:"The file to write (default: standard output)."`
	mapFlag
	folderFlag
}

func (exportVerb) Help() string {
	return `
One CSV of all facts, with our names for the columns. Crowd databases are left out: they are files already.

Examples:

  straycell known export -o all.csv
  straycell known export kt.csv skt.csv > all.csv
`
}

func (v *exportVerb) run(e *env) (result, error) {
	set, err := v.read(e, v.Files, v.Map)
	if err != nil {
		return result{}, err
	}
	if v.Output == "" {
		return result{}, known.Export(e.out, set)
	}
	f, err := os.OpenFile(v.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return result{}, existsError(v.Output)
	}
	if err != nil {
		return result{}, err
	}
	return result{}, errors.Join(known.Export(f, set), f.Close())
}

// read reads lists by their files, or those in force.
func (f *folderFlag) read(e *env, files []string, theirs map[string]string) (*known.Set, error) {
	if len(files) > 0 {
		return readLists(files, theirs, e.notes)
	}
	return e.inForce(*f)
}

type diffVerb struct {
	Files []string `arg:"" name:"csv" help:"NEW, or OLD and NEW; one alone is compared with the lists in force."`
	mapFlag
	folderFlag
}

func (diffVerb) Help() string {
	return `
Examples:

  straycell known diff office.csv
  straycell known diff monday.csv tuesday.csv
`
}

func (v *diffVerb) run(e *env) (result, error) {
	if len(v.Files) > 2 {
		return result{}, usagef("known diff takes a new list, or an old and a new one")
	}
	var old *known.Set
	var err error
	if len(v.Files) == 2 {
		old, err = readLists(v.Files[:1], v.Map, e.notes)
	} else {
		old, err = e.inForce(v.folderFlag)
	}
	if err != nil {
		return result{}, err
	}
	now, err := readLists(v.Files[len(v.Files)-1:], v.Map, e.notes)
	if err != nil {
		return result{}, err
	}
	var b strings.Builder
	n := map[string]int{}
	for _, d := range known.Diff(old, now) {
		n[d.Kind]++
		f := d.New
		if f == nil {
			f = d.Old
		}
		fmt.Fprintf(&b, "%-8s %s\n", d.Kind, strings.TrimRight(factLine(f), " "))
		if d.Fields != "" {
			fmt.Fprintf(&b, "%-8s %s\n", "", plain.Text(d.Fields, maxNote))
		}
	}
	fmt.Fprintf(&b, "%d new, %d changed, %d gone\n", n["new"], n["changed"], n["gone"])
	_, err = e.out.WriteString(b.String())
	return result{}, err
}
