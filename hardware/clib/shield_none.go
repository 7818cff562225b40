//go:build nohw || !(linux || darwin) || !(amd64 || arm64)

package clib

import "os"

// Shield has nothing to do where no library is loaded.
func Shield() (stdout, stderr *os.File, err error) { return os.Stdout, os.Stderr, nil }
