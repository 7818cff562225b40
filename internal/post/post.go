package post

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
)

// Config is what a post is.
type Config struct {
	Name      string // of the post, in every notice
	Version   string
	Dir       string // where it keeps what it has to remember
	Radios    []Radio
	Every     time.Duration // signal time of one survey of the series
	Once      bool          // the post ends with it
	DiskBytes int64         // what stored surveys and evidence may take

	// Lists reads what cells are judged by, for each radio; again for each reload.
	Lists func() ([]survey.Lists, error)
	// Surveys divides what is to be swept among the radios that are open, by number.
	Surveys func(open []int, l []survey.Lists) ([]Job, error)

	Sinks     []Sink
	Heartbeat time.Duration

	Socket string // path of the API's unix socket; "": none
	Listen string // loopback address of the API; "": none
	Token  []byte // for Listen

	Say func(format string, a ...any) // for the log

	now    func() time.Time // for tests, as are these
	pauses pauses
	tick   time.Duration
	reopen pauses
	away   time.Duration
}

// Radio is a radio that a post is to use.
type Radio struct {
	Name  string
	Open  func(context.Context) error // again after it was closed
	Close func() error
}

// Job is the survey of one radio.
type Job struct {
	Radio  int
	Survey survey.Config
	Meta   func() store.Meta    // of its file
	Rules  func() string        // the user's changes to the rules, for evidence
	Ended  func(survey.Summary) // with what it came to
}

// Post is a post at work.
type Post struct {
	cfg     Config
	journal *journal
	outbox  *outbox
	hub     *hub
	series  *series
	start   time.Time  // by the clock on the wall
	began   time.Time  // by the one that nobody sets
	reloads sync.Mutex // one at a time

	mu       sync.Mutex
	alerts   *alerts
	radios   []*radioState
	trouble  map[string]trouble // by name: what is not well
	lists    []survey.Lists
	running  map[int]*running
	disk     string // why the disk does not take what is written
	stats    stats
	notices  []Notice // the newest, for the API
	clock    time.Duration
	lastBeat moment
}

// stats are counts for metrics.
type stats struct {
	reloads, reloadsFailed, clockSteps, beats, rotations int64
}

// trouble is a state of the post that is not as it should be.
type trouble struct {
	Name  string    `json:"name"`
	Text  string    `json:"text"`
	Since time.Time `json:"since"`
	Fatal bool      `json:"-"` // the post cannot be relied on
}

