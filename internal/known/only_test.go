package known

import (
	"strings"
	"testing"
)

func TestOnly(t *testing.T) {
	set, _, err := Read(strings.NewReader("plmn,eci,pci,earfcn\n450-08,1,1,1550\n450-08,2,2,1550\n450-08,3,3,1550\n"), "kt.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := set.Only(func(f *Fact) bool { return f.ECI != 2 })
	if got.Len() != 2 || len(got.ByECI(set.facts[1].PLMN, 2)) != 0 {
		t.Errorf("%d facts", got.Len())
	}
	if f := got.ByECI(set.facts[2].PLMN, 3); len(f) != 1 || f[0].From() != "inventory kt.csv line 4" {
		t.Errorf("%+v", f)
	}
	if n := (*Set)(nil).Only(func(*Fact) bool { return true }).Len(); n != 0 {
		t.Errorf("%d facts of no list", n)
	}
}
