package post

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

//go:embed page
var pageFiles embed.FS

// api answers questions, on a unix socket and on loopback. It changes nothing: there is no request that does.
type api struct {
	p         *Post
	listeners []net.Listener
	servers   []*http.Server
}

// Limits of what clients may ask for.
const (
	maxConns    = 64 // at once, on each listener
	perSecond   = 50 // requests
	atOnce      = 100
	maxBody     = 4096 // nothing here takes one
	maxHeaders  = 16 << 10
	writeWithin = 20 * time.Second
)

// listen opens the API's sockets.
func (p *Post) listen() (*api, error) {
	a := &api{p: p}
	if path := p.cfg.Socket; path != "" {
		l, err := listenUnix(path)
		if err != nil {
			return nil, fmt.Errorf("post: API: %w", err)
		}
		a.serve(l, nil)
	}
	if p.cfg.Listen == "" {
		return a, nil
	}
	if err := loopback(p.cfg.Listen); err != nil {
		a.close()
		return nil, err
	}
	l, err := net.Listen("tcp", p.cfg.Listen)
	if err != nil {
		a.close()
		return nil, fmt.Errorf("post: API: %w", err)
	}
	a.serve(l, p.cfg.Token)
	return a, nil
}

// loopback refuses addresses that others could reach.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("post: API on %s: it answers on this machine alone: type 127.0.0.1:8850 or [::1]:8850, and reach it from elsewhere through ssh -L", address)
	}
	return nil
}

