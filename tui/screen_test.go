package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

func TestEverySizeHolds(t *testing.T) {
	for name, s := range screens() {
		for _, size := range [][2]int{{1, 1}, {10, 3}, {20, 5}, {40, 12}, {79, 8}, {100, 24}, {132, 43}, {190, 10}} {
			m := play(s, size[0], size[1])
			checkShape(t, m.render(), size[0], size[1])
			m.Update(tea.WindowSizeMsg{Width: 80, Height: 24}) // a terminal is resized while it is used
			checkShape(t, m.render(), 80, 24)
			if t.Failed() {
				t.Fatalf("%s at %v", name, size)
			}
		}
	}
}

func TestColumnsFillATerminal(t *testing.T) {
	m := newModel(Options{}, &inbox{})
	for width, least := range map[int]int{79: 79, 99: 79, 119: 90, 159: 110, 199: 175} {
		if got := plain.Width(m.head(width)); got > width || got < least {
			t.Errorf("a table of %d cells is %d wide, want %d or more", width, got, least)
		}
	}
	for _, width := range []int{79, 99, 100, 119, 120, 159, 160, 189, 190, 500} {
		if got := plain.Width(m.head(width)); got > width {
			t.Errorf("a table of %d cells is %d wide", width, got)
		}
	}
	if got := plain.Width(row.Head(79)); got != 79 {
		t.Errorf("the printed table is %d wide", got)
	}
}

func TestUnknownStaysOnTop(t *testing.T) {
	m := play(script{events: loud()}, 80, 24)
	lines := strings.Split(bare(m.render()), "\n")
	if !strings.HasPrefix(lines[2], "!! 1 unknown cell") || !strings.HasPrefix(lines[4], ">!! unknown") || !strings.HasPrefix(lines[5], " ** alert") {
		t.Errorf("the first rows are %q", lines[2:6])
	}
	// The user looks at another cell; an alarm takes the top of the table and leaves the cursor where it is.
	m.type_("j")
	at := m.chosen().Transmitter
	worse := femto()
	worse.Transmitter, worse.Score, worse.PCI = "t9", 90, 7
	m.happen([]survey.Event{worse})
	if m.rows[0].Transmitter != "t9" || m.chosen().Transmitter != at {
		t.Errorf("top %s, cursor on %s, want t9 and %s", m.rows[0].Transmitter, m.chosen().Transmitter, at)
	}
}

func TestReadIdentityReplacesTheRow(t *testing.T) {
	unread := macro("t4", 1550, 301, "unconfirmed")
	m := play(script{events: []survey.Event{unread, macro("t1", 1303, 54, "known")}, keys: "j\r"}, 80, 24)
	m.happen([]survey.Event{femto()})
	if len(m.rows) != 2 || m.rows[0].ECI == nil || m.detail.of.eci < 0 && m.cells[m.detail.of].Transmitter == "t4" {
		t.Errorf("%d rows, the first with identity %v", len(m.rows), m.rows[0].ECI)
	}
}

func TestFreezeKeepsWhatIsRead(t *testing.T) {
	m := play(script{events: loud(), keys: "p"}, 80, 24)
	before := m.rows[0]
	worse := femto()
	worse.SINRdB = ptr(3.0)
	m.happen([]survey.Event{worse, macro("t9", 1400, 9, "unknown")})
	if m.rows[0] != before || len(m.cells) != 8 || !strings.Contains(m.render(), "FROZEN") {
		t.Errorf("frozen rows changed, or the rest did not")
	}
	m.type_("p")
	if m.rows[0] == before || len(m.rows) != 8 {
		t.Error("the table stays frozen")
	}
}

func TestFilterSearchGroup(t *testing.T) {
	names := func(m player) (out []string) {
		for _, c := range m.rows {
			out = append(out, c.Transmitter)
		}
		return out
	}
	for keys, want := range map[string]string{
		"": "t4 t7 t2 t3 t5 t1 t6", "f": "t4 t7", "ff": "t2 t3 t5", "fff": "t1 t6", "ffff": "t4 t7 t2 t3 t5 t1 t6",
		"/skt\r": "t5", "/b3 1303\r": "t7 t2 t1", "/unknown\r": "t4", "/SUSPICIOUS\r⎋": "t4 t7 t2 t3 t5 t1 t6",
		"g": "t4 t7 t1 t6 t2 t3 t5", "gg": "t4 t5 t6 t7 t2 t1 t3",
	} {
		if got := strings.Join(names(play(script{events: loud(), keys: keys}, 80, 24)), " "); got != want {
			t.Errorf("%q shows %s, want %s", keys, got, want)
		}
	}
}

func TestLearnAsksFirst(t *testing.T) {
	wrote := 0
	opt := Options{NoList: true, Actions: Actions{Learn: func(cs []survey.Cell) (string, error) { wrote += len(cs); return "", errors.New("disk full") }}}
	play(script{opt: opt, events: unlisted(), keys: "Ln\r"}, 80, 24)
	if wrote != 0 {
		t.Error("learned without a yes")
	}
	if m := play(script{opt: opt, events: unlisted(), keys: "Ly\r"}, 80, 24); wrote != 11 || !strings.Contains(m.render(), "disk full") {
		t.Errorf("wrote %d cells", wrote)
	}
	opt.NoList = false
	if play(script{opt: opt, events: loud(), keys: "Ly\r"}, 80, 24); wrote != 11 {
		t.Error("learned although a list is in force")
	}
}

func TestNoColour(t *testing.T) {
	var out bytes.Buffer
	w := colorprofile.Writer{Forward: &out, Profile: colorprofile.ASCII}
	w.WriteString(play(script{events: loud()}, 80, 24).render())
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
	events := crowd(1)
	for range 100 { // a survey that had to wait would wait for ever
		for _, e := range events {
			s.Put(e)
		}
	}
	cancel()
	stuck.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(time.Minute):
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
		case <-time.After(time.Minute):
			t.Fatalf("%q does not leave the screen", key)
		}
	}
}

// rung is a terminal that notes whether it was rung.
type rung struct {
	bell chan struct{}
	once sync.Once
}

func (r *rung) Write(b []byte) (int, error) {
	if bytes.Contains(bytes.ReplaceAll(b, []byte("\x1b]2;straycell\a"), nil), []byte("\a")) { // not the end of a title
		r.once.Do(func() { close(r.bell) })
	}
	return len(b), nil
}

func TestBell(t *testing.T) {
	in, hold := io.Pipe()
	defer hold.Close()
	out := &rung{bell: make(chan struct{})}
	s := New(Options{In: in, Out: out})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.Put(macro("t1", 1303, 54, "known"))
	select {
	case <-out.bell:
		t.Error("rings for a known cell")
	case <-time.After(300 * time.Millisecond):
	}
	s.Put(femto())
	select {
	case <-out.bell:
	case <-time.After(time.Minute):
		t.Error("no bell for an unknown cell")
	}
	cancel()
	<-ended
}

func TestFailedSurvey(t *testing.T) {
	m := play(script{events: loud()}, 80, 24)
	m.inbox.end(errors.New("the radio caught fire"))
	m.Update(frameMsg{})
	if s := m.render(); !strings.Contains(s, "!! the survey has ended: the radio caught fire") {
		t.Error(bare(s))
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
