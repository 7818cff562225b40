//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// terminal is a program on a terminal of tmux, with a server of its own.
type terminal struct {
	t      *testing.T
	socket string
}

// onTerminal runs a command line on a terminal of 80x24; TestMain has put straycell into its path.
func onTerminal(t *testing.T, command string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: the demo cannot be driven on a terminal")
	}
	if testing.Short() {
		t.Skip("drives the demo in real time")
	}
	home := t.TempDir()
	term := &terminal{t, filepath.Join(home, "tmux")}
	t.Cleanup(func() { term.tmux("kill-server") })
	out, err := term.tmux("-f", os.DevNull, "new-session", "-d", "-x", "80", "-y", "24", "-c", home,
		"LC_ALL=C.UTF-8 "+command)
	if err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	return term
}

func (term *terminal) tmux(args ...string) (string, error) {
	out, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	return string(out), err
}

func (term *terminal) press(keys ...string) {
	term.t.Helper()
	if out, err := term.tmux(append([]string{"send-keys"}, keys...)...); err != nil {
		term.t.Fatalf("tmux: %v\n%s", err, out)
	}
}

// until waits for a text on the screen and returns the screen.
func (term *terminal) until(text string, within time.Duration) string {
	term.t.Helper()
	var screen string
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		screen, _ = term.tmux("capture-pane", "-p")
		if strings.Contains(screen, text) {
			return screen
		}
	}
	term.t.Fatalf("%q is not on the screen within %v:\n%s", text, within, screen)
	return ""
}

// TestDemoOnTerminal drives the demo as a person would.
func TestDemoOnTerminal(t *testing.T) {
	start := time.Now()
	term := onTerminal(t, "straycell watch --radio sim:; echo the exit code is $?; sleep 60")
	screen := term.until("!! unknown", 20*time.Second)
	t.Logf("the unknown cell was on the screen %v after the program's start", time.Since(start).Round(time.Millisecond))

	// It is above all others, and the screen says so before the table does.
	lines := strings.Split(screen, "\n")
	if !strings.HasPrefix(lines[2], "!! 1 unknown cell") || !strings.HasPrefix(lines[4], ">!! unknown") {
		t.Errorf("the unknown cell is not on top:\n%s", screen)
	}
	term.until("?? unconfirmed", time.Minute)

	term.press("Enter")
	screen = term.until("!! unknown  ", 5*time.Second) // the title of the whole detail
	if words := strings.Join(strings.Fields(screen), " "); !strings.Contains(words, "ID-0") || !strings.Contains(words, "from: inventory kt-femto.csv") {
		t.Errorf("the detail does not say why:\n%s", screen)
	}
	term.press("Enter")
	term.until(">!! unknown", 5*time.Second)
	term.press("?")
	term.until("no list covers this place", 5*time.Second)
	term.press("?")
	term.until(">!! unknown", 5*time.Second)

	if out, err := term.tmux("resize-window", "-x", "60", "-y", "15"); err != nil {
		t.Errorf("resize: %v\n%s", err, out)
	}
	screen = term.until("q quit", 5*time.Second)
	if !strings.Contains(screen, "!! unknown") {
		t.Errorf("a small screen does not show the unknown cell:\n%s", screen)
	}
	term.tmux("resize-window", "-x", "80", "-y", "24")
	time.Sleep(300 * time.Millisecond)

	term.press("q")
	screen = term.until("the exit code is 0", 10*time.Second)
	if !strings.Contains(screen, " unknown, ") {
		t.Errorf("what was found is not printed at the end:\n%s", screen)
	}
}

// TestInterrupt: ctrl+c ends with 130 and prints what was found.
func TestInterrupt(t *testing.T) {
	term := onTerminal(t, "straycell watch --radio sim: --no-color; echo the exit code is $?; sleep 60")
	term.until("!! unknown", time.Minute)
	if raw, _ := term.tmux("capture-pane", "-p", "-e"); strings.Contains(raw, "\x1b[31m") || strings.Contains(raw, "\x1b[41m") {
		t.Errorf("colour in spite of --no-color: %q", raw)
	}
	term.press("C-c")
	term.until("the exit code is 130", 10*time.Second)
}

// TestTerminalGoesAway: a survey that nobody sees and nothing keeps ends with its terminal.
func TestTerminalGoesAway(t *testing.T) {
	term := onTerminal(t, "exec straycell watch --radio sim:")
	term.until("0 cells", time.Minute)
	out, err := term.tmux("list-panes", "-F", "#{pane_pid}")
	pid, err2 := strconv.Atoi(strings.TrimSpace(out))
	if err != nil || err2 != nil {
		t.Fatalf("pid: %v %v %q", err, err2, out)
	}
	term.tmux("kill-server")
	for end := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the survey goes on without its terminal")
		}
	}
}

// alive tells whether a process runs; one that has ended and waits for its parent does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true // no /proc on this system
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}
