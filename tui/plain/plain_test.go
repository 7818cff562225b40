package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTextSpellsOutWhatIsNotDrawn(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"KT 450-08", "KT 450-08"},
		{"서울 강남", "서울 강남"},
		{"\x1b[2J\x1b]0;pwned\a", `\u001b[2J\u001b]0;pwned\u0007`},
		{"a\u202eb\u2066c", `a\u202eb\u2066c`},
		{"a\u200bb\ufeffc\u00adc", `a\u200bb\ufeffc\u00adc`},
		{"\u009b31m", `\u009b31m`},
		{"one\ntwo\tthree\r", "one two three "},
		{"bad \xff\xfe", `bad \xff\xfe`},
		{"\u3164\u115f", `\u3164\u115f`},
		{"\U000e0041", `\U000e0041`},
		{"e\u0301", "e\u0301"},
		{"\u0301e", `\u0301e`},
		{"e" + strings.Repeat("\u0301", 5), "e" + strings.Repeat("\u0301", 3) + `\u0301\u0301`},
	} {
		if got := Text(c.in, 200); got != c.want {
			t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestWidthIsCountedInCells(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells int
		want  string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdefg", 6, "abcde~"},
		{"서울강남", 8, "서울강남"},
		{"서울강남", 7, "서울강~"},
		{"서울강남", 6, "서울~"},
		{"서", 1, "~"},
		{"x", 0, ""},
	} {
		if got := Text(c.in, c.cells); got != c.want {
			t.Errorf("Text(%q, %d) = %q, want %q", c.in, c.cells, got, c.want)
		}
		for name, got := range map[string]string{"Left": Left(c.in, c.cells), "Right": Right(c.in, c.cells)} {
			if Width(got) != c.cells {
				t.Errorf("%s(%q, %d) = %q takes %d cells", name, c.in, c.cells, got, Width(got))
			}
		}
	}
}

func TestLines(t *testing.T) {
	got := Lines("not in the inventory of this place, which lists every cell", 20, 2)
	if len(got) != 2 || Width(got[0]) > 20 || Width(got[1]) > 20 || !strings.HasSuffix(got[1], "~") {
		t.Errorf("Lines = %q", got)
	}
}

func FuzzText(f *testing.F) {
	f.Add("\x1b[31m서울\u202e", 10)
	f.Add("e\u0301\u0301\u0301\u0301\u0301", 3)
	f.Fuzz(func(t *testing.T, s string, cells int) {
		cells = max(0, min(cells, 200))
		got := Text(s, cells)
		if !utf8.ValidString(got) || Width(got) > cells {
			t.Fatalf("Text(%q, %d) = %q, %d cells", s, cells, got, Width(got))
		}
		for _, r := range got {
			if !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("Text(%q) lets %U through", s, r)
			}
		}
		for _, l := range Lines(s, cells, 3) {
			if Width(l) > cells {
				t.Fatalf("Lines(%q, %d) has a line of %d cells", s, cells, Width(l))
			}
		}
	})
}
