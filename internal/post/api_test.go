package post

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

const testToken = "a token that is long enough"

// still is a post without a radio that answers; events are put into it by hand.
type still struct {
	*Post
	t      *testing.T
	url    string
	socket string
}

func newStill(t *testing.T) *still {
	t.Helper()
	short, err := os.MkdirTemp("", "post") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(short) })
	p, err := New(Config{Name: "roof", Version: "test", Dir: t.TempDir(), DiskBytes: 1e9, Radios: []Radio{{Name: "sim:"}}, Listen: "127.0.0.1:0", Token: []byte(testToken),
		Socket: filepath.Join(short, "s"), Say: func(string, ...any) {}, Sinks: []Sink{&heap{name: "heap"}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { a.run(ctx) })
	all.Go(func() { p.journal.run(ctx) })
	t.Cleanup(func() { stop(); all.Wait() })
	return &still{p, t, "http://" + a.listeners[1].Addr().String(), p.cfg.Socket}
}

func (s *still) put(e survey.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take(s.radios[0], e)
}

// heard makes the radio listen.
func (s *still) hear(startS, endS float64) {
	s.put(survey.Look{StartS: startS, EndS: endS, Tuning: radio.Tuning{FreqHz: 1840e6, RateHz: 2.4e6}, Obs: []lte.Observation{{FreqHz: 1840e6, PCI: 301, MIB: &lte.MIB{}}}})
}

// ask asks with the token, unless head says otherwise.
func (s *still) ask(method, path, token string, head ...string) (int, []byte) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
		if head[i] == "Host" {
			r.Host = head[i+1]
		}
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if answer.Header.Get("Content-Security-Policy") == "" {
		s.t.Errorf("%s: no Content-Security-Policy", path)
	}
	return answer.StatusCode, body
}

// TestAPIGuard: without the token health answers and nothing else; nobody else's page gets in; nothing can be changed.
func TestAPIGuard(t *testing.T) {
	s := newStill(t)
	s.hear(0, 1)
	paths := []string{"/", "/page.js", "/page.css", "/metrics", "/api/v1/state", "/api/v1/cells", "/api/v1/alerts", "/api/v1/spectrum", "/api/v1/map", "/api/v1/evidence"}
	for _, path := range append(paths, "/api/v1/events", "/api/v1/evidence/x", "/no/such/thing") {
		for _, token := range []string{"", "wrong", testToken[1:]} {
			if code, body := s.ask("GET", path, token); code != http.StatusUnauthorized || bytes.Contains(body, []byte("1840")) {
				t.Errorf("%s with token %q: %d %s", path, token, code, body)
			}
		}
	}
	if code, body := s.ask("GET", "/api/v1/health", ""); code != http.StatusOK || !bytes.Contains(body, []byte(`"ok":true`)) {
		t.Errorf("health: %d %s", code, body)
	}
	time.Sleep(time.Second) // requests are limited
	for _, path := range paths {
		if code, body := s.ask("GET", path, testToken); code != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		if code, _ := s.ask(method, "/api/v1/state", testToken); code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, code)
		}
	}
	for _, c := range []struct {
		name, value string
		code        int
	}{{"Host", "evil.example", http.StatusMisdirectedRequest}, {"Host", "localhost:1", http.StatusOK}, {"Sec-Fetch-Site", "cross-site", http.StatusForbidden}, {"Sec-Fetch-Site", "same-origin", http.StatusOK}} {
		if code, _ := s.ask("GET", "/api/v1/state", testToken, c.name, c.value); code != c.code {
			t.Errorf("%s %s: %d, want %d", c.name, c.value, code, c.code)
		}
	}
	if code, _ := s.ask("GET", "/api/v1/evidence/..%2fpost.db", testToken); code != http.StatusNotFound {
		t.Errorf("a path out of the evidence: %d", code)
	}
	for _, address := range []string{"0.0.0.0:1", ":8850", "192.0.2.1:80", "example.org:80", "localhost"} {
		if err := (&Config{Listen: address, Token: []byte(testToken)}).Check(); err == nil {
			t.Errorf("it would listen on %s", address)
		}
	}
	if err := (&Config{Listen: "127.0.0.1:1", Token: []byte("short")}).Check(); err == nil {
		t.Error("a short token will do")
	}
}

