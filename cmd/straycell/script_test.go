package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/straycell/straycell/internal/survey"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"straycell": main}) }

// TestScript pins how the program behaves on the command line.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			scenarios, err := filepath.Abs("../../radio/sim/scenarios")
			e.Setenv("SCENARIOS", scenarios)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"jsonlines": jsonLines,
			"drop":      drop,
			"truncate":  truncate,
			"freeport":  freePort,
			"listening": listening,
			"samecells": sameCells,
			"fast":      fast,
		},
	})
}

// exits CODE COMMAND… runs a command that ends with exactly this exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// jsonlines checks that stdout is lines of JSON objects, each with "type" first; its arguments are types that must be there.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	seen := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			ts.Fatalf("not JSON: %v: %s", err, line)
		}
		kind, _ := o["type"].(string)
		if kind == "" || !strings.HasPrefix(line, `{"type":"`+kind+`"`) {
			ts.Fatalf(`"type" is not first: %s`, line)
		}
		if _, ok := o["t_s"].(float64); !ok {
			ts.Fatalf("no t_s: %s", line)
		}
		seen[kind] = true
	}
	for _, kind := range args {
		if seen[kind] == neg {
			ts.Fatalf("lines of type %s: %v", kind, seen[kind])
		}
	}
}

// freeport NAME sets an environment variable to an address on which nobody listens.
func freePort(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeport name")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// listening ADDRESS waits until somebody does.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listening address")
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", args[0])
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("%v", err)
		}
	}
}

// samecells FILE FILE compares the cells in two files of JSON lines: what they are and whether they are known. A cell
// that is all but lost in the noise may be in one alone.
func sameCells(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: samecells file file")
	}
	const sureDB = -5 // below, SIB1 is a matter of luck
	var heard, sure [2][]string
	for i, file := range args {
		for line := range strings.Lines(ts.ReadFile(file)) {
			var c survey.Cell
			ts.Check(json.Unmarshal([]byte(line), &c))
			if c.Type != "cell" || c.EARFCN == nil {
				continue
			}
			text := fmt.Sprintf("EARFCN %d PCI %d %d ports %d PRB %v %s", *c.EARFCN, c.PCI, c.Ports, c.PRB, c.PLMNs, c.Known)
			if heard[i] = append(heard[i], text); c.SINRdB != nil && *c.SINRdB > sureDB {
				sure[i] = append(sure[i], text)
			}
		}
	}
	for i, file := range args {
		for _, text := range sure[i] {
			if !slices.Contains(heard[1-i], text) {
				ts.Fatalf("%s has %s, the other has\n%s", file, text, strings.Join(heard[1-i], "\n"))
			}
		}
	}
	if len(sure[0]) == 0 {
		ts.Fatalf("%s has no cell", args[0])
	}
}

// fast N wants at least N lines of levels in stdout.
func fast(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fast n")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if n := strings.Count(ts.ReadFile("stdout"), `{"type":"level"`); n < want {
		ts.Fatalf("%d levels, want %d", n, want)
	}
}

// drop FILE TEXT takes the lines with a text out of a file.
func drop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: drop file text")
	}
	var kept strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !strings.Contains(line, args[1]) {
			kept.WriteString(line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(kept.String()), 0o644))
}

// truncate FILE OCTETS cuts a file.
func truncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate file octets")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}
