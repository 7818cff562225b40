//go:build !nohw && (linux || darwin) && (amd64 || arm64)

package clib

import (
	"os"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"
)

// Shield takes standard output and standard error away from everyone but the holders of the files it returns, which lead
// where the two led. os.Stdout and os.Stderr are set to them. A crash of the program is still reported there.
func Shield() (stdout, stderr *os.File, err error) {
	output.mu.Lock()
	defer output.mu.Unlock()
	if output.w != nil {
		return os.Stdout, os.Stderr, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	var files [2]*os.File
	for i, name := range []string{"/dev/stdout", "/dev/stderr"} {
		fd, err := unix.FcntlInt(uintptr(i+1), unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			return nil, nil, err
		}
		files[i] = os.NewFile(uintptr(fd), name)
	}
	if err := debug.SetCrashOutput(files[1], debug.CrashOptions{}); err != nil {
		return nil, nil, err
	}
	for fd := 1; fd <= 2; fd++ {
		if err := dup2(int(w.Fd()), fd); err != nil {
			return nil, nil, err
		}
	}
	output.kept = []*os.File{os.Stdout, os.Stderr} // collected, they would close the descriptors
	os.Stdout, os.Stderr = files[0], files[1]
	output.w, output.seen = w, sync.NewCond(&output.mu)
	go output.read(r)
	return files[0], files[1], nil
}
