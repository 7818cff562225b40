//go:build !nohw && (linux || darwin) && (amd64 || arm64)

package clib

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Supported says whether this build can load libraries at all.
const Supported = true

func (l Library) open() (*Loaded, error) {
	for _, file := range l.Files {
		h, err := purego.Dlopen(file, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if err == nil {
			return &Loaded{Path: path(file), handle: h}, nil
		}
		// A library that is there and cannot be loaded says why; one that is not there says only that.
		if text := err.Error(); !strings.Contains(text, file+": cannot open shared object") && !strings.Contains(text, "no such file") && !strings.Contains(text, "not found") {
			return nil, &MissingError{l, err.Error()}
		}
	}
	return nil, &MissingError{Library: l}
}

func (l *Loaded) find(f Func) error {
	sym, err := purego.Dlsym(l.handle, f.Name)
	if err != nil || sym == 0 {
		return errors.Join(err, errors.New(f.Name))
	}
	purego.RegisterFunc(f.Fn, sym)
	return nil
}

// Has says whether a library has a function that not all versions have, and sets it.
func (l *Loaded) Has(f Func) bool { return l.find(f) == nil }

// path is the file behind a library's name; its name tells the version.
func path(file string) string {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return file
	}
	defer maps.Close()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if i := strings.IndexByte(lines.Text(), '/'); i >= 0 && strings.HasPrefix(filepath.Base(lines.Text()[i:]), filepath.Base(file)) {
			return lines.Text()[i:]
		}
	}
	return file
}

// Callback makes a C function pointer of a Go function. It is never freed: one for each kind, told apart by its context.
func Callback(fn any) uintptr { return purego.NewCallback(fn) }

// Octets are n octets at a C address.
func Octets(p *byte, n int) []byte { return unsafe.Slice(p, n) }

// CString is the text at a C address, at most 4096 octets of it.
func CString(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for n < 4096 && *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
