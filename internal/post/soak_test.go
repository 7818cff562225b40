package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

var soakSignal = flag.Duration("signal", 5*time.Minute, "signal time of TestSoak")

// smallDisk names the folder of a disk that the soak may fill.
const smallDisk = "POST_SOAK_DISK"

// TestSoak runs a post over a simulated district while everything around it goes wrong: its radio stalls, resets, goes away and
// goes deaf, its disk fills up, the clock is set, lists are read anew each minute of signal, clients abuse the API, and its sinks are
// down half of the time. What it tells must be what is true, told once, and told to everyone.
func TestSoak(t *testing.T) {
	if testing.Short() {
		*soakSignal = min(*soakSignal, 30*time.Second)
	}
	if os.Getenv(smallDisk) == "" && againOnSmallDisk(t) {
		return
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir()) // of the key that evidence is signed with
	s := newSoak(t)
	s.run(*soakSignal)
	s.check()
}

// againOnSmallDisk runs the test in a process of its own that has a disk of its own, where the system lets it.
func againOnSmallDisk(t *testing.T) bool {
	if runtime.GOOS != "linux" || exec.Command("unshare", "-rm", "true").Run() != nil {
		t.Log("no unshare here: this disk does not fill up")
		return false
	}
	dir := t.TempDir()
	args := []string{"-rm", "sh", "-c", `mount -t tmpfs -o size=48m none "$1" && shift && exec "$@"`, "sh", dir,
		os.Args[0], "-test.run=^TestSoak$", "-test.v=" + fmt.Sprint(testing.Verbose()), "-test.timeout=0", "-signal=" + soakSignal.String()}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), smallDisk+"="+dir)
	out, err := cmd.CombinedOutput()
	t.Logf("on a disk of 48 MB: %s", out)
	if err != nil {
		t.Errorf("%v", err)
	}
	return true
}

// soak is a post and its bad surroundings.
type soak struct {
	t     *testing.T
	dir   string
	disk  bool
	post  *Post
	world *badRadio
	hook  *badHook
	all   *heap // a sink that never fails: what was told
	clock atomic.Int64
	say   []string
	sayMu sync.Mutex
	lists atomic.Bool // they cannot be read
	rnd   *rand.Rand
	kinds map[string]int // faults that happened
	flat  []sample
	fill  []string

	socket   string
	listen   atomic.Value // of string: where the API is
	restarts int
	stop     context.CancelFunc
	ended    chan error
}

// sample is what the process holds.
type sample struct {
	signalS         float64
	heap            uint64
	goroutines, fds int
}

const soakToken = "a token that is long enough"

func newSoak(t *testing.T) *soak {
	s := &soak{t: t, dir: os.Getenv(smallDisk), rnd: rand.New(rand.NewPCG(14, 1)), kinds: map[string]int{}}
	if s.disk = s.dir != ""; !s.disk {
		s.dir = t.TempDir()
	}
	s.dir = filepath.Join(s.dir, "state")
	socket, err := os.MkdirTemp("", "post") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(socket) })
	s.socket = filepath.Join(socket, "s")
	w, err := sim.Open("sim:kt-femto?level=observations&seed=5")
	if err != nil {
		t.Fatal(err)
	}
	s.world = &badRadio{World: w, soak: s}
	s.hook = newBadHook(t)
	s.all = &heap{name: "all"}
	return s
}

func (s *soak) note(kind string) {
	s.sayMu.Lock()
	defer s.sayMu.Unlock()
	s.kinds[kind]++
}

