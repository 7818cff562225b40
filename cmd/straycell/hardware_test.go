package main

import (
	"context"
	"debug/elf"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/rtlsdr"
	"github.com/straycell/straycell/hardware/soapy"
	"github.com/straycell/straycell/hardware/uhd"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

var hardware = flag.String("radio", "", "a real radio for TestHardware")

// TestHardware holds a real radio against the contract of a source.
func TestHardware(t *testing.T) {
	if *hardware == "" {
		t.Skip("say which radio: make test-hw RADIO=rtlsdr:")
	}
	radiotest.Run(t, func(t *testing.T) radio.Source {
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		e := &env{ctx: ctx, out: os.Stdout, notes: newNotes(os.Stderr), getenv: os.Getenv}
		src, err := (&radioFlags{Radio: []string{*hardware}}).open(e)
		if err != nil {
			t.Fatal(err)
		}
		return src
	})
}

// TestLibraries: the program as it is shipped, built without cgo, calls whatever libraries this machine has and says what is
// missing of the others. The same program where none can be found, and a build without them, say so and go on.
func TestLibraries(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if !clib.Supported {
		t.Skip("this build loads no libraries")
	}
	dir := t.TempDir()
	build := func(name string, args ...string) string {
		file := filepath.Join(dir, name)
		cmd := exec.Command("go", append(append([]string{"build", "-o", file}, args...), ".")...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, text)
		}
		return file
	}
	ask := func(file string, args ...string) (string, int) {
		cmd := exec.Command(file, args...)
		text, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatalf("%s %v: %v", file, args, err)
		}
		return string(text), cmd.ProcessState.ExitCode()
	}
	radios := []struct {
		uri, absent, missing string
		version              func() (string, error)
	}{
		{"rtlsdr:", "no RTL-SDR dongle is plugged in", "librtlsdr is not on this machine", rtlsdr.Version},
		{"uhd:type=b200", "no USRP matches", "libuhd is not on this machine", uhd.Version},
		{"soapy:driver=hackrf", "no device matches driver=hackrf", "libSoapySDR is not on this machine", soapy.Version},
	}
	full := build("full")
	doctor, _ := ask(full, "doctor")
	for _, r := range radios {
		want := r.absent
		name, err := r.version()
		if err != nil {
			want = r.missing
			t.Logf("%v", err)
		} else if t.Log(name); !strings.Contains(doctor, "ok    "+name) {
			t.Errorf("doctor does not name %s:\n%s", name, doctor)
		}
		if text, code := ask(full, "scan", "--radio", r.uri, "--earfcn", "3743"); code != exitFailed || !strings.Contains(text, want) || strings.Count(text, "\n") > 2 {
			t.Errorf("%s: exit code %d, want 1 and %q alone:\n%s", r.uri, code, want, text)
		}
	}

	none := build("nohw", "-tags", "nohw")
	for _, r := range radios {
		if text, code := ask(none, "scan", "--radio", r.uri, "--earfcn", "3743"); code != exitFailed || !strings.Contains(text, "this build of straycell loads no libraries") {
			t.Errorf("nohw, %s: exit code %d:\n%s", r.uri, code, text)
		}
	}
	if runtime.GOOS != "linux" {
		return
	}
	if f, err := elf.Open(none); err != nil || hasInterpreter(f) {
		t.Errorf("the build without libraries is not static: %v", err)
	}
	if f, err := elf.Open(full); err != nil || !hasInterpreter(f) {
		t.Errorf("the full build has no loader to load libraries with: %v", err)
	}
	// In a place that has the loader and nothing else, the same file says what is missing.
	root, loader := filepath.Join(dir, "root"), ""
	for _, lib := range []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6",
		"/lib/x86_64-linux-gnu/libdl.so.2", "/lib/aarch64-linux-gnu/libdl.so.2", "/lib/x86_64-linux-gnu/libpthread.so.0", "/lib/aarch64-linux-gnu/libpthread.so.0"} {
		if text, err := os.ReadFile(lib); err == nil {
			loader = lib
			os.MkdirAll(filepath.Join(root, filepath.Dir(lib)), 0o755)
			if err := os.WriteFile(filepath.Join(root, lib), text, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := os.ReadFile(full)
	if err == nil {
		err = os.WriteFile(filepath.Join(root, "straycell"), text, 0o755)
	}
	if err != nil || loader == "" || os.Geteuid() != 0 {
		t.Skipf("needs root and glibc for a place without libraries: %v", err)
	}
	for _, r := range radios {
		out, code := ask("chroot", root, "/straycell", "scan", "--radio", r.uri, "--earfcn", "3743")
		if code != exitFailed || !strings.Contains(out, r.missing) || !strings.Contains(out, "apt-get install") {
			t.Errorf("without libraries, %s: exit code %d:\n%s", r.uri, code, out)
		}
	}
}

func hasInterpreter(f *elf.File) bool {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return true
		}
	}
	return false
}
