//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/post"
)

// atWork is a post as a process of its own.
type atWork struct {
	t    *testing.T
	dir  string
	cmd  *exec.Cmd
	log  bytes.Buffer
	http *http.Client
}

// startPost starts a post over a simulated district, with its state in dir.
func startPost(t *testing.T, dir string, more ...string) *atWork {
	t.Helper()
	return startPostOn(t, dir, "sim:kt-femto?level=observations", more...)
}

func startPostOn(t *testing.T, dir, radio string, more ...string) *atWork {
	t.Helper()
	p := &atWork{t: t, dir: dir}
	p.cmd = exec.Command("straycell", append([]string{"post", "--radio", radio, "--state", "state", "--socket", "s"}, more...)...)
	p.cmd.Dir = dir
	p.cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	p.http = &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(dir, "s"))
	}}}
	return p
}

// ask reads an answer of the API; zero until there is one.
func ask[T any](p *atWork, path string) (v T) {
	answer, err := p.http.Get("http://post/api/v1/" + path)
	if err != nil {
		return v
	}
	defer answer.Body.Close()
	json.NewDecoder(answer.Body).Decode(&v)
	return v
}

func (p *atWork) until(what string, is func() bool) {
	p.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.cmd.Process.Kill()
			p.cmd.Wait()
			p.t.Fatalf("%s: not after two minutes\n%s", what, p.log.String())
		}
	}
}

// end ends the post with a signal and returns its exit code.
func (p *atWork) end(s syscall.Signal) int {
	p.cmd.Process.Signal(s)
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// shortDir is a folder whose name is short enough for a socket in it.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "post")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestPostPowerCut: a post that is killed again and again goes on with its series, its alerts and its notices. No alert is raised
// twice, and every notice arrives once.
func TestPostPowerCut(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for alerts in real time")
	}
	dir := shortDir(t)
	hook := filepath.Join(dir, "hook")
	took := filepath.Join(dir, "took")
	if err := os.WriteFile(hook, fmt.Appendf(nil, "#!/bin/sh\ntest -e %s/open || exit 1\ncat >> %s\necho >> %s\n", dir, took, took), 0o700); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		p := startPost(t, dir, "--alert", "exec:"+hook, "--heartbeat", "1s")
		p.until("two alerts are open, and it listens", func() bool {
			s := ask[post.State](p, "state")
			return s.Proof != nil && s.Proof.AlertsOpen >= 2 && s.Proof.Radios[0].Looks >= 3
		})
		if n == 2 { // now the link is there
			os.WriteFile(filepath.Join(dir, "open"), nil, 0o600)
			p.until("nothing waits", func() bool {
				s := ask[post.State](p, "state")
				return len(s.Sinks) == 1 && s.Sinks[0].Sent > 2 && s.Sinks[0].Pending == 0
			})
			if code := p.end(syscall.SIGTERM); code != 0 && code != exitInterrupted {
				t.Errorf("exit code %d\n%s", code, p.log.String())
			}
			continue
		}
		time.Sleep(time.Duration(n*300) * time.Millisecond)
		p.end(syscall.SIGKILL)
	}
	text, err := os.ReadFile(took)
	if err != nil {
		t.Fatal(err)
	}
	count, raised := map[string]int{}, map[string]int{}
	for l := range strings.Lines(string(text)) {
		var n post.Notice
		if len(strings.TrimSpace(l)) == 0 {
			continue
		}
		if err := json.Unmarshal([]byte(l), &n); err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		if count[n.ID]++; count[n.ID] > 1 {
			t.Errorf("notice %s came %d times", n.ID, count[n.ID])
		}
		if n.Event == "raised" {
			raised[n.Subject]++
		}
	}
	for subject, n := range raised {
		if n != 1 {
			t.Errorf("%s was raised %d times", subject, n)
		}
	}
	if len(raised) < 2 {
		t.Errorf("raised: %v", raised)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "state", "*", "*.survey"))
	var names []string
	for _, k := range kept {
		names = append(names, filepath.Base(k)[:6])
	}
	slices.Sort(names)
	if want := []string{"000001", "000002", "000003"}; !slices.Equal(names, want) {
		t.Errorf("the series is %v, want %v", names, want)
	}
}

// TestPostReload: SIGHUP puts another list in force and the survey goes on; a list that cannot be read leaves the one before in force.
func TestPostReload(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for cells in real time")
	}
	dir := shortDir(t)
	list := filepath.Join(dir, "list.csv")
	write := func(text string) {
		if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("plmn,eci\n450-08,1\n")
	os.WriteFile(filepath.Join(dir, configName), fmt.Appendf(nil, "known = [%q]\n", list), 0o600)
	p := startPost(t, dir)
	known := func(state string) int {
		n := 0
		for _, c := range ask[[]struct{ Known string }](p, "cells") {
			if c.Known == state {
				n++
			}
		}
		return n
	}
	p.until("cells are unknown", func() bool { return known("unknown") >= 3 && known("known") == 0 })
	text, err := os.ReadFile(filepath.Join("..", "..", "radio", "sim", "scenarios", "kt-femto.csv"))
	if err != nil {
		t.Fatal(err)
	}
	write(string(text))
	p.cmd.Process.Signal(syscall.SIGHUP)
	p.until("cells are known", func() bool { return known("known") >= 3 })
	os.Remove(list)
	p.cmd.Process.Signal(syscall.SIGHUP)
	p.until("it is said that the list is gone", func() bool {
		s := ask[post.State](p, "state")
		return s.Reloads == 2 && s.Proof != nil && len(s.Proof.Problems) > 0
	})
	if h := ask[post.Health](p, "health"); !h.OK || known("known") < 3 {
		t.Errorf("%+v, %d known", h, known("known"))
	}
	if s := ask[post.State](p, "state"); s.Proof.Radios[0].Surveys != 1 || s.Proof.Radios[0].Lost != 0 {
		t.Errorf("%+v", s.Proof.Radios)
	}
	if code := p.end(syscall.SIGTERM); code != 0 && code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, p.log.String())
	}
}