// begin starts the post, on what it left behind.
func (s *soak) begin() {
	u, _ := url.Parse(s.hook.URL)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	listen := free.Addr().String()
	s.listen.Store(listen)
	free.Close()
	p, err := New(Config{
		Name: "soak", Version: "test", Dir: s.dir, Every: 20 * time.Minute, DiskBytes: 24e6,
		Radios: []Radio{{Name: "r", Open: s.world.open, Close: func() error { return nil }}},
		Lists:  s.read, Surveys: s.surveys,
		Sinks: []Sink{s.all, newWebhook(u, []byte("secret"))}, Heartbeat: time.Second,
		Socket: s.socket, Listen: listen, Token: []byte(soakToken),
		Say: func(format string, a ...any) {
			s.sayMu.Lock()
			defer s.sayMu.Unlock()
			if s.say = append(s.say, fmt.Sprintf(format, a...)); len(s.say) > 400 {
				s.say = s.say[200:]
			}
		},
		now:    func() time.Time { return time.Now().Add(time.Duration(s.clock.Load())) },
		pauses: pauses{time.Millisecond, 100 * time.Millisecond, 5 * time.Second}, tick: 20 * time.Millisecond,
		reopen: pauses{first: time.Millisecond, longest: 20 * time.Millisecond}, away: time.Second,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.post = p
	ctx, stop := context.WithCancel(s.t.Context())
	s.stop, s.ended = stop, make(chan error, 1)
	go func() { s.ended <- p.Run(ctx) }()
}

// end stops the post as a system that shuts down does.
func (s *soak) end() {
	s.stop()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("the post ended: %v", err)
		}
	case <-time.After(time.Minute):
		buf := make([]byte, 1<<20)
		s.t.Fatalf("the post does not end:\n%s", buf[:runtime.Stack(buf, true)])
	}
}

// read is the list, which is broken now and then.
func (s *soak) read() ([]survey.Lists, error) {
	if s.lists.Load() {
		return nil, errors.New("line 3: no list")
	}
	set, _, err := known.Read(bytes.NewReader(s.world.Inventory()), s.world.InventoryName(), nil)
	return []survey.Lists{{Known: set}}, err
}

func (s *soak) surveys([]int, []survey.Lists) ([]Job, error) {
	lat, lon := s.world.Where()
	cfg := survey.Config{Source: s.world, Observer: s.world, Here: &known.Place{Lat: lat, Lon: lon}, Workers: 1}
	for _, f := range s.world.Plan() {
		cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
	}
	return []Job{{Radio: 0, Survey: cfg, Meta: func() store.Meta {
		return store.Meta{Program: "test", Started: s.post.cfg.now(), Source: "sim:kt-femto"}
	}}}, nil
}

// run is the ordeal.
func (s *soak) run(signal time.Duration) {
	s.begin()
	ctx, stop := context.WithCancel(s.t.Context())
	var abuse sync.WaitGroup
	abuse.Go(func() { s.abuse(ctx) })
	began := time.Now()
	next, events := 60.0, s.schedule(signal.Seconds())
	for s.world.signalS() < signal.Seconds() {
		select {
		case err := <-s.ended:
			s.t.Fatalf("the post ended: %v\n%s", err, strings.Join(s.say, "\n"))
		case <-time.After(2 * time.Millisecond):
		}
		at := s.world.signalS()
		if at >= next {
			next += 60
			s.note("reload")
			s.lists.Store(int(next/60)%5 == 0)
			if err := s.post.Reload(ctx); err != nil && !strings.Contains(err.Error(), "no list") {
				s.t.Errorf("reload: %v", err)
			}
			s.lists.Store(false)
		}
		for len(events) > 0 && at >= events[0].atS {
			events[0].do()
			events = events[1:]
		}
	}
	for _, e := range events {
		e.do()
	}
	stop()
	abuse.Wait()
	s.hook.down.Store(false)
	s.hook.always.Store(true)
	calm := 0 // what failed before the disk was free may be told after: it stays calm for a second
	eventually(s.t, "the disk takes everything again, it hears, and all notices are delivered", func() bool {
		calm++
		if s.open(DiskFull) || s.open(Deaf) || slices.ContainsFunc(s.post.outbox.deliveries(), func(d Delivery) bool { return d.Pending > 0 }) {
			calm = 0
		}
		return calm > 500
	})
	s.measure()
	at := s.world.signalS()
	s.sayMu.Lock()
	defer s.sayMu.Unlock()
	s.t.Logf("%.0f s of signal in %v, %d restarts: %v", at, time.Since(began).Round(time.Second), s.restarts, s.kinds)
}

// event is something that happens at a signal time.
type event struct {
	atS float64
	do  func()
}

