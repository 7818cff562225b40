package known

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Folder holds the lists in force. Each is a file: NAME.csv an inventory or a baseline as it came, with NAME.map the names of
// its columns where they are not ours; NAME.crowd a crowd database, sorted; excuses.csv what persons said about findings. A
// file is replaced whole by renaming, so that whatever breaks an import leaves the old list in force.
type Folder struct{ Path string }

// tempPrefix starts the names of files on their way in; what an interrupt left of them is removed by the next import.
const tempPrefix = ".import-"

const excuseFile = "excuses.csv"

// Imported tells how an import went.
type Imported struct {
	Name   string
	Crowd  bool
	Report CrowdReport
}

// ParseListName checks a name for a list: what is safe in any file system.
func ParseListName(s string) (string, error) {
	ok := s != "" && len(s) <= 64 && s[0] != '.' && s != strings.TrimSuffix(excuseFile, ".csv")
	for _, r := range s {
		ok = ok && (r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}
	if !ok {
		return "", fmt.Errorf("%.64q cannot name a list: letters, digits, - _ and . can, and excuses is taken", s)
	}
	return s, nil
}

// ListName is what a file's list is called unless a person says otherwise: the file's name without its endings.
func ListName(path string) string {
	name := strings.TrimSuffix(filepath.Base(path), ".gz")
	name = strings.TrimSuffix(name, filepath.Ext(name))
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, strings.TrimLeft(name, "."))
}

// Import reads a list and puts it in force under a name, in place of what had that name. theirs, where it is not empty, is
// kept with the name: the next import under it need not say it again. After an error the old list is still in force.
func (d Folder) Import(ctx context.Context, path, name string, theirs map[string]string) (Imported, error) {
	out := Imported{Name: name}
	out.Report.File = path
	if _, err := ParseListName(name); err != nil {
		return out, fmt.Errorf("known: import %s: %w", path, err)
	}
	var err error
	if out.Crowd, err = IsCrowd(path); err != nil {
		return out, err
	}
	if err := os.MkdirAll(d.Path, 0o755); err != nil {
		return out, fmt.Errorf("known: %w", err)
	}
	work, err := os.MkdirTemp(d.Path, tempPrefix)
	if err != nil {
		return out, fmt.Errorf("known: %w", err)
	}
	defer os.RemoveAll(work)
	d.sweep(work)
	if out.Crowd {
		out.Report, err = ImportCrowd(ctx, path, filepath.Join(work, "x"))
		if err == nil {
			err = d.replace(work, name, ".crowd")
		}
		return out, err
	}
	if len(theirs) == 0 {
		theirs = d.mapping(name)
	}
	if out.Report.Report, err = copyList(ctx, path, filepath.Join(work, "x"), theirs); err != nil {
		return out, err
	}
	if len(theirs) > 0 {
		if err := writeMapping(filepath.Join(work, "map"), theirs); err != nil {
			return out, err
		}
		if err := os.Rename(filepath.Join(work, "map"), d.file(name+".map")); err != nil {
			return out, fmt.Errorf("known: %w", err)
		}
	}
	return out, d.replace(work, name, ".csv")
}

// replace puts the finished file in force, and the list of the same name and the other kind out of it.
func (d Folder) replace(work, name, ext string) error {
	if err := os.Rename(filepath.Join(work, "x"), d.file(name+ext)); err != nil {
		return fmt.Errorf("known: %w", err)
	}
	other := map[string]string{".csv": ".crowd", ".crowd": ".csv"}[ext]
	if err := os.Remove(d.file(name + other)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("known: %w", err)
	}
	return nil
}

// sweep removes what interrupted imports left.
func (d Folder) sweep(but string) {
	left, _ := filepath.Glob(d.file(tempPrefix + "*"))
	for _, path := range left {
		if path != but {
			os.RemoveAll(path)
		}
	}
}

func (d Folder) file(name string) string { return filepath.Join(d.Path, name) }

// copyList reads a list to see that it is one, and copies it octet for octet, so that line numbers stay those of the file.
func copyList(ctx context.Context, from, to string, theirs map[string]string) (Report, error) {
	fail := func(rep Report, err error) (Report, error) {
		return rep, fmt.Errorf("known: import %s: %w", from, err)
	}
	in, err := os.Open(from)
	if err != nil {
		return fail(Report{File: from}, err)
	}
	defer in.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fail(Report{File: from}, err)
	}
	defer f.Close()
	_, rep, err := Read(io.TeeReader(untilDone{ctx, in}, f), from, theirs)
	if err != nil {
		return rep, err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fail(rep, err)
	}
	return rep, nil
}

