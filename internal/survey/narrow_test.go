package survey

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/straycell/straycell/radio/iqfile"
)

// A dongle hears the middle of a 20 MHz carrier, is retuned, and hears the blocks with SIB1: the cell gets its identity, and the
// events are the same for any number of workers.
func TestNarrowWindows(t *testing.T) {
	metas, _ := filepath.Glob(filepath.Join(captures(t, "narrow"), "a100p2*.sigmf-meta"))
	if len(metas) == 0 {
		t.Skip("no recording of that name")
	}
	var first []Event
	for _, workers := range []int{1, 3} {
		src, err := iqfile.Open(metas[0], iqfile.Raw{})
		if err != nil {
			t.Fatal(err)
		}
		var got []Event
		sum, err := Run(context.Background(), Config{Source: src, Workers: workers, Sinks: []Sink{{Name: "json", Take: func(e Event) error {
			if e.Kind() != "progress" {
				got = append(got, e)
			}
			return nil
		}}}})
		src.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(sum.Cells) != 1 || sum.Cells[0].ECI == nil || *sum.Cells[0].ECI != 106181121 || sum.Cells[0].SIB1CRCs == 0 {
			t.Fatalf("%d workers: %+v", workers, sum.Cells)
		}
		if first == nil {
			first = got
		} else if !reflect.DeepEqual(got, first) {
			t.Errorf("%d workers tell something else than one:\n%+v\n%+v", workers, got, first)
		}
	}
}
