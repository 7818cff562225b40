package tui

import "charm.land/lipgloss/v2"

// theme is the screen's few styles. Colours are the terminal's own sixteen, so that its owner's choice of contrast holds;
// each has a weight beside it, and every state a sign and a word, for screens without colour.
type theme struct {
	bar, title, alarm, warn, good, dim, key, on lipgloss.Style
	ranks                                       [5]lipgloss.Style // by row.Rank
	heat                                        [5]lipgloss.Style // of a waterfall, from nothing to much
}

func newTheme() theme {
	s := lipgloss.NewStyle
	alarm := s().Bold(true).Foreground(lipgloss.BrightWhite).Background(lipgloss.Red)
	suspect := s().Bold(true).Foreground(lipgloss.Black).Background(lipgloss.Yellow)
	warn := s().Foreground(lipgloss.Yellow)
	return theme{
		bar:   s().Reverse(true),
		title: s().Bold(true),
		alarm: alarm,
		warn:  warn,
		good:  s().Foreground(lipgloss.Green),
		dim:   s().Faint(true),
		key:   s().Bold(true),
		on:    s().Bold(true).Reverse(true),
		ranks: [5]lipgloss.Style{alarm, suspect, warn, s(), s().Foreground(lipgloss.Green)},
		heat: [5]lipgloss.Style{s(), s().Foreground(lipgloss.Blue), s().Foreground(lipgloss.Cyan), s().Foreground(lipgloss.Yellow),
			s().Bold(true).Foreground(lipgloss.BrightRed)},
	}
}