// New opens what a post remembers and makes it ready to run.
func New(cfg Config) (*Post, error) {
	if cfg.now == nil {
		cfg.now = time.Now
	}
	cfg.pauses = cmp.Or(cfg.pauses, patientPauses)
	cfg.reopen = cmp.Or(cfg.reopen, pauses{first: time.Second, longest: 30 * time.Second})
	cfg.tick = cmp.Or(cfg.tick, time.Second)
	cfg.away = cmp.Or(cfg.away, awayAfter)
	if err := os.MkdirAll(cfg.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	p := &Post{cfg: cfg, start: cfg.now(), began: time.Now(), hub: newHub(), alerts: newAlerts(), trouble: map[string]trouble{}, running: map[int]*running{}}
	var err error
	if p.journal, err = openJournal(filepath.Join(cfg.Dir, "post.db"), p.diskTrouble("journal")); err != nil {
		return nil, err
	}
	for i, r := range cfg.Radios {
		s := newRadioState(r.Name)
		if text := p.journal.kept("hearing " + r.Name); text != "" && json.Unmarshal([]byte(text), s.hearing) == nil {
			s.hearing.resume()
		}
		s.returned.Store(int64(p.elapsed()))
		s.state, s.number = "opening", i
		p.radios = append(p.radios, s)
	}
	p.alerts.nextID = func() string { return p.journal.id(p.journal.number()) }
	p.alerts.tell, p.alerts.save = p.tell, p.journal.saveAlert
	if err := p.restore(); err != nil {
		p.journal.db.Close()
		return nil, err
	}
	if p.series, err = openSeries(cfg.Dir, cfg.DiskBytes, cfg.Say); err != nil {
		p.journal.db.Close()
		return nil, err
	}
	return p, nil
}

// restore takes up the alerts and messages of before.
func (p *Post) restore() error {
	open, err := p.journal.alerts()
	if err != nil {
		return fmt.Errorf("post: journal %s: %w", p.journal.path, err)
	}
	for _, x := range open {
		x.heard = map[member]*hold{}
		if x.Name == StrayCell { // until it is heard again, or not for long
			x.heard[member{radio: 0, transmitter: "before"}] = &hold{bad: true}
		}
		p.alerts.open[key(x.Name, x.Subject)] = x
		if x.Name == DiskFull && x.Subject == storedSurvey { // until a survey is written again
			p.disk = x.Text
		}
	}
	p.outbox, err = newOutbox(p.journal, p.cfg.Sinks, p.cfg.pauses, func(sink string, err error) {
		if err != nil {
			p.cfg.Say("alerts do not reach %s: %v: they wait in the spool", sink, err)
		} else {
			p.cfg.Say("alerts reach %s again", sink)
		}
	})
	if err != nil {
		return fmt.Errorf("post: journal %s: %w", p.journal.path, err)
	}
	p.setDisk("journal", nil) // it was read, and takes what is told of that
	return nil
}

// storedSurvey is what the disk takes or does not: the surveys' own files.
const storedSurvey = "stored survey"

func (p *Post) elapsed() time.Duration { return time.Since(p.began) }

func (p *Post) moment() moment { return moment{p.cfg.now(), p.elapsed()} }

// maxNotices are remembered for the API.
const maxNotices = 500

// tell sends a notice on its way; mu is held.
func (p *Post) tell(n Notice) {
	number := p.journal.number()
	n.Type, n.ID, n.Post = "notice", p.journal.id(number), p.cfg.Name
	n.Time = n.Time.UTC().Round(time.Millisecond)
	body := line(n)
	p.outbox.put(number, Message{ID: n.ID, Alert: n.Alert, Severity: n.Severity, Time: n.Time, Body: body})
	p.hub.publish("notice", body)
	if n.Alert != Heartbeat {
		p.cfg.Say("%s %s (%s): %s", n.Alert, n.Event, n.Severity, n.Text)
		if p.notices = append(p.notices, n); len(p.notices) > maxNotices {
			p.notices = append(p.notices[:0:0], p.notices[len(p.notices)-maxNotices:]...)
		}
	}
}

// diskTrouble is what is told when something cannot be written, and when it can be again.
func (p *Post) diskTrouble(what string) func(error) {
	return func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.setDisk(what, err)
	}
}

func (p *Post) setDisk(what string, err error) {
	if err != nil {
		p.set(DiskFull+" "+what, fmt.Sprintf("the disk does not take the %s: %v", what, err), true)
		p.alerts.raise(p.moment(), DiskFull, what, Warning, fmt.Sprintf("the disk does not take the %s: %v: memory holds what is told until it does", what, err), nil)
	} else if p.unset(DiskFull+" "+what) || p.alerts.open[key(DiskFull, what)] != nil { // from before a restart
		p.alerts.clear(p.moment(), DiskFull, what, "the disk takes it again")
	}
}

// set notes a trouble; mu is held.
func (p *Post) set(name, text string, fatal bool) {
	t, there := p.trouble[name]
	if !there {
		t = trouble{Name: name, Since: p.cfg.now().UTC()}
	}
	t.Text, t.Fatal = text, fatal
	p.trouble[name] = t
}

// unset ends a trouble; false if there was none.
func (p *Post) unset(name string) bool {
	_, there := p.trouble[name]
	delete(p.trouble, name)
	return there
}

