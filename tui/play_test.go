package tui

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/plain"
)

// script is one screen: what happened, the keys pressed, the options.
type script struct {
	opt    Options
	events []survey.Event
	keys   string         // one rune a key, but for the ones of named
	then   []survey.Event // after the keys
	after  string         // keys after that
	silent time.Duration  // and for so long nothing
}

// named are keys that have no rune of their own.
var named = map[rune]tea.KeyPressMsg{
	'\r': {Code: tea.KeyEnter}, '\t': {Code: tea.KeyTab}, '→': {Code: tea.KeyRight}, '←': {Code: tea.KeyLeft}, '⎋': {Code: tea.KeyEscape},
	'↓': {Code: tea.KeyDown}, '↑': {Code: tea.KeyUp}, ' ': {Code: tea.KeySpace, Text: " "}, '⇟': {Code: tea.KeyPgDown}, '⌫': {Code: tea.KeyBackspace},
}

// operators of the fixtures.
var operators = map[string]Operator{"450-08": {"KT", "KT"}, "450-05": {"SK Telecom", "SKT"}}

func learn([]survey.Cell) (string, error) { return "baseline.csv", nil }

// everything is offered.
func everything() Actions {
	return Actions{
		Learn: learn, Hold: func(float64) {},
		Accept:   func(survey.Cell, string) (string, error) { return "accepted.csv", nil },
		Suppress: func(survey.Cell, time.Time, string) (int, string, error) { return 2, "excuses.csv", nil },
		Record:   func(survey.Cell) (string, error) { return "cell.sigmf-meta", nil },
	}
}

// player is a model and its clock.
type player struct {
	*model
	clock *clock
}

// play runs a script and returns the model at its end.
func play(s script, width, height int) player {
	in := &inbox{}
	c := newClock()
	if s.opt.Now == nil {
		s.opt.Now = c.now
	}
	if s.opt.Operators == nil {
		s.opt.Operators = operators
	}
	p := player{newModel(s.opt, in), c}
	p.Update(tea.WindowSizeMsg{Width: width, Height: height})
	p.happen(s.events)
	p.render()
	p.type_(s.keys)
	p.happen(s.then)
	p.type_(s.after)
	c.at = c.at.Add(s.silent)
	p.Update(frameMsg{})
	return p
}

// happen lets events come, a frame for each of those that a screen wants one by one.
func (p player) happen(events []survey.Event) {
	for _, e := range events {
		p.inbox.put(e)
		if e.Kind() == "progress" || e.Kind() == "look" {
			p.clock.at = p.clock.at.Add(80 * time.Millisecond)
			p.Update(frameMsg{})
		}
	}
	p.Update(frameMsg{})
}

func (p player) type_(keys string) {
	for _, k := range keys {
		key, ok := named[k]
		if !ok {
			key = tea.KeyPressMsg{Code: k, Text: string(k)}
		}
		_, cmd := p.Update(key)
		p.do(cmd)
	}
}

// do runs what a key asked for, but for what belongs to the terminal.
func (p player) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	if done, ok := msg.(doneMsg); ok {
		p.Update(done)
	}
}

func bare(s string) string {
	var b bytes.Buffer
	w := colorprofile.Writer{Forward: &b, Profile: colorprofile.NoTTY}
	w.WriteString(s)
	return b.String()
}

// checkShape holds for every screen: it fills the terminal, no line is wider, and no escape but a style's.
func checkShape(t *testing.T, view string, width, height int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) != height {
		t.Errorf("%d lines, want %d", len(lines), height)
	}
	for i, l := range lines {
		if w := plain.Width(l); w > width {
			t.Errorf("line %d takes %d cells of %d: %q", i, w, width, l)
		}
		for _, r := range bare(l) {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x202e || r == 0x200b || r == 0x2066 || r == 0xfeff || r >= 0xe0000 && r < 0xe0080 {
				t.Fatalf("line %d holds %U: %q", i, r, l)
			}
		}
		if left := strings.Split(l, "\x1b"); len(left) > 1 {
			for _, s := range left[1:] {
				if end := strings.IndexAny(s, "mABCDEFGHJKSThlnsu"); !strings.HasPrefix(s, "[") || end < 0 || s[end] != 'm' {
					t.Fatalf("line %d holds an escape that is no style's: %q", i, l)
				}
			}
		}
	}
}

func TestKeysDiffer(t *testing.T) {
	m := newModel(Options{Actions: everything()}, &inbox{})
	seen := map[string]int{}
	for _, b := range m.keys.full() {
		for _, k := range b.Keys() {
			seen[k]++
		}
		if b.Help().Key == "" || b.Help().Desc == "" {
			t.Errorf("%v explains nothing", b.Keys())
		}
	}
	for k, n := range seen {
		if n > 1 {
			t.Errorf("%s does %d things", k, n)
		}
	}
	if n, has := reflect.TypeFor[keys]().NumField(), len(m.keys.full()); n != has {
		t.Errorf("%d keys, the help has %d", n, has)
	}
}
