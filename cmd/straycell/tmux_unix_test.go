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
	home   string
}

// onTerminal runs a command line on a terminal of 80x24 in a folder of its own; TestMain has put straycell into its path.
func onTerminal(t *testing.T, command string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: the screen cannot be driven on a terminal")
	}
	if testing.Short() {
		t.Skip("drives the screen in real time")
	}
	home := t.TempDir()
	term := &terminal{t, filepath.Join(home, "tmux"), home}
	t.Cleanup(func() { term.tmux("kill-server") })
	out, err := term.tmux("-f", os.DevNull, "new-session", "-d", "-x", "80", "-y", "24", "-c", home,
		"export LC_ALL=C.UTF-8 HOME="+home+"; "+command)
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

// patient is how long a step of a survey may take on a machine that is busy with other things.
const patient = 4 * time.Minute

// forgetful is the district's inventory without one cell of its own: what a dirty list does to an innocent one.
func forgetful(t *testing.T, eci string) string {
	t.Helper()
	whole, err := os.ReadFile("../../radio/sim/scenarios/kt-femto.csv")
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	for line := range strings.Lines(string(whole)) {
		if !strings.Contains(line, ","+eci+",") {
			kept.WriteString(line)
		}
	}
	if kept.Len() == len(whole) {
		t.Fatalf("no cell %s in the inventory", eci)
	}
	path := filepath.Join(t.TempDir(), "kt-femto.csv")
	if err := os.WriteFile(path, []byte(kept.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFieldWork drives the screen as a person would: see the unknown cells marked, ask why, accept the innocent one, hunt the other.
func TestFieldWork(t *testing.T) {
	const innocent, sector = "15667970", "61203/2"
	term := onTerminal(t, "straycell watch --radio sim:kt-femto --earfcn 3743 --ppm -5.3 --ppm-range 2 --known "+forgetful(t, innocent)+" --lists lists; echo the exit code is $?; sleep 600")
	start := time.Now()
	screen := term.until(">!! unknown", patient)
	t.Logf("an unknown cell was on the screen %v after the program's start", time.Since(start).Round(time.Millisecond))
	if lines := strings.Split(screen, "\n"); !strings.HasPrefix(lines[2], "!! ") || !strings.HasPrefix(lines[4], ">!! unknown") {
		t.Errorf("the unknown cell is not on top:\n%s", screen)
	}
	term.until("2 unknown cells", patient)
	term.until("h254419004", patient) // the clone's identity is read
	term.until(sector, patient)       // and the innocent one's

	// Why?
	term.type_("/254419004\n")
	term.press("Enter")
	screen = term.until("[why]", 30*time.Second)
	if words := strings.Join(strings.Fields(screen), " "); !strings.Contains(words, "ID-0") || !strings.Contains(words, "source: inventory kt-femto.csv") {
		t.Errorf("the detail does not say why:\n%s", screen)
	}
	term.press("Escape")
	term.until("pts", 30*time.Second)

	// The innocent one is accepted, and nobody else.
	term.type_("/" + sector + "\n")
	term.until("1 of 1", 30*time.Second)
	term.press("a")
	term.until("why does it belong here?", 30*time.Second)
	term.type_("site of ours, the list is old\n")
	term.until("accepted, in the list", patient)
	term.until(">ok known", patient)
	if list, err := os.ReadFile(filepath.Join(term.home, "lists", "accepted.csv")); err != nil || !strings.Contains(string(list), ","+innocent+",") {
		t.Errorf("the list of accepted cells: %v\n%s", err, list)
	}
	if word, err := os.ReadFile(filepath.Join(term.home, "lists", "accepted.txt")); err != nil || !strings.Contains(string(word), "450-08:"+innocent) || !strings.Contains(string(word), "site of ours, the list is old") {
		t.Errorf("the reason: %v\n%s", err, word)
	}

	// The real one is hunted.
	term.press("Escape")
	screen = term.until(">!! unknown", 30*time.Second)
	if strings.Contains(screen, "2 unknown cells") {
		t.Errorf("the accepted cell is still unknown:\n%s", screen)
	}
	term.press("h")
	term.until("HELD", patient)
	screen = term.until("peak -", patient)
	if !strings.Contains(screen, "!! unknown") || !strings.Contains(screen, "levels/s") || !strings.Contains(screen, "tick on") {
		t.Errorf("the hunt does not show who is hunted, and how:\n%s", screen)
	}
	term.type_("b120\n")
	term.until("120°", 30*time.Second)

	for _, size := range [][2]string{{"60", "15"}, {"120", "40"}} {
		if out, err := term.tmux("resize-window", "-x", size[0], "-y", size[1]); err != nil {
			t.Errorf("resize: %v\n%s", err, out)
		}
		term.until("? help", 30*time.Second)
	}
	term.press("q")
	screen = term.until("the exit code is 0", patient)
	if !strings.Contains(screen, " unknown, ") {
		t.Errorf("what was found is not printed at the end:\n%s", screen)
	}
}

// TestInterrupt: ctrl+c ends with 130 and prints what was found.
func TestInterrupt(t *testing.T) {
	term := onTerminal(t, "straycell watch --radio sim: --earfcn 3743 --ppm -5.3 --ppm-range 2 --no-color --lang ko; echo the exit code is $?; sleep 600")
	term.until("!! 미등록", patient)
	if raw, _ := term.tmux("capture-pane", "-p", "-e"); strings.Contains(raw, "\x1b[31m") || strings.Contains(raw, "\x1b[41m") {
		t.Errorf("colour in spite of --no-color: %q", raw)
	}
	term.press("C-c")
	term.until("the exit code is 130", patient)
}

// TestTerminalGoesAway: the survey goes on, and what was on the screen and is found from then on stands in a file.
func TestTerminalGoesAway(t *testing.T) {
	term := onTerminal(t, "exec straycell watch --radio sim:kt-femto --earfcn 3743 --ppm -5.3 --ppm-range 2")
	term.until("h254419004", patient)
	pid := term.pid()
	term.tmux("kill-server")
	defer syscall.Kill(pid, syscall.SIGKILL)
	lines := func() string {
		files, _ := filepath.Glob(filepath.Join(term.home, "straycell-*.jsonl"))
		if len(files) != 1 {
			return ""
		}
		text, _ := os.ReadFile(files[0])
		return string(text)
	}
	wait := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(patient); !done(); time.Sleep(100 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s; the file is\n%.2000s", what, lines())
			}
		}
	}
	wait("what was on the screen is in no file", func() bool { return strings.Contains(lines(), "254419004") })
	was := len(lines())
	wait("the survey does not go on", func() bool { return len(lines()) > was })
	if !alive(pid) {
		t.Fatal("the survey ended with its terminal")
	}
	syscall.Kill(pid, syscall.SIGTERM)
	wait("SIGTERM does not end it", func() bool { return !alive(pid) })
	if text := lines(); !strings.Contains(text, `{"type":"sweep"`) {
		t.Errorf("the survey was not closed:\n%.2000s", text)
	}
}

// TestStopped: SIGTSTP stops the screen and not the survey; SIGCONT brings the screen back.
func TestStopped(t *testing.T) {
	term := onTerminal(t, "straycell watch --radio sim:kt-femto --earfcn 3743 --ppm -5.3 --ppm-range 2")
	term.until("Msps", patient) // the first look is through
	pid := term.pid()
	if out, err := exec.Command("pgrep", "-P", strconv.Itoa(pid), "straycell").Output(); err == nil { // the shell's child
		pid, _ = strconv.Atoi(strings.TrimSpace(string(out)))
	}
	before := term.seconds(term.until("Msps", patient))
	syscall.Kill(pid, syscall.SIGTSTP)
	term.until("the survey goes on", 30*time.Second)
	time.Sleep(2 * time.Second)
	syscall.Kill(pid, syscall.SIGCONT)
	for end := time.Now().Add(patient); ; time.Sleep(100 * time.Millisecond) {
		screen := term.until("Msps", patient)
		if term.seconds(screen) > before && strings.Contains(screen, "nothing lost") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%.1f s of signal before the stop, and no more after it:\n%s", before, screen)
		}
	}
	term.press("C-z")
	term.until("type exit to come back", 30*time.Second)
	term.type_("exit\n")
	term.until("Msps", patient)
	term.press("q")
}

// pid is that of what the terminal was begun with.
func (term *terminal) pid() int {
	term.t.Helper()
	out, err := term.tmux("list-panes", "-F", "#{pane_pid}")
	pid, err2 := strconv.Atoi(strings.TrimSpace(out))
	if err != nil || err2 != nil {
		term.t.Fatalf("pid: %v %v %q", err, err2, out)
	}
	return pid
}

// seconds is the signal time that a screen shows.
func (term *terminal) seconds(screen string) float64 {
	term.t.Helper()
	fields := append(strings.Fields(strings.Split(screen, "\n")[1]), "")
	s, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		term.t.Fatalf("no time: %v\n%s", err, screen)
	}
	return s
}

// type_ types a text; a newline is enter.
func (term *terminal) type_(text string) {
	term.t.Helper()
	for i, part := range strings.Split(text, "\n") {
		if i > 0 {
			term.press("Enter")
		}
		if part != "" {
			term.press("-l", part)
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
