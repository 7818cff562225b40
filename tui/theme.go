package tui

import "charm.land/lipgloss/v2"

// theme is the screen's few styles. Colours are the terminal's own sixteen, so that its owner's choice of contrast holds;
// each has a weight beside it, and every state a sign and a word, for screens without colour.
type theme struct {
	bar, title, alarm, warn, good, dim, key, selected lipgloss.Style
	ranks                                             [5]lipgloss.Style // by row.Rank
}

func newTheme() theme {
	s := lipgloss.NewStyle
	alarm := s().Bold(true).Foreground(lipgloss.BrightWhite).Background(lipgloss.Red)
	warn := s().Foreground(lipgloss.Yellow)
	return theme{
		bar:      s().Reverse(true),
		title:    s().Bold(true),
		alarm:    alarm,
		warn:     warn,
		good:     s().Foreground(lipgloss.Green),
		dim:      s().Faint(true),
		key:      s().Bold(true),
		selected: s().Reverse(true),
		ranks:    [5]lipgloss.Style{alarm, alarm, warn, s(), s().Foreground(lipgloss.Green)},
	}
}