// Run is the post at work, until ctx ends.
func (p *Post) Run(ctx context.Context) error {
	api, err := p.listen()
	if err != nil {
		p.journal.db.Close()
		return err
	}
	// The journal and the outbox outlast the surveys: their last words go out, or onto the disk.
	after, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var late, services sync.WaitGroup
	late.Go(func() { p.journal.run(after) })
	serve, stop := context.WithCancel(ctx)
	defer stop()
	services.Go(func() { p.outbox.run(serve) })
	services.Go(func() { api.run(serve) })
	services.Go(func() { p.watch(serve) })
	err = p.survey(ctx)
	stop()
	services.Wait()
	p.remember()
	end()
	late.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// remember keeps what a restart would have to learn again.
func (p *Post) remember() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.radios {
		text, err := json.Marshal(r.hearing)
		if err == nil {
			p.journal.keep("hearing "+r.name, string(text))
		}
	}
}

// rememberEvery is how often that is done.
const rememberEvery = 10 * time.Minute

// watch looks after what no event tells of.
func (p *Post) watch(ctx context.Context) {
	notify := newNotifier()
	defer notify.close()
	tick := time.NewTicker(p.cfg.tick)
	defer tick.Stop()
	ready := false
	p.clock = p.cfg.now().Round(0).Sub(p.start.Round(0)) - p.elapsed()
	var remembered, budgeted time.Duration
	for {
		select {
		case <-ctx.Done():
			notify.send("STOPPING=1")
			return
		case <-tick.C:
		}
		now := p.moment()
		p.mu.Lock()
		p.attend(now)
		status := p.status()
		alive := p.alive()
		p.mu.Unlock()
		if !ready {
			ready = true
			notify.send("READY=1")
		}
		notify.status(status)
		if alive {
			notify.alive()
		}
		if now.since-remembered >= rememberEvery {
			remembered = now.since
			p.remember()
		}
		if now.since-budgeted >= budgetEvery || p.series.wanted() {
			budgeted = now.since
			p.series.budget()
		}
	}
}

const (
	awayAfter  = 30 * time.Second // a radio is away for so long: somebody ought to know
	hangsAfter = 3 * time.Minute  // nothing came back from a radio, not even an error
	clockStep  = 2 * time.Second
	firstBeat  = time.Minute // the first heartbeat comes at the latest
)

// attend is what is done every second; mu is held.
func (p *Post) attend(now moment) {
	for _, r := range p.radios {
		quiet := now.since - time.Duration(r.returned.Load())
		var text string
		switch {
		case r.away != "" && now.since-r.awaySince >= p.cfg.away:
			text = r.away
		case quiet >= hangsAfter:
			text = fmt.Sprintf("nothing came from it for %v, not even an error", quiet.Round(time.Second))
		}
		name := RadioAway + " " + r.name
		if text != "" {
			p.set(name, r.name+": "+text, true)
			p.alerts.raise(now, RadioAway, r.name, Critical, text, nil)
		} else if p.unset(name) || p.alerts.open[key(RadioAway, r.name)] != nil && r.away == "" && r.listening {
			p.alerts.clear(now, RadioAway, r.name, "it delivers again")
		}
	}
	if writes, err := p.failing(); writes && (err != nil) != (p.disk != "") {
		p.disk = ""
		if err != nil {
			p.disk = err.Error()
			p.series.wantRoom()
		}
		p.setDisk(storedSurvey, err)
	}
	p.alerts.tick(now)
	if off := now.wall.Round(0).Sub(p.start.Round(0)) - now.since; off-p.clock > clockStep || p.clock-off > clockStep {
		p.cfg.Say("the computer's clock was set by %+.1f s", (off - p.clock).Seconds())
		p.clock = off
		p.stats.clockSteps++
	}
	first := p.stats.beats == 0 && (len(p.problems()) == 0 || now.since >= firstBeat)
	if p.cfg.Heartbeat > 0 && (first || p.stats.beats > 0 && now.since-p.lastBeat.since >= p.cfg.Heartbeat) {
		p.beat(now)
	}
}

// alive says that whatever could hang does not: what the watchdog wants to know.
func (p *Post) alive() bool {
	for _, r := range p.radios {
		if p.elapsed()-time.Duration(r.returned.Load()) >= hangsAfter {
			return false
		}
	}
	return true
}

// memory is what the process holds of it.
func memory() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Sys - m.HeapReleased
}
