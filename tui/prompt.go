package tui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"github.com/straycell/straycell/tui/plain"
)

// prompt is a question at the foot of the screen.
type prompt struct {
	ask  string
	text []rune
	done func(m *model, text string) tea.Cmd
}

// maxTyped bounds an answer.
const maxTyped = 200

func (m *model) ask(question string, done func(*model, string) tea.Cmd) {
	m.prompt = &prompt{ask: question, done: done}
	m.message = ""
}

// press takes a key into the answer: enter ends it, esc drops it.
func (p *prompt) press(m *model, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "enter":
		m.prompt = nil
		return p.done(m, strings.TrimSpace(string(p.text)))
	case "esc":
		m.prompt = nil
	case "backspace":
		p.text = p.text[:max(0, len(p.text)-1)]
	case "ctrl+u":
		p.text = nil
	default:
		p.add(k.Text)
	}
	return nil
}

// add takes what is typed or pasted; what is pasted is foreign text.
func (p *prompt) add(text string) {
	for _, r := range text {
		if unicode.IsPrint(r) && len(p.text) < maxTyped {
			p.text = append(p.text, r)
		}
	}
}

// line is the question with the end of the answer, as far as it fits.
func (p *prompt) line(width int) string {
	ask := plain.Text(p.ask, max(0, width-26)) + " "
	room := max(1, width-plain.Width(ask)-1)
	text := plain.Text(string(p.text), maxTyped*10)
	for plain.Width(text) > room {
		_, text = cutFirst(text)
	}
	return ask + text + "█"
}

// cutFirst takes the first character off.
func cutFirst(s string) (first, rest string) {
	for i := range s {
		if i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
