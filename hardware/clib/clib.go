// Package clib loads C libraries at run time and calls them, and keeps what they print off the terminal. It is the only
// place that needs the system's loader: with the build tag nohw, and on systems without support, nothing is ever found.
package clib

import (
	"fmt"
	"strings"
)

// Library is a C library by the names it has on several systems, and where to get it.
type Library struct {
	Name    string   // as people call it: "librtlsdr"
	Files   []string // tried in order
	Install string   // "Debian, Ubuntu: apt-get install librtlsdr0; …"
}

// MissingError is a library that is not on this machine, or that this build cannot load.
type MissingError struct {
	Library Library
	Why     string
}

func (e *MissingError) Error() string {
	if e.Why != "" {
		return fmt.Sprintf("%s: %s", e.Library.Name, e.Why)
	}
	return fmt.Sprintf("%s is not on this machine (tried %s): install it: %s", e.Library.Name, strings.Join(e.Library.Files, ", "), e.Library.Install)
}

// Loaded is an open library.
type Loaded struct {
	Path   string // its file, with its version where the system shows it
	handle uintptr
}

// Func sets *fn, a pointer to a Go function, to the C function of that name.
type Func struct {
	Name string
	Fn   any
}

// Load opens a library and finds its functions.
func (l Library) Load(funcs ...Func) (*Loaded, error) {
	lib, err := l.open()
	if err != nil {
		return nil, err
	}
	for _, f := range funcs {
		if err := lib.find(f); err != nil {
			return nil, &MissingError{l, fmt.Sprintf("%s has no %s: it is too old, or no %s at all", lib.Path, f.Name, l.Name)}
		}
	}
	return lib, nil
}

// Text is the text in a C buffer, up to its first zero.
func Text(b []byte) string {
	s, _, _ := strings.Cut(string(b), "\x00")
	return s
}