// TestAPILimits: bodies, requests and connections have bounds, and after all of it the post answers.
func TestAPILimits(t *testing.T) {
	s := newStill(t)
	s.hear(0, 1)
	address := strings.TrimPrefix(s.url, "http://")
	r, _ := http.NewRequest("POST", s.url+"/api/v1/state", bytes.NewReader(make([]byte, 1<<20)))
	r.Header.Set("Authorization", "Bearer "+testToken)
	if answer, err := http.DefaultClient.Do(r); err == nil {
		if answer.Body.Close(); answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("a large body: %s", answer.Status)
		}
	}
	var refused, answered atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			c := &http.Client{Timeout: time.Minute}
			for range 60 {
				answer, err := c.Get(s.url + "/api/v1/health")
				if err != nil {
					continue
				}
				io.Copy(io.Discard, answer.Body)
				if answer.Body.Close(); answer.StatusCode == http.StatusTooManyRequests {
					refused.Add(1)
				} else {
					answered.Add(1)
				}
			}
			c.CloseIdleConnections()
		})
	}
	all.Wait()
	if refused.Load() == 0 || answered.Load() < atOnce {
		t.Errorf("%d answered, %d refused", answered.Load(), refused.Load())
	}
	var open []net.Conn
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	cut := 0
	for range maxConns + 40 { // that say nothing
		c, err := net.Dial("tcp", address)
		if err != nil {
			continue
		}
		open = append(open, c)
	}
	for _, c := range open[len(open)-30:] {
		c.SetReadDeadline(time.Now().Add(2 * time.Second))
		if _, err := c.Read(make([]byte, 1)); err == io.EOF || err != nil && !strings.Contains(err.Error(), "timeout") {
			cut++
		}
	}
	if cut < 20 {
		t.Errorf("of 30 connections too many %d were cut", cut)
	}
	for _, c := range open {
		c.Close()
	}
	open = nil
	eventually(t, "it answers again", func() bool {
		answer, err := http.Get(s.url + "/api/v1/health")
		if err == nil {
			answer.Body.Close()
		}
		return err == nil && answer.StatusCode == http.StatusOK
	})
}

// TestEvents: a client gets what is known and then what happens, as the events they were; one that does not read is cut off and
// holds up nothing.
func TestEvents(t *testing.T) {
	s := newStill(t)
	s.hear(0, 1)
	s.put(*testCell("t1", 7, "known", "normal", 1))
	lazy, err := net.Dial("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer lazy.Close()
	fmt.Fprintf(lazy, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
	c, err := NewClient(s.socket, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	got := make(chan survey.Event, 100)
	go c.Events(ctx, func(e survey.Event) error { got <- e; return nil })
	next := func() survey.Event {
		t.Helper()
		select {
		case e := <-got:
			return e
		case <-time.After(time.Minute):
			t.Fatal("no event after a minute")
			return nil
		}
	}
	if e := next().(survey.Cell); e.Transmitter != "t1" || *e.ECI != 7 {
		t.Errorf("%+v", e)
	}
	eventually(t, "both listen", func() bool { n, _ := s.hub.count(); return n == 2 })
	s.put(survey.Progress{Type: "progress", TS: 2, FreqHz: 1840e6, RateHz: 2.4e6, PSD: []float32{-50, -40}})
	if e := next().(survey.Progress); len(e.PSD) != 2 || e.FreqHz != 1840e6 {
		t.Errorf("%+v", e)
	}
	s.put(*testCell("t2", 8, "unknown", "alert", 2))
	if e := next().(survey.Cell); e.Transmitter != "t2" {
		t.Errorf("%+v", e)
	}
	go func() { // what is too much for whoever does not read
		text := strings.Repeat("x", 8<<10)
		for range 4 * maxBehind {
			s.put(survey.Error{Type: "error", Text: text})
			if _, cuts := s.hub.count(); cuts > 0 {
				return
			}
		}
	}()
	go func() {
		for range got {
		}
	}()
	eventually(t, "the lazy one is cut off", func() bool { _, cuts := s.hub.count(); return cuts > 0 })
	if c, err := NewClient(s.url, "wrong"); err != nil || !strings.Contains(c.Events(t.Context(), nil).Error(), "401") {
		t.Error("a client with a wrong token is let in")
	}
}

// TestPageIsOurs: the page loads nothing from elsewhere and makes no markup of what it is told.
func TestPageIsOurs(t *testing.T) {
	files, _ := pageFiles.ReadDir("page")
	for _, f := range files {
		text, _ := pageFiles.ReadFile("page/" + f.Name())
		for _, bad := range []string{"http:", "https:", "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "style=", "onclick", "//cdn"} {
			if bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s holds %s", f.Name(), bad)
			}
		}
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add([]byte("event: cell\ndata: {\"type\":\"cell\"}\n\nevent: x\ndata: 1\n\n: alive\n\nevent: progress\ndata: {\"psd_dbfs\":[1]}\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		readEvents(bytes.NewReader(b), func(e survey.Event) error {
			if _, err := json.Marshal(e); err != nil {
				t.Errorf("%v: %+v", err, e)
			}
			return nil
		})
	})
}
