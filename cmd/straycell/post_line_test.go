//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/post"
	"github.com/straycell/straycell/radio/sim"
)

var badLine = flag.Duration("bad-line", 0, "signal time of TestPostBadLine; 0: it is left out")

// TestPostBadLine surveys samples: a dongle's server offers a simulated district, and the line to it stalls, is reset, and goes away
// for a while. The post goes on, counts what it lost, and raises each alert once.
func TestPostBadLine(t *testing.T) {
	if *badLine == 0 {
		t.Skip("decodes in real time: make soak-post")
	}
	dir := shortDir(t)
	air, line := freeAddress(t), freeAddress(t)
	serve := exec.Command("straycell", "sim", "serve", "--listen", air)
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { serve.Process.Kill(); serve.Wait() }()
	bad := &brokenLine{to: air, rnd: rand.New(rand.NewPCG(1, 14)), faults: map[string]int{}}
	l, err := net.Listen("tcp", line)
	if err != nil {
		t.Fatal(err)
	}
	go bad.run(l)
	defer l.Close()

	hook, took := filepath.Join(dir, "hook"), filepath.Join(dir, "took")
	os.WriteFile(hook, fmt.Appendf(nil, "#!/bin/sh\ncat >> %s\necho >> %s\n", took, took), 0o700)
	csv, err := filepath.Abs("../../radio/sim/scenarios/kt-femto.csv")
	if err != nil {
		t.Fatal(err)
	}
	p := startPostOn(t, dir, "rtltcp://"+line, "--earfcn", "3743,1550", "--known", csv, "--alert", "exec:"+hook, "--heartbeat", "30s")
	var first, last post.State
	began := time.Now()
	for end := began.Add(*badLine); time.Now().Before(end); time.Sleep(time.Second) {
		if s := ask[post.State](p, "state"); s.Proof != nil {
			if last = s; first.Proof == nil && s.Proof.UptimeS > 60 {
				first = s
				p.measure("after a minute")
			}
		}
	}
	p.measure("at the end")
	code := p.end(syscall.SIGTERM)
	text, _ := os.ReadFile(took)
	world, err := sim.Open("sim:")
	if err != nil {
		t.Fatal(err)
	}
	rogues := map[string]bool{}
	for _, c := range world.Truth() {
		if c.Rogue {
			rogues[fmt.Sprintf("stray-cell %s:%d", c.PLMN, c.ECI)] = true
		}
	}
	raised, count := map[string]int{}, map[string]int{}
	for l := range strings.Lines(string(text)) {
		var n post.Notice
		if len(strings.TrimSpace(l)) == 0 {
			continue
		}
		if err := json.Unmarshal([]byte(l), &n); err != nil {
			t.Fatal(err)
		}
		count[n.ID]++
		if n.Event == "raised" {
			raised[n.Alert+" "+n.Subject]++
		}
		if n.Event != "told" {
			t.Logf("%s %s %s %s: %s", n.Alert, n.Event, n.Severity, n.Subject, n.Text)
			if n.Cell != nil {
				for _, f := range n.Cell.Findings {
					t.Logf("    %s %d %s", f.Rule, f.Weight, f.Text)
				}
			}
		}
	}
	bad.mu.Lock()
	t.Logf("%v: faults %v; %+v", *badLine, bad.faults, last.Proof.Radios[0])
	bad.mu.Unlock()
	for id, n := range count {
		if n != 1 {
			t.Errorf("notice %s came %d times", id, n)
		}
	}
	strays := 0
	for subject, n := range raised {
		if !strings.HasPrefix(subject, "stray-cell") {
			continue
		}
		if rogues[subject] {
			strays++
		} else {
			t.Errorf("%s was raised, which is none", subject)
		}
		if n != 1 {
			t.Errorf("%s was raised %d times", subject, n)
		}
	}
	if strays < 4 || code != 0 && code != exitInterrupted {
		t.Errorf("%d stray cells, want most of the car's seven; exit code %d\n%s", strays, code, p.log.String())
	}
	if r := last.Proof.Radios[0]; r.Lost == 0 || r.ListenedS < badLine.Seconds()/4 {
		t.Errorf("%+v", r)
	}
}

// measure logs what the post holds.
func (p *atWork) measure(when string) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	fds, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	for l := range strings.Lines(string(status)) {
		if strings.HasPrefix(l, "VmRSS") || strings.HasPrefix(l, "Threads") {
			p.t.Logf("%s: %s", when, strings.Join(strings.Fields(l), " "))
		}
	}
	p.t.Logf("%s: %d descriptors", when, len(fds))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// brokenLine passes on what a server sends, for a while.
type brokenLine struct {
	to  string
	rnd *rand.Rand

	mu     sync.Mutex
	faults map[string]int
}

func (b *brokenLine) run(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go b.pass(c)
	}
}

// pass connects a client, and breaks the line after some seconds in one of the ways lines break.
func (b *brokenLine) pass(c net.Conn) {
	defer c.Close()
	up, err := net.Dial("tcp", b.to)
	if err != nil {
		return
	}
	defer up.Close()
	go io.Copy(up, c)
	buf := make([]byte, 64<<10)
	for {
		b.mu.Lock()
		end := time.Now().Add(time.Duration(5+b.rnd.IntN(40)) * time.Second)
		how := []string{"stall", "long stall", "reset", "end"}[b.rnd.IntN(4)]
		b.mu.Unlock()
		for time.Now().Before(end) {
			n, err := up.Read(buf)
			if err == nil {
				_, err = c.Write(buf[:n])
			}
			if err != nil {
				return
			}
		}
		b.mu.Lock()
		b.faults[how]++
		b.mu.Unlock()
		switch how {
		case "stall":
			time.Sleep(800 * time.Millisecond)
		case "long stall":
			time.Sleep(4 * time.Second)
		case "reset":
			c.(*net.TCPConn).SetLinger(0)
			return
		case "end":
			return
		}
	}
}