// untilDone reads until ctx ends.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}

// mapping is what is kept of the columns of a list.
func (d Folder) mapping(name string) map[string]string {
	f, err := os.Open(d.file(name + ".map"))
	if err != nil {
		return nil
	}
	defer f.Close()
	rows, _ := csv.NewReader(io.LimitReader(f, 1<<20)).ReadAll()
	out := map[string]string{}
	for _, r := range rows {
		if len(r) == 2 {
			out[r[0]] = r[1]
		}
	}
	return out
}

func writeMapping(path string, theirs map[string]string) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("known: %w", err)
	}
	w := csv.NewWriter(f)
	for t, o := range theirs {
		w.Write([]string{t, o})
	}
	w.Flush()
	if err := errors.Join(w.Error(), f.Close()); err != nil {
		return fmt.Errorf("known: %w", err)
	}
	return nil
}

// Names lists what is in force; none if there is no folder.
func (d Folder) Names() ([]string, error) {
	files, err := os.ReadDir(d.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("known: %w", err)
	}
	var out []string
	for _, f := range files {
		name, ext := strings.TrimSuffix(f.Name(), filepath.Ext(f.Name())), filepath.Ext(f.Name())
		if f.Type().IsRegular() && (ext == ".csv" || ext == ".crowd") && f.Name() != excuseFile && !strings.HasPrefix(f.Name(), ".") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// Open reads every list in force as one Set, nil if there is none. Close the Set's crowd databases with Set.Close.
func (d Folder) Open() (*Set, []Report, error) {
	names, err := d.Names()
	if err != nil {
		return nil, nil, err
	}
	var sets []*Set
	var reports []Report
	for _, name := range names {
		if _, err := os.Stat(d.file(name + ".crowd")); err == nil {
			c, err := OpenCrowd(d.file(name + ".crowd"))
			if err != nil {
				return nil, reports, err
			}
			sets = append(sets, OfCrowd(c))
			continue
		}
		s, rep, err := ReadFile(d.file(name+".csv"), d.mapping(name))
		if err != nil {
			return nil, reports, err
		}
		sets, reports = append(sets, s), append(reports, rep)
	}
	if len(sets) == 0 {
		return nil, nil, nil
	}
	excuses, err := d.Excuses()
	if err != nil {
		return nil, reports, err
	}
	return Join(sets...).WithExcuses(excuses), reports, nil
}

// Drop puts a list out of force.
func (d Folder) Drop(name string) error {
	if _, err := ParseListName(name); err != nil {
		return fmt.Errorf("known: drop: %w", err)
	}
	found := false
	for _, ext := range []string{".csv", ".crowd"} {
		err := os.Remove(d.file(name + ext))
		found = found || err == nil
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("known: drop: %w", err)
		}
	}
	if !found {
		names, _ := d.Names()
		return fmt.Errorf("known: drop %s: %w: in force are %s", name, fs.ErrNotExist, cmp.Or(strings.Join(names, ", "), "none"))
	}
	return nil
}

// Accepted is a person's word for a list that was learnt.
type Accepted struct {
	List   string
	When   time.Time
	By     string
	Reason string
}

// Stand keeps the word beside the lists, in accepted.txt: one line for each, newest last.
func (d Folder) Stand(a Accepted) error {
	f, err := os.OpenFile(d.file("accepted.txt"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err == nil {
		_, err = fmt.Fprintf(f, "%s %s by %s: %s\n", a.When.Format(time.RFC3339), a.List, cmp.Or(clean(a.By), "nobody named"), clean(a.Reason))
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("known: accept: %w", err)
	}
	return nil
}

// IsBaseline tells whether a file is marked as learnt.
func IsBaseline(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("known: %w", err)
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, _ := io.ReadFull(f, head)
	for line := range strings.Lines(strings.TrimPrefix(string(head[:n]), "\ufeff")) {
		if t := strings.TrimSpace(line); strings.HasPrefix(t, baselineMark) {
			return true, nil
		} else if t != "" && t[0] != '#' {
			break
		}
	}
	return false, nil
}
