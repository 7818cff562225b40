// Package say is what the screen says, in the languages it speaks. The English text is the key to the others.
package say

import (
	"fmt"
	"strings"
)

// Lang is a language of the screen.
type Lang struct {
	Name  string
	words map[string]string // nil: the keys themselves
}

var (
	English = &Lang{Name: "en"}
	Korean  = &Lang{Name: "ko", words: korean}
)

// Languages are all there are.
func Languages() []*Lang { return []*Lang{English, Korean} }

// Find is the language of a name or a locale: "ko", "ko_KR.UTF-8".
func Find(locale string) (*Lang, bool) {
	name, _, _ := strings.Cut(strings.ToLower(locale), "_")
	name, _, _ = strings.Cut(name, ".")
	for _, l := range Languages() {
		if l.Name == name {
			return l, true
		}
	}
	return English, false
}

// T is a text in this language.
func (l *Lang) T(text string) string {
	if w, ok := l.words[text]; ok {
		return w
	}
	return text
}

// F is T of a format, filled in.
func (l *Lang) F(format string, a ...any) string { return fmt.Sprintf(l.T(format), a...) }

// Count says how many: one is the text of a single one, many that of several, with their number.
func (l *Lang) Count(n int, one, many string) string {
	if n == 1 {
		return l.T(one)
	}
	return l.F(many, n)
}
