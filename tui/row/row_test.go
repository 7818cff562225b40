package row

import (
	"math"
	"slices"
	"testing"

	"github.com/straycell/straycell/internal/survey"
)

func ptr[T any](v T) *T { return &v }

func TestOrder(t *testing.T) {
	cells := []*survey.Cell{
		{Transmitter: "known", Known: "known", FreqHz: 1},
		{Transmitter: "no-list", Known: "no-list", FreqHz: 1},
		{Transmitter: "unconfirmed", Known: "unconfirmed", FreqHz: 1},
		{Transmitter: "known but alert", Known: "known", Level: "alert", Score: 90, FreqHz: 1},
		{Transmitter: "unknown, high band", Known: "unknown", Score: 45, FreqHz: 2},
		{Transmitter: "unknown, low band", Known: "unknown", Score: 45, FreqHz: 1},
		{Transmitter: "unknown, worst", Known: "unknown", Score: 70, FreqHz: 3},
	}
	slices.SortFunc(cells, Order)
	var got []string
	for _, c := range cells {
		got = append(got, c.Transmitter)
	}
	want := []string{"unknown, worst", "unknown, low band", "unknown, high band", "known but alert", "unconfirmed", "no-list", "known"}
	if !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
}

func TestWhatIsNotKnownIsADash(t *testing.T) {
	var c survey.Cell
	for _, col := range Columns {
		switch col.Title {
		case "state", "level", "MHz", "PCI", "PLMN", "age":
			continue
		}
		if got := col.Text(&c, 0); got != "-" {
			t.Errorf("%s of an empty cell is %q", col.Title, got)
		}
	}
}

func TestTexts(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"minus none":  {decibels(ptr(-0.3)), "0"},
		"macro":       {Identity(&survey.Cell{ENB: ptr(107216), Sector: ptr(1), ECI: ptr(uint32(27447297))}), "107216/1"},
		"home eNB":    {Identity(&survey.Cell{ECI: ptr(uint32(268435455))}), "h268435455"},
		"sure":        {EARFCN(&survey.Cell{EARFCN: ptr(uint32(0)), EARFCNCandidates: []uint32{1, 2}}), "0"},
		"in doubt":    {EARFCN(&survey.Cell{EARFCNCandidates: []uint32{1302, 1303}, FreqHz: 1815.3e6}), "1303?"},
		"narrow":      {Bandwidth(6), "1.4"},
		"wide":        {Bandwidth(100), "20"},
		"no such":     {Bandwidth(7), "-"},
		"offset":      {offset(ptr(14139.0)), "+14.14"},
		"far offset":  {offset(ptr(-228123.0)), "-228.1"},
		"now":         {Age(0), "0s"},
		"future":      {Age(-3), "0s"},
		"minutes":     {Age(100), "2m"},
		"hours":       {Age(99.5 * 60), "2h"},
		"days":        {Age(99.5 * 3600), "4d"},
		"much later":  {Age(math.MaxInt64), "99d"},
		"never":       {Age(math.NaN()), "0s"},
		"known alert": {State(&survey.Cell{Known: "known", Level: "alert"}), "** alert"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}
