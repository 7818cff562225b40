package known

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
)

func written(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What breaks an import leaves the old list in force, and nothing behind.
func TestImportKeepsTheOldList(t *testing.T) {
	dir, d := t.TempDir(), Folder{filepath.Join(t.TempDir(), "lists")}
	if set, _, err := d.Open(); set != nil || err != nil {
		t.Fatal(set, err)
	}
	good := written(t, dir, "kt.csv", "plmn,eci\n450-08,1\n450-08,2\n")
	if got, err := d.Import(t.Context(), good, ListName(good), nil); err != nil || got.Name != "kt" || got.Report.Kept != 2 {
		t.Fatal(got, err)
	}
	crowd := filepath.Join(dir, "450.csv.gz")
	crowdFile(t, crowd, 3000, 1)
	packed, _ := os.ReadFile(crowd)
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		text string
	}{
		"no list":       {t.Context(), "hello\n"},
		"broken":        {t.Context(), "plmn,eci\nx,y\n"},
		"cut crowd":     {t.Context(), string(packed[:len(packed)/3])},
		"interrupt":     {done, "plmn,eci\n450-08,3\n"},
		"interrupt too": {done, string(packed)},
	} {
		if _, err := d.Import(c.ctx, written(t, dir, "new", c.text), "kt", nil); err == nil {
			t.Errorf("%s: taken", name)
		}
		set, _, err := d.Open()
		if err != nil || set.Len() != 2 || len(set.Crowds()) != 0 {
			t.Errorf("%s: %d facts, %v", name, set.Len(), err)
		}
		if left, _ := os.ReadDir(d.Path); len(left) != 1 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	// A process that was killed leaves a folder, which the next import removes.
	os.MkdirAll(d.file(tempPrefix+"123"), 0o755)
	written(t, d.file(tempPrefix+"123"), "x", "half")
	if _, err := d.Import(t.Context(), good, "kt", nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(d.Path); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	// A crowd database takes the place of the list that had its name.
	if got, err := d.Import(t.Context(), crowd, "kt", nil); err != nil || !got.Crowd || got.Report.Kept != 2000 {
		t.Fatal(got, err)
	}
	set, _, err := d.Open()
	if err != nil || set.Len() != 0 || set.Crowds()[0].Len() != 2000 {
		t.Fatal(err)
	}
	set.Close()
	if err := errors.Join(d.Drop("kt"), d.Drop("kt")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// Column names said once are kept with the list's name.
func TestImportMapping(t *testing.T) {
	dir, d := t.TempDir(), Folder{t.TempDir()}
	first := written(t, dir, "march.csv", "Cell;Net\n1;45008\n")
	if _, err := d.Import(t.Context(), first, "kt", nil); err == nil {
		t.Error("foreign names were understood")
	}
	if _, err := d.Import(t.Context(), first, "kt", map[string]string{"Cell": "eci", "Net": "plmn"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(t.Context(), written(t, dir, "april.csv", "Cell;Net\n1;45008\n2;45008\n"), "kt", nil); err != nil {
		t.Fatal(err)
	}
	set, _, err := d.Open()
	if err != nil || set.Len() != 2 || facts(set)[1].From() != "inventory kt.csv line 3" {
		t.Fatal(set.Len(), err)
	}
	for _, name := range []string{"", ".x", "a/b", "excuses", "ü", strings.Repeat("a", 65)} {
		if _, err := d.Import(t.Context(), first, name, nil); err == nil {
			t.Errorf("%q names a list", name)
		}
	}
	if n := ListName("/x/y/My list (2).csv.gz"); n != "My-list--2-" {
		t.Error(n)
	}
}

func TestExcuses(t *testing.T) {
	d := Folder{t.TempDir()}
	kt := lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	one := Excuse{PLMN: kt, ECI: 15667979, Rule: "PH-01", From: at, Until: at.AddDate(0, 1, 0), Reason: "antenna, \"GPS\"\nbroken", By: "jin"}
	work := Excuse{PLMN: kt, ENB: 61203, HasENB: true, From: at, Until: at.AddDate(0, 0, 2), Reason: "refarmed"}
	for _, x := range []Excuse{one, work} {
		if err := d.Add(x); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(*Excuse){
		"no operator": func(x *Excuse) { x.PLMN = lte.PLMN{} },
		"no reason":   func(x *Excuse) { x.Reason = " " },
		"no end":      func(x *Excuse) { x.Until = time.Time{} },
		"backwards":   func(x *Excuse) { x.Until = x.From },
		"for ever":    func(x *Excuse) { x.Until = x.From.AddDate(3, 0, 0) },
	} {
		x := one
		if change(&x); d.Add(x) == nil {
			t.Errorf("%s: taken", name)
		}
	}
	xs, err := d.Excuses()
	if err != nil || len(xs) != 2 || xs[0].Reason != `antenna, "GPS" broken` || xs[1].ENB != 61203 {
		t.Fatalf("%+v %v", xs, err)
	}
	var none *Set
	if none.Excuse([]lte.PLMN{kt}, 1, "PH-01", true, at) != nil {
		t.Error("no list excuses")
	}
	s := (&Set{}).WithExcuses(xs)
	for name, c := range map[string]struct {
		eci     lte.ECI
		rule    string
		planned bool
		days    float64
		want    bool
	}{
		"in its time":      {15667979, "PH-01", false, 1, true},
		"expired":          {15667979, "PH-01", false, 40, false},
		"before":           {15667979, "PH-01", false, -1, false},
		"another rule":     {15667979, "PH-02", false, 1, false},
		"another cell":     {15667980, "PH-01", false, 1, false},
		"planned work":     {61203<<8 | 1, "ID-03", true, 1, true},
		"not by work":      {61203<<8 | 1, "FM-03", false, 1, false},
		"work is over":     {61203<<8 | 1, "ID-03", true, 3, false},
		"work of others":   {61204<<8 | 1, "ID-03", true, 1, false},
		"time is not told": {15667979, "PH-01", false, -1e6, false},
	} {
		now := at.Add(time.Duration(c.days * float64(24*time.Hour)))
		if c.days == -1e6 {
			now = time.Time{}
		}
		if got := s.Excuse([]lte.PLMN{kt}, c.eci, c.rule, c.planned, now) != nil; got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	// What cannot be read is an error: it would be taken for not said.
	text, _ := os.ReadFile(d.file(excuseFile))
	written(t, d.Path, excuseFile, strings.Replace(string(text), "PH-01,2026", "PH-01,x", 1))
	if _, err := d.Excuses(); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Error(err)
	}
}

func TestDiffAndExport(t *testing.T) {
	const head = "plmn,eci,pci,earfcn,bandwidth_mhz,ports,tac,lat,lon,azimuth,class,state,valid_from,valid_to,address,name\n"
	old, _ := read(t, head+"450-08,1,10,1303,20,2,5,37.5,127,30,macro,active,2020-01-01,2030-01-01,\"a, b\",x\n450-08,2,11,1303,,,,,,,femto,lost,,,,\n450-08,3,12,1303,,,,,,,,,,,,\n", nil)
	now, _ := read(t, head+"450-08,1,10,1303,10,2,6,37.5001,127,30,macro,active,2020-01-01,2030-01-01,c,y\n450-08,2,,,,,,,,,femto,returned,,,,\n450-08,4,12,1303,,,,,,,,,,,,\n", nil)
	var got []string
	for _, d := range Diff(old, now) {
		got = append(got, d.Kind+" "+d.about().key()+" "+d.Fields)
	}
	want := []string{"new 450-08 000000004 ", "changed 450-08 000000001 bandwidth_mhz 20 -> 10, tac 5 -> 6", "changed 450-08 000000002 state lost -> returned", "gone 450-08 000000003 "}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if d := Diff(old, old); len(d) != 0 || len(Diff(nil, old)) != 3 {
		t.Errorf("%+v", d)
	}
	moved, _ := read(t, head+"450-08,1,10,1303,20,2,5,37.51,127,30,macro,active,,,,\n450-08,2,,,,,,,,,,,,,,\n450-08,3,12,1303,,,,,,,,,,,,\n", nil)
	if d := Diff(old, moved); len(d) != 1 || d[0].Fields != "place 1112 m away" {
		t.Errorf("%+v", d)
	}
	var b strings.Builder
	if err := Export(&b, old); err != nil {
		t.Fatal(err)
	}
	again, _ := read(t, b.String(), nil)
	if d := Diff(old, again); len(d) != 0 || again.Len() != 3 || facts(again)[0].Address != "a, b" || !facts(again)[0].ValidTo.Equal(facts(old)[0].ValidTo) {
		t.Errorf("%+v\n%s", d, b.String())
	}
	learnt, _ := read(t, "# straycell baseline 1\nplmn,eci,pci,earfcn\n,,5,1303 1304\n", nil)
	b.Reset()
	if err := Export(&b, learnt); err != nil || !strings.HasPrefix(b.String(), baselineMark) {
		t.Error(b.String(), err)
	}
	again, _ = read(t, b.String(), nil)
	if len(Diff(learnt, again)) != 0 {
		t.Error(b.String())
	}
}
