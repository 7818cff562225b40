//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignals: the first SIGINT prints what was found until then and ends with 130; a second one ends at once.
func TestSignals(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	for _, c := range []struct {
		name    string
		signals int
		within  time.Duration
	}{{"once", 1, 20 * time.Second}, {"twice", 2, 500 * time.Millisecond}} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command("straycell", "scan", "--radio", "sim:", "--json", "--for", "1h",
				"--ppm", "-5.3", "--ppm-range", "2")
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill()
			lines := bufio.NewScanner(out)
			for lines.Scan() && !strings.Contains(lines.Text(), `"type":"progress"`) {
			}
			var start time.Time
			for range c.signals {
				start = time.Now()
				cmd.Process.Signal(syscall.SIGINT)
				time.Sleep(100 * time.Millisecond)
			}
			cells, last := 0, ""
			for lines.Scan() {
				var line struct{ Type string }
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Errorf("not JSON: %v: %s", err, lines.Text())
				}
				if last = line.Type; last == "cell" {
					cells++
				}
			}
			cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
				t.Errorf("exit code %d, want %d", code, exitInterrupted)
			}
			if took := time.Since(start); took > c.within {
				t.Errorf("ended %v after the last signal, want %v", took, c.within)
			}
			if c.signals == 1 && (cells == 0 || last != "sweep") {
				t.Errorf("%d cells printed, the last line is of type %s", cells, last)
			}
		})
	}
}
