package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/straycell/straycell/hardware/gps"
	"github.com/straycell/straycell/internal/post"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

type postVerb struct {
	Post      string        `placeholder:"NAME" help:"What the post is called in its alerts (default: the computer's name)."`
	State     string        `placeholder:"DIR" help:"Folder of stored surveys, evidence and the spool (default: what systemd gives, or straycell-post)."`
	Every     time.Duration `default:"24h" placeholder:"D" help:"Signal time of one stored survey; the next follows at once (${default})."`
	Disk      hertz         `default:"8G" placeholder:"N" help:"Octets that stored surveys and evidence may take: 500M, 8G. Routine goes first, evidence last."`
	Alert     []string      `placeholder:"URI" sep:"none" help:"Where alerts go: https://host/hook#secret=FILE, mqtt://host/topic, syslog+tls://host, exec:/path; may be repeated."`
	Heartbeat time.Duration `default:"15m" placeholder:"D" help:"How often the post says that it lives; 0: never (${default})."`
	Socket    string        `placeholder:"PATH" help:"Unix socket of the API (default: post.sock where systemd says, or in the folder)."`
	Listen    string        `placeholder:"ADDR" help:"Loopback address of the API and its page: 127.0.0.1:8850. Needs --token-file."`
	TokenFile string        `placeholder:"PATH" help:"File with the token that --listen asks for."`
	TestAlert bool          `env:"-" help:"Send a test to every --alert, say how each went, and end."`
	radioFlags
	listFlags
	surveyFlags
	gpsFlag
}

func (postVerb) Help() string {
	return `
Runs without a terminal until it is ended; SIGHUP reads lists and rules anew. docs/posts.md is the guide.

Examples:

  straycell post --radio sim: --alert exec:/usr/local/bin/page-me
  straycell post --radio rtlsdr: --preset kr-kt --known kt.csv --alert https://example.org/hook#secret=hook.key
  straycell post --listen 127.0.0.1:8850 --token-file token
  straycell post --test-alert
`
}

// Validate is called by the parser.
func (v *postVerb) Validate() error {
	switch {
	case v.Every < time.Minute:
		return fmt.Errorf("--every %v: type a minute or more, like 24h", v.Every)
	case v.Heartbeat < 0 || v.Heartbeat > 0 && v.Heartbeat < time.Second:
		return fmt.Errorf("--heartbeat %v: type a second or more, like 15m, or 0", v.Heartbeat)
	case v.Disk < 16e6:
		return fmt.Errorf("--disk: type 16M or more")
	}
	return v.surveyFlags.Validate()
}

func (v *postVerb) run(e *env) (result, error) {
	if v.Post == "" {
		v.Post, _ = os.Hostname()
	}
	cfg, err := v.service()
	if err != nil {
		return result{}, err
	}
	if v.TestAlert {
		return result{}, v.tryAlerts(e, cfg)
	}
	if len(v.Radio) == 0 {
		_, err := v.open(e)
		return result{}, err
	}
	e.endless = true
	w := &wiring{v: v, e: e, all: make([]source, len(v.Radio))}
	if v.GPS != "" {
		if w.gps, err = gps.Open(v.GPS); err != nil {
			return result{}, usagef("--%v", err)
		}
		defer w.gps.Close()
	}
	for i, uri := range v.Radio {
		cfg.Radios = append(cfg.Radios, post.Radio{
			Name: uri, Open: func(context.Context) error { return w.open(i) }, Close: func() error { return w.close(i) },
		})
	}
	cfg.Lists, cfg.Surveys, cfg.Say = w.lists, w.surveys, e.notes.say
	p, err := post.New(cfg)
	if err != nil {
		return result{}, err
	}
	reload := func() {
		go func() {
			if err := p.Reload(e.ctx); err != nil {
				e.notes.say("reload: %v: the lists of before stay in force", err)
				return
			}
			e.notes.say("reload: lists and rules are read anew")
		}()
	}
	e.hangup.Store(&reload)
	signal.Notify(e.signals, syscall.SIGHUP) // under nohup too: it ends nothing here
	if err := p.Run(e.ctx); err != nil {
		return result{}, err
	}
	return result{}, nil
}

// service is what of a post has nothing to do with radios.
func (v *postVerb) service() (post.Config, error) {
	cfg := post.Config{
		Name: v.Post, Version: version(), Dir: v.folder(), Every: v.Every, DiskBytes: int64(v.Disk),
		Heartbeat: v.Heartbeat, Socket: v.Socket, Listen: v.Listen,
	}
	if v.For > 0 {
		cfg.Every, cfg.Once = v.For, true
	}
	if cfg.Socket == "" {
		cfg.Socket = filepath.Join(firstOf(os.Getenv("RUNTIME_DIRECTORY"), cfg.Dir), "post.sock")
	}
	for _, text := range v.Alert {
		s, err := post.ParseSink(text, v.Post)
		if err != nil {
			return cfg, usagef("--alert: %v", err)
		}
		cfg.Sinks = append(cfg.Sinks, s)
	}
	if v.TokenFile != "" {
		var err error
		if cfg.Token, err = post.ReadSecret(v.TokenFile); err != nil {
			return cfg, usagef("--token-file: %v", err)
		}
	}
	if err := cfg.Check(); err != nil {
		return cfg, usagef("%v", err)
	}
	return cfg, nil
}

