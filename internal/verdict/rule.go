// Package verdict judges cells against the lists of what ought to be there and against what a cell may legally broadcast.
package verdict

// Rule is one named, versioned and pure rule.
type Rule interface {
	Name() string
	Version() int
}
