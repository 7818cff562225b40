package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/row"
)

func TestEverySizeHolds(t *testing.T) {
	for _, s := range scripts {
		for _, size := range [][2]int{{1, 1}, {10, 3}, {20, 5}, {79, 8}, {80, 24}, {120, 40}, {200, 60}} {
			m := play(s, size[0], size[1])
			checkShape(t, m.render(), size[0], size[1])
			m.Update(tea.WindowSizeMsg{Width: 80, Height: 24}) // a terminal is resized while it is used
			checkShape(t, m.render(), 80, 24)
		}
	}
}

func TestColumnsFillATerminal(t *testing.T) {
	for width, want := range map[int]int{79: 79, 99: 79, 100: 87} {
		if got := len(row.Head(width)); got != want {
			t.Errorf("a table of %d cells is %d wide, want %d", width, got, want)
		}
	}
	for _, width := range []int{120, 132, 200} {
		if got := len(row.Head(width)); got > width {
			t.Errorf("a table of %d cells is %d wide", width, got)
		}
	}
}

func TestUnknownStaysOnTop(t *testing.T) {
	m := play(scripts[1], 80, 24)
	lines := strings.Split(bare(m.render()), "\n")
	if !strings.HasPrefix(lines[4], ">!! unknown") {
		t.Errorf("the first row is %q", lines[4])
	}
	// The user looks at another cell; an alarm takes the top of the table and leaves the cursor where it is.
	m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
	at := m.rows[m.selected()].Transmitter
	worse := femto()
	worse.Transmitter, worse.Score, worse.PCI = "t9", 90, 7
	m.inbox.put(worse)
	m.Update(frameMsg{})
	if m.rows[0].Transmitter != "t9" || m.rows[m.selected()].Transmitter != at {
		t.Errorf("top %s, cursor on %s, want t9 and %s", m.rows[0].Transmitter, m.rows[m.selected()].Transmitter, at)
	}
}

func TestReadIdentityReplacesTheRow(t *testing.T) {
	unread := macro("t4", 1550, 301, "unconfirmed")
	m := play(script{events: []survey.Event{unread, macro("t1", 1303, 54, "known")}, keys: "j"}, 80, 24)
	m.inbox.put(femto())
	m.Update(frameMsg{})
	if len(m.rows) != 2 || m.rows[0].ECI == nil {
		t.Errorf("%d rows, the first with identity %v", len(m.rows), m.rows[0].ECI)
	}
}

func TestLearnAsksFirst(t *testing.T) {
	wrote := 0
	opt := Options{NoList: true, Learn: func(cs []survey.Cell) (string, error) { wrote += len(cs); return "", errors.New("disk full") }}
	play(script{opt: opt, events: unlisted(), keys: "Ln"}, 80, 24)
	if wrote != 0 {
		t.Error("learned without a yes")
	}
	if m := play(script{opt: opt, events: unlisted(), keys: "Ly"}, 80, 24); wrote != 11 || !strings.Contains(m.render(), "disk full") {
		t.Errorf("wrote %d cells", wrote)
	}
	opt.NoList = false
	if play(script{opt: opt, events: listed(), keys: "Ly"}, 80, 24); wrote != 11 {
		t.Error("learned although a list is in force")
	}
}

func TestNoColour(t *testing.T) {
	var out bytes.Buffer
	w := colorprofile.Writer{Forward: &out, Profile: colorprofile.ASCII}
	w.WriteString(play(scripts[1], 80, 24).render())
	if m := regexp.MustCompile(`\x1b\[[0-9;]*(3[0-9]|4[0-9]|9[0-7]|10[0-7])[0-9;]*m`).FindString(out.String()); m != "" {
		t.Errorf("colour %q", m)
	}
}

// TestStuckTerminal floods a screen whose terminal takes nothing: the survey must not notice.
func TestStuckTerminal(t *testing.T) {
	in, hold := io.Pipe() // both ends stay open and silent
	defer hold.Close()
	stuck, out := io.Pipe() // nobody reads
	s := New(Options{Source: "sim:", In: in, Out: out})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	for i := range 200_000 {
		c := macro("t1", 1303, i%500, "known")
		s.Put(c)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("200000 events took %v", took)
	}
	cancel()
	stuck.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("Run did not end")
	}
}

func TestQuitAndInterrupt(t *testing.T) {
	for key, want := range map[string]error{"q": nil, "\x03": ErrInterrupted} {
		in, type_ := io.Pipe()
		s := New(Options{In: in, Out: io.Discard})
		ended := make(chan error, 1)
		go func() { ended <- s.Run(t.Context()) }()
		go io.WriteString(type_, key)
		select {
		case err := <-ended:
			if !errors.Is(err, want) {
				t.Errorf("%q: %v, want %v", key, err, want)
			}
		case <-time.After(5 * time.Second):
			t.Fatalf("%q does not leave the screen", key)
		}
	}
}

func TestASCIILocale(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang string
		want             bool
	}{{"", "", "", true}, {"", "", "ko_KR.UTF-8", false}, {"C", "", "ko_KR.UTF-8", true}, {"", "C.utf8", "C", false}} {
		env := map[string]string{"LC_ALL": c.all, "LC_CTYPE": c.ctype, "LANG": c.lang}
		if got := ASCIILocale(func(k string) string { return env[k] }); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