// folder is where the post keeps things.
func (v *postVerb) folder() string {
	if v.State != "" {
		return v.State
	}
	return firstOf(os.Getenv("STATE_DIRECTORY"), "straycell-post")
}

// firstOf the folders that systemd lists, with colons between them.
func firstOf(list, otherwise string) string {
	if first, _, _ := strings.Cut(list, ":"); first != "" {
		return first
	}
	return otherwise
}

// tryAlerts sends a test to every sink and waits for what comes of it.
func (v *postVerb) tryAlerts(e *env, cfg post.Config) error {
	if len(cfg.Sinks) == 0 {
		return usagef("--test-alert: no --alert says where to: type it like --alert https://example.org/hook")
	}
	var failed []error
	for _, t := range post.Try(e.ctx, cfg.Name, cfg.Sinks) {
		if t.Err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", t.Sink, t.Err))
			continue
		}
		fmt.Fprintf(e.out, "%s: taken after %v\n", t.Sink, t.Took.Round(time.Millisecond))
	}
	return errors.Join(failed...)
}

// wiring connects a post with the radios of this program. Radios come and go while lists are read.
type wiring struct {
	v   *postVerb
	e   *env
	gps *gps.Receiver

	mu  sync.Mutex
	all []source // by number; without a Source: not open
}

func (w *wiring) open(i int) error {
	one := radioFlags{Radio: []string{w.v.Radio[i]}, rawFlags: w.v.rawFlags}
	src, err := one.open(w.e)
	if err != nil {
		return err
	}
	if src.plan == nil {
		src.Close()
		return usagef("--radio %s is a recording: survey it with straycell decode", w.v.Radio[i])
	}
	if src.simulated {
		inTime := paced{Source: src.Source}
		src.Source = &inTime
		if src.observer != nil {
			src.observer = &pacedObserver{Observer: src.observer, paced: paced{Source: src.Source}}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[i] = src
	return nil
}

func (w *wiring) close(i int) error {
	w.mu.Lock()
	src := w.all[i]
	w.all[i] = source{}
	w.mu.Unlock()
	if src.Source == nil {
		return nil
	}
	return src.Close()
}

// lists reads what cells are judged by, as the settings name it now: what was typed at the start is read again with them.
func (w *wiring) lists() ([]survey.Lists, error) {
	parsed, err := parse(withSigns(withDefaultVerb(w.e.args, false)), w.e)
	if err != nil {
		return nil, err
	}
	v, ok := parsed.(*postVerb)
	if !ok {
		return nil, errors.New("the settings are not those of a post any more")
	}
	set, err := v.listFlags.lists(w.e.notes)
	if err != nil {
		return nil, err
	}
	policy, err := v.policy()
	if err != nil {
		return nil, err
	}
	past, err := w.e.past(v.Past)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]survey.Lists, len(w.all))
	w.e.forceRead = false
	for i, src := range w.all {
		mine := set
		if mine == nil {
			mine = src.known
		}
		if mine == nil {
			if mine, err = w.e.inForce(v.folderFlag); err != nil {
				return nil, err
			}
		}
		out[i] = survey.Lists{Known: mine, Policy: policy, Past: past}
	}
	return out, nil
}

// surveys divides what is to be swept among the radios that are open.
func (w *wiring) surveys(open []int, lists []survey.Lists) ([]post.Job, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var here []source
	for _, i := range open {
		here = append(here, w.all[i])
	}
	flags := w.v.surveyFlags
	flags.For = 0
	var jobs []post.Job
	var parts []survey.Config
	var err error
	if parts, err = flags.configs(w.e, here, lists[open[0]].Known); err != nil {
		return nil, err
	}
	for k := range parts {
		cfg := parts[k]
		at := ofSource(cfg.Source, here)
		src := here[at]
		if w.gps != nil {
			cfg.Place = w.gps
		}
		jobs = append(jobs, post.Job{
			Radio: open[at], Survey: cfg,
			Meta:  func() store.Meta { return metaOf(time.Now(), src, w.v.rawFlags, w.v.Known, &cfg) },
			Rules: w.rules,
			Ended: func(s survey.Summary) { w.e.remember(cfg, s.Sweep) },
		})
	}
	return jobs, nil
}

// rules are the user's changes to the rules as they are now.
func (w *wiring) rules() string {
	if w.v.Rules == "" {
		return ""
	}
	text, err := os.ReadFile(w.v.Rules)
	if err != nil {
		w.e.notes.say("%v", err)
	}
	return string(text)
}

// ofSource is the place of a source among others.
func ofSource(s radio.Source, all []source) int {
	for i := range all {
		if all[i].Source == s {
			return i
		}
	}
	return 0
}