// schedule is what goes wrong when, beside what goes wrong at random.
func (s *soak) schedule(forS float64) []event {
	var out []event
	at := func(share float64, do func()) { out = append(out, event{share * forS, do}) }
	for _, share := range []float64{0.25, 0.5, 0.75} {
		at(share, s.measure)
	}
	at(0.10, func() { s.clock.Add(int64(3 * time.Hour)); s.note("clock step") })
	at(0.60, func() { s.clock.Add(-int64(50 * time.Hour)); s.note("clock step") })
	at(0.30, func() {
		s.end()
		s.restarts++
		s.begin()
	})
	at(0.35, func() { s.world.away.Store(true); s.note("away") })
	at(0.35, func() {
		eventually(s.t, "the radio is missed", func() bool { return s.open(RadioAway) })
		s.world.away.Store(false)
	})
	if s.disk {
		at(0.20, func() {
			s.fillDisk()
			s.note("disk full")
			eventually(s.t, "the full disk is noticed", func() bool { return s.open(DiskFull) })
		})
		at(0.24, s.freeDisk)
		at(0.97, func() { s.fillDisk(); s.note("disk full") })
		at(0.98, s.freeDisk)
	}
	// Deaf for three minutes of signal, once what is always there is known.
	if forS < 290 {
		return s.order(out)
	}
	at(0.45, func() { s.world.deaf.Store(true); s.note("deaf") })
	at(0.45+180/forS, func() {
		s.world.deaf.Store(false)
		if !s.open(Deaf) {
			s.t.Errorf("it is deaf for three minutes and does not know it: %s", s.post.metrics())
		}
	})
	return s.order(out)
}

// order is a schedule in the order of time.
func (s *soak) order(out []event) []event {
	slices.SortStableFunc(out, func(a, b event) int { return int(a.atS*1e3) - int(b.atS*1e3) })
	return out
}

func (s *soak) open(name string) bool {
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	for _, x := range s.post.alerts.open {
		if x.Name == name {
			return true
		}
	}
	return false
}

