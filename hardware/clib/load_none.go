//go:build nohw || !(linux || darwin) || !(amd64 || arm64)

package clib

// Supported says whether this build can load libraries at all.
const Supported = false

func (l Library) open() (*Loaded, error) {
	return nil, &MissingError{l, "this build of straycell loads no libraries; use the full build, or the radio over the network (rtltcp://host:1234)"}
}

func (l *Loaded) find(Func) error { panic("no library was loaded") }

// Has says whether a library has a function that not all versions have, and sets it.
func (l *Loaded) Has(Func) bool { return false }

// Callback is never called: no library was loaded.
func Callback(any) uintptr { return 0 }

// Octets is never called: no library was loaded.
func Octets(*byte, int) []byte { return nil }

// CString is never called: no library was loaded.
func CString(*byte) string { return "" }