// listenUnix opens a socket for its owner and group. One that nobody answers on any more is replaced.
func listenUnix(path string) (net.Listener, error) {
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return nil, fmt.Errorf("%s: another post answers there", path)
	}
	if st, err := os.Lstat(path); err == nil && st.Mode()&fs.ModeSocket != 0 {
		os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// serve answers on a listener; with a token, only to those who have it.
func (a *api) serve(l net.Listener, token []byte) {
	mux := http.NewServeMux()
	for pattern, h := range map[string]http.HandlerFunc{
		"/api/v1/state": a.state, "/api/v1/cells": a.cells, "/api/v1/alerts": a.alerts, "/api/v1/events": a.events,
		"/api/v1/spectrum": a.spectrum, "/api/v1/map": a.places, "/api/v1/evidence": a.evidence, "/api/v1/evidence/{name}": a.evidenceFile, "/metrics": a.metrics, "/{$}": a.page, "/page.js": a.page, "/page.css": a.page,
	} {
		mux.Handle("GET "+pattern, h)
	}
	guarded := guard(mux, token)
	open := http.NewServeMux()
	open.HandleFunc("GET /api/v1/health", a.health)
	open.Handle("/", guarded)
	a.listeners = append(a.listeners, limitConns(l, maxConns))
	a.servers = append(a.servers, &http.Server{
		Handler: hardened(limitRate(open), token != nil), ReadTimeout: 10 * time.Second, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: writeWithin, IdleTimeout: 30 * time.Second,
		MaxHeaderBytes: maxHeaders, ErrorLog: nil,
	})
}

// run serves until ctx ends.
func (a *api) run(ctx context.Context) {
	done := make(chan struct{})
	for i, s := range a.servers {
		s.BaseContext = func(net.Listener) context.Context { return ctx }
		s.ErrorLog = quiet
		go func() {
			s.Serve(a.listeners[i])
			done <- struct{}{}
		}()
	}
	<-ctx.Done()
	for _, s := range a.servers {
		end, cancel := context.WithTimeout(context.Background(), time.Second)
		if s.Shutdown(end) != nil {
			s.Close()
		}
		cancel()
		<-done
	}
}

func (a *api) close() {
	for _, l := range a.listeners {
		l.Close()
	}
}

// guard lets those through who have the token: as a bearer, or as the password that a browser asks for.
func guard(next http.Handler, token []byte) http.Handler {
	if token == nil {
		return next
	}
	want := sha256.Sum256(token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			_, given, _ = r.BasicAuth()
		}
		have := sha256.Sum256([]byte(given))
		if subtle.ConstantTimeCompare(have[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="straycell: the token is the password", charset="UTF-8"`)
			http.Error(w, "the token of this post is needed", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hardened keeps other pages of a browser away: by name, by origin, and by what the page may load.
func hardened(next http.Handler, tcp bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if tcp { // a name that somebody else's server gives this address is not ours
			host := r.Host
			if name, _, err := net.SplitHostPort(host); err == nil {
				host = name
			}
			if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
				http.Error(w, "this post answers to localhost, 127.0.0.1 and [::1]", http.StatusMisdirectedRequest)
				return
			}
		}
		if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
			http.Error(w, "not for other pages", http.StatusForbidden)
			return
		}
		if r.ContentLength > maxBody {
			h.Set("Connection", "close")
			http.Error(w, "nothing here takes a body", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

func reply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	w.Write(append(line(v), '\n'))
}

// Health is whether a post can be relied on.
type Health struct {
	OK       bool      `json:"ok"`
	Time     time.Time `json:"time"`
	Problems []trouble `json:"problems"`
}

func (p *Post) health() Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := Health{OK: true, Time: p.cfg.now().UTC().Round(time.Millisecond), Problems: p.problems()}
	for _, t := range h.Problems {
		h.OK = h.OK && !t.Fatal
	}
	return h
}

func (a *api) health(w http.ResponseWriter, _ *http.Request) {
	h := a.p.health()
	code := http.StatusOK
	if !h.OK {
		code = http.StatusServiceUnavailable
	}
	reply(w, code, h)
}

// State is a post in short.
type State struct {
	Post    string     `json:"post"`
	Version string     `json:"version"`
	Proof   *Proof     `json:"proof"`
	Sinks   []Delivery `json:"sinks"`
	Reloads int64      `json:"reloads"`
	Notices []Notice   `json:"notices"` // the newest last
}

func (a *api) state(w http.ResponseWriter, _ *http.Request) {
	p := a.p
	p.mu.Lock()
	s := State{Post: p.cfg.Name, Version: p.cfg.Version, Proof: p.proof(), Sinks: p.outbox.deliveries(), Reloads: p.stats.reloads, Notices: []Notice{}}
	for _, n := range p.notices[max(0, len(p.notices)-50):] {
		n.Cell = nil
		s.Notices = append(s.Notices, n)
	}
	p.mu.Unlock()
	reply(w, http.StatusOK, s)
}

func (a *api) cells(w http.ResponseWriter, r *http.Request) {
	a.p.mu.Lock()
	cells := a.p.cells()
	a.p.mu.Unlock()
	if r.URL.Query().Has("brief") {
		for i := range cells {
			cells[i] = *brief(cells[i])
		}
	}
	reply(w, http.StatusOK, cells)
}

func (a *api) alerts(w http.ResponseWriter, _ *http.Request) {
	a.p.mu.Lock()
	list := []Alert{}
	for _, x := range a.p.alerts.list() {
		one := *x
		one.heard = nil
		list = append(list, one)
	}
	a.p.mu.Unlock()
	reply(w, http.StatusOK, list)
}

func (a *api) spectrum(w http.ResponseWriter, _ *http.Request) {
	a.p.mu.Lock()
	list := []spectrum{}
	for _, r := range a.p.radios {
		for _, s := range r.psd {
			if len(s.DB) > 0 {
				list = append(list, s)
			}
		}
	}
	a.p.mu.Unlock()
	sortSpectra(list)
	reply(w, http.StatusOK, list)
}

// events is the stream of what happens, after all that is known by now.
func (a *api) events(w http.ResponseWriter, r *http.Request) {
	l := a.p.hub.join()
	if l == nil {
		http.Error(w, "too many listen already", http.StatusServiceUnavailable)
		return
	}
	defer a.p.hub.leave(l)
	w.Header().Set("Content-Type", "text/event-stream")
	c := http.NewResponseController(w)
	write := func(frame []byte) bool {
		c.SetWriteDeadline(time.Now().Add(writeWithin))
		_, err := w.Write(frame)
		return err == nil
	}
	a.p.mu.Lock()
	cells := a.p.cells()
	a.p.mu.Unlock()
	if !write([]byte("retry: 2000\n\n")) {
		return
	}
	for i := range cells {
		if !write(sse("cell", line(cells[i]))) {
			return
		}
	}
	c.Flush()
	pulse := time.NewTicker(10 * time.Second)
	defer pulse.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-l.gone:
			return
		case frame := <-l.events:
			if !write(frame) {
				return
			}
			for more := true; more; {
				select {
				case frame := <-l.events:
					more = write(frame)
				default:
					more = false
				}
			}
		case <-pulse.C:
			if !write([]byte(": alive\n\n")) {
				return
			}
		}
		if c.Flush() != nil {
			return
		}
	}
}

// Evidence is a stored survey, or what was made of one.
type Evidence struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

func (a *api) evidence(w http.ResponseWriter, _ *http.Request) {
	list := []Evidence{}
	for _, f := range a.p.series.files(a.p.series.evidence) {
		list = append(list, Evidence{f.name, f.bytes})
	}
	reply(w, http.StatusOK, list)
}

func (a *api) evidenceFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	for _, f := range a.p.series.files(a.p.series.evidence) {
		if f.name != name {
			continue
		}
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute))
		w.Header().Set("Content-Type", "application/octet-stream")
		if st, err := os.Stat(f.path); err == nil && st.IsDir() {
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".tar"}))
			t := tar.NewWriter(w)
			if t.AddFS(os.DirFS(f.path)) == nil {
				t.Close()
			}
			return
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		http.ServeFile(w, r, f.path)
		return
	}
	http.Error(w, "no such evidence: /api/v1/evidence lists it", http.StatusNotFound)
}

func (a *api) page(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	if name == "/" {
		name = "index.html"
	}
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(filepath.Ext(name)))
	w.Write(text)
}

// mapPlace is something on the map.
type mapPlace struct {
	Name  string  `json:"name"`
	Lat   float64 `json:"lat"`
	Lon   float64 `json:"lon"`
	Known string  `json:"known"`
	Level string  `json:"level"`
	ErrM  float64 `json:"radius_m,omitempty"`
	From  string  `json:"from"` // list, estimate, receiver
}

func (a *api) places(w http.ResponseWriter, _ *http.Request) {
	p := a.p
	p.mu.Lock()
	out := []mapPlace{}
	for _, r := range p.radios {
		var at *survey.Cell
		for _, x := range r.cells {
			if at == nil || x.TS > at.TS {
				at = &x.Cell
			}
			if m, ok := p.where(r, &x.Cell); ok {
				out = append(out, m)
			}
		}
		if at != nil && at.Lat != nil && at.Lon != nil {
			out = append(out, mapPlace{Name: r.name, Lat: *at.Lat, Lon: *at.Lon, From: "receiver"})
		}
	}
	p.mu.Unlock()
	sortPlaces(out)
	reply(w, http.StatusOK, out)
}

var errNoToken = errors.New("post: --listen needs a token, for every program on this machine can reach it: write one into a file, like openssl rand -hex 32 > token, and name it with --token-file")

// Check says what of a configuration cannot be right.
func (c *Config) Check() error {
	if c.Listen == "" {
		return nil
	}
	if len(c.Token) < 16 {
		return errNoToken
	}
	return loopback(c.Listen)
}