// fillDisk takes all the room there is.
func (s *soak) fillDisk() {
	path := filepath.Join(filepath.Dir(s.dir), fmt.Sprint("fill", len(s.fill)))
	s.fill = append(s.fill, path)
	f, err := os.Create(path)
	if err != nil {
		return
	}
	defer f.Close()
	for size := 1 << 20; size >= 512; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

func (s *soak) freeDisk() {
	for _, path := range s.fill {
		os.Remove(path)
	}
}

// measure notes what the process holds.
func (s *soak) measure() {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fds, _ := os.ReadDir("/proc/self/fd")
	s.flat = append(s.flat, sample{s.world.signalS(), m.HeapAlloc, runtime.NumGoroutine(), len(fds)})
}

// abuse is clients that mean ill, or are merely stupid.
func (s *soak) abuse(ctx context.Context) {
	rnd := rand.New(rand.NewPCG(3, 4))
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{}}}
	var held []net.Conn
	defer func() {
		for _, c := range held {
			c.Close()
		}
	}()
	for ctx.Err() == nil {
		listen := s.listen.Load().(string)
		base := "http://" + listen
		switch rnd.IntN(6) {
		case 0: // without the token
			if r, err := client.Get(base + "/api/v1/cells"); err == nil {
				if r.StatusCode != http.StatusUnauthorized && r.StatusCode != http.StatusTooManyRequests {
					s.t.Errorf("without the token: %s", r.Status)
				}
				r.Body.Close()
			}
		case 1: // a body without end
			if r, err := client.Post(base+"/api/v1/state", "text/plain", io.LimitReader(zeros{}, 1<<20)); err == nil {
				r.Body.Close()
			}
		case 2: // connections that say nothing
			if c, err := net.DialTimeout("tcp", listen, time.Second); err == nil {
				if held = append(held, c); len(held) > 40 {
					for _, c := range held {
						c.Close()
					}
					held = nil
				}
			}
		case 3: // a listener that does not listen
			if c, err := net.DialTimeout("unix", s.socket, time.Second); err == nil {
				fmt.Fprintf(c, "GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
				held = append(held, c)
			}
		case 4: // headers without end
			if c, err := net.DialTimeout("tcp", listen, time.Second); err == nil {
				fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n", strings.Repeat("x", 1<<18))
				c.Close()
			}
		case 5: // everything at once
			for _, path := range []string{"state", "cells", "alerts", "health", "spectrum", "map", "evidence", "evidence/..%2f..%2fpost.db"} {
				r, _ := http.NewRequest(http.MethodGet, base+"/api/v1/"+path, nil)
				r.Header.Set("Authorization", "Bearer "+soakToken)
				if answer, err := client.Do(r); err == nil {
					io.Copy(io.Discard, answer.Body)
					answer.Body.Close()
				}
			}
		}
		s.note("abuse")
		time.Sleep(5 * time.Millisecond)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// check holds what was told against what is true.
func (s *soak) check() {
	t := s.t
	s.end()
	rogue := map[string]bool{}
	for _, c := range s.world.Truth() {
		if c.Rogue {
			rogue[fmt.Sprintf("%s:%d", c.PLMN, c.ECI)] = true
		}
	}
	s.hook.mu.Lock()
	defer s.hook.mu.Unlock()
	told := s.all.taken()
	for _, why := range s.hook.wrong {
		t.Error(why)
	}
	// Everybody has everything: heartbeats may give way to newer ones.
	for _, id := range told {
		if s.hook.count[id] == 0 && s.all.kinds[id] != Heartbeat {
			t.Errorf("notice %s, %s, never reached the webhook", id, s.all.kinds[id])
		}
	}
	for id := range s.hook.count {
		if s.all.kinds[id] == "" {
			t.Errorf("notice %s reached the webhook alone", id)
		}
	}
	for id, n := range s.hook.count {
		if n > 1+s.hook.unsure[id] {
			t.Errorf("notice %s was delivered %d times, %d of them in doubt", id, n, s.hook.unsure[id])
		}
	}
	// Each alert is raised, gets worse, ends: in this order, each once.
	type life struct {
		events  []string
		subject string
	}
	lives := map[string]*life{}
	worst := map[string]Severity{}
	open := map[string]string{}
	names := map[string]int{}
	var ids []string
	for id := range s.hook.notices {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int {
		_, x, _ := cutLast(a, "-")
		_, y, _ := cutLast(b, "-")
		return compareNumbers(x, y)
	})
	for _, id := range ids {
		n := s.hook.notices[id]
		names[n.Alert+" "+n.Event]++
		if n.Of == "" {
			continue
		}
		l := lives[n.Of]
		if l == nil {
			l = &life{subject: n.Subject}
			lives[n.Of] = l
			if n.Event != raised {
				t.Errorf("%s of %s %s comes first", n.Event, n.Alert, n.Subject)
			}
			if of := open[key(n.Alert, n.Subject)]; of != "" {
				t.Errorf("%s %s is raised twice: %s and %s", n.Alert, n.Subject, of, n.Of)
			}
			open[key(n.Alert, n.Subject)] = n.Of
		}
		if l.subject != n.Subject {
			delete(open, key(n.Alert, l.subject))
			l.subject = n.Subject
			open[key(n.Alert, n.Subject)] = n.Of
		}
		if n.Event != escalated && slices.Contains(l.events, n.Event) || slices.Contains(l.events, cleared) {
			t.Errorf("%s of %s %s after %v", n.Event, n.Alert, n.Subject, l.events)
		}
		l.events = append(l.events, n.Event)
		if n.Event == cleared {
			t.Logf("%s %s: %s", n.Alert, n.Subject, n.Text)
			delete(open, key(n.Alert, n.Subject))
		}
		if n.Alert == StrayCell {
			worst[n.Subject] = max(worst[n.Subject], n.Severity)
			if !rogue[n.Subject] {
				t.Errorf("an alert of %s, which is no rogue: %s", n.Subject, n.Text)
			}
		}
	}
	t.Logf("notices: %v", names)
	for subject := range rogue {
		if want := Critical; worst[subject] < want && s.world.signalS() > 300 {
			t.Errorf("%s: its alert came to %q, want critical", subject, worst[subject])
		}
	}
	// A radio that was unplugged for a moment is missed where the machine is slow: on a busy one a moment is long.
	for name, want := range map[string][2]int{Deaf: {s.kinds["deaf"], s.kinds["deaf"]}, RadioAway: {s.kinds["away"], s.kinds["away"] + s.kinds["unplugged"] + s.kinds["refused"]}} {
		if n := names[name+" raised"]; n < want[0] || n > want[1] || names[name+" cleared"] != n {
			t.Errorf("%s was raised %d and cleared %d times, want %v", name, n, names[name+" cleared"], want)
		}
	}
	if s.disk && (names[DiskFull+" raised"] < 1 || names[DiskFull+" raised"] != names[DiskFull+" cleared"]) {
		t.Errorf("%s was raised %d and cleared %d times", DiskFull, names[DiskFull+" raised"], names[DiskFull+" cleared"])
	}
	t.Logf("flat: %+v", s.flat)
	if n := len(s.flat); n > 1 {
		a, b := s.flat[0], s.flat[n-1]
		if b.goroutines > a.goroutines+20 || b.fds > a.fds+30 || b.heap > a.heap+24<<20 {
			t.Errorf("it grows: %+v", s.flat)
		}
	}
	used, tossed := s.post.series.usage()
	t.Logf("series: %d surveys, %d with findings, %d removed for others; %d octets", s.post.series.next-1, len(s.post.series.files(s.post.series.evidence)), tossed, used)
	if used > s.post.series.budgetBytes {
		t.Errorf("stored surveys take %d octets of %d", used, s.post.series.budgetBytes)
	}
}

func compareNumbers(x, y string) int {
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return strings.Compare(x, y)
}

// badRadio is a simulated world over a radio that does what radios do.
type badRadio struct {
	*sim.World
	soak *soak

	mu         sync.Mutex
	nowS       float64
	away, deaf atomic.Bool
}

func (r *badRadio) signalS() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.nowS
}

func (r *badRadio) open(context.Context) error {
	if r.soak.rnd.IntN(3) == 0 {
		r.soak.note("refused")
		return errors.New("no such device")
	}
	return nil
}

func (r *badRadio) Tune(ctx context.Context, t radio.Tuning) (radio.Tuning, error) {
	switch n := r.soak.rnd.IntN(4000); {
	case r.away.Load():
		time.Sleep(time.Millisecond)
		return radio.Tuning{}, &radio.AwayError{Err: errors.New("unplugged")}
	case n == 0:
		r.soak.note("stall")
		time.Sleep(30 * time.Millisecond)
	case n == 1:
		r.soak.note("unplugged")
		return radio.Tuning{}, &radio.AwayError{Err: errors.New("unplugged")}
	}
	return r.World.Tune(ctx, t)
}

func (r *badRadio) Observe(ctx context.Context, d decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error) {
	switch k := r.soak.rnd.IntN(4000); {
	case k == 0:
		r.soak.note("reset")
		return 0, nil, errors.New("the device was reset")
	case k < 4:
		r.soak.note("stall")
		time.Sleep(10 * time.Millisecond)
	}
	got, obs, err := r.World.Observe(ctx, d, b, n)
	if b.Lost > 0 {
		r.soak.note("lost")
	}
	if r.deaf.Load() {
		obs = nil
	}
	r.mu.Lock()
	r.nowS += float64(got) / max(1, b.Tuning.RateHz)
	r.mu.Unlock()
	return got, obs, err
}

func (r *badRadio) Wants(sinceS float64, messages bool) []narrow.Want {
	return r.World.Wants(sinceS, messages)
}

// badHook is a webhook's receiver that is down half of the time, and sometimes takes a notice and does not say so.
type badHook struct {
	*httptest.Server
	down, always atomic.Bool

	mu      sync.Mutex
	notices map[string]*Notice
	count   map[string]int
	unsure  map[string]int
	wrong   []string
}

func newBadHook(t *testing.T) *badHook {
	h := &badHook{notices: map[string]*Notice{}, count: map[string]int{}, unsure: map[string]int{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	ctx := t.Context()
	go func() {
		for ctx.Err() == nil {
			time.Sleep(300 * time.Millisecond)
			h.down.Store(!h.down.Load() && !h.always.Load())
		}
	}()
	return h
}

func (h *badHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.down.Load() {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	body, err := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	id := r.Header.Get("Webhook-Id")
	if want := "v1," + Sign([]byte("secret"), id, r.Header.Get("Webhook-Timestamp"), body); err != nil || r.Header.Get("Webhook-Signature") != want {
		h.wrong = append(h.wrong, fmt.Sprintf("notice %s: signature %q, want %q: %v", id, r.Header.Get("Webhook-Signature"), want, err))
	}
	var n Notice
	if err := json.Unmarshal(body, &n); err != nil || n.ID != id {
		h.wrong = append(h.wrong, fmt.Sprintf("notice %s: %v: %s", id, err, body))
	}
	h.notices[id] = &n
	if h.count[id]++; h.count[id] == 1 && len(h.count)%7 == 0 && !h.always.Load() {
		h.unsure[id]++
		panic(http.ErrAbortHandler) // the answer gets lost
	}
}
