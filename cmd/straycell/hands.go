package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/tui"
)

// hands do what is asked for at the screen: they hold a radio on a carrier, record it, and put lists in force while the survey
// runs.
type hands struct {
	e     *env
	lists *folderFlag
	typed bool // lists came with --known
	all   []source

	heldHz  atomic.Uint64    // bits of a float
	taps    []*tapped        // one for each survey
	keepers []*export.Keeper // as many, or none

	mu       sync.Mutex
	base     *known.Set
	accepted []known.Fact // in this survey
	excused  []known.Excuse
	relist   []chan survey.Lists
	judged   []survey.Lists // what each survey began with
}

// join lets the surveys be held, and brings them lists.
func (h *hands) join(cfgs []survey.Config) {
	h.base = cfgs[0].Known
	for i := range cfgs {
		ch := make(chan survey.Lists, 1)
		h.relist, h.judged = append(h.relist, ch), append(h.judged, survey.Lists{Policy: cfgs[i].Policy, Past: cfgs[i].Past})
		cfgs[i].Relist = ch
		info := cfgs[i].Source.Info()
		cfgs[i].Stay = func() (float64, bool) {
			f := math.Float64frombits(h.heldHz.Load())
			return f, f > 0 && reaches(info, f)
		}
	}
}

// reaches tells whether a radio tunes to a frequency.
func reaches(info radio.Info, freqHz float64) bool {
	return info.MaxHz <= info.MinHz || freqHz >= info.MinHz && freqHz <= info.MaxHz
}

// tap lets the surveys be recorded. It comes after whoever else taps them.
func (h *hands) tap(cfgs []survey.Config, keepers []*export.Keeper) {
	h.keepers = keepers
	for i := range cfgs {
		t := &tapped{info: cfgs[i].Source.Info(), before: cfgs[i].Tap}
		h.taps = append(h.taps, t)
		cfgs[i].Tap = t.take
	}
}

func (h *hands) hold(freqHz float64) { h.heldHz.Store(math.Float64bits(freqHz)) }

// actions are what the screen may offer for these radios.
func (h *hands) actions() tui.Actions {
	a := tui.Actions{Learn: saveBaseline, Accept: h.accept, Suppress: h.suppress}
	for i := range h.all {
		if h.all[i].plan != nil {
			a.Hold = h.hold
			if h.all[i].observer == nil {
				a.Record = h.record
			}
		}
	}
	return a
}

// acceptedList is the list of cells that were accepted one by one.
const acceptedList = "accepted"

// sandboxed is a simulated world: what is accepted there belongs into nobody's lists, unless a folder for it was named.
func (h *hands) sandboxed() bool { return h.all[0].simulated && h.lists.Lists == "" }

// accept puts one cell into the lists in force.
func (h *hands) accept(c survey.Cell, reason string) (string, error) {
	if c.ECI == nil {
		return "", errors.New("its identity was not read")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	facts := factsOf(&c)
	h.accepted = append(h.accepted, facts...)
	list := ""
	if !h.sandboxed() {
		d, err := h.lists.folder()
		if err != nil {
			return "", err
		}
		if err := addToList(h.e.ctx, d, facts); err != nil {
			return "", err
		}
		name := fmt.Sprintf("%s:%d", strings.Join(c.PLMNs, ","), *c.ECI)
		if err := d.Stand(known.Accepted{List: acceptedList + " " + name, When: time.Now(), By: h.e.user(), Reason: reason}); err != nil {
			return "", err
		}
		list = filepath.Join(d.Path, acceptedList+".csv")
	}
	return list, h.renew()
}

// addToList adds facts to the list of accepted cells in a folder.
func addToList(ctx context.Context, d known.Folder, facts []known.Fact) error {
	old, _, err := known.ReadFile(filepath.Join(d.Path, acceptedList+".csv"), nil)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var all []known.Fact
	for f := range old.All() {
		replaced := false
		for i := range facts {
			replaced = replaced || f.PLMN == facts[i].PLMN && f.ECI == facts[i].ECI
		}
		if !replaced {
			all = append(all, *f)
		}
	}
	dir, err := os.MkdirTemp("", "straycell-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, acceptedList+".csv")
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = known.WriteBaseline(f, append(all, facts...))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = d.Import(ctx, path, acceptedList, nil)
	return err
}

// suppress excuses each finding that weighs against a cell until a day.
func (h *hands) suppress(c survey.Cell, until time.Time, reason string) (int, string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, err := time.Parse(time.RFC3339, c.Time)
	if err != nil {
		return 0, "", errors.New("its source does not know the time, and an excuse is for a time")
	}
	if len(c.PLMNs) == 0 || c.ECI == nil {
		return 0, "", errors.New("its identity was not read")
	}
	plmn, err := lte.ParsePLMN(c.PLMNs[0])
	if err != nil {
		return 0, "", err
	}
	d, err := h.lists.folder()
	if err != nil {
		return 0, "", err
	}
	n := 0
	for _, f := range c.Findings {
		if f.Weight == 0 {
			continue
		}
		x := known.Excuse{PLMN: plmn, ECI: lte.ECI(*c.ECI), Rule: f.Rule, From: from.Truncate(time.Second), Until: until, Reason: reason, By: h.e.user()}
		if err := x.Check(); err != nil {
			return n, "", err
		}
		if !h.sandboxed() {
			if err := d.Add(x); err != nil {
				return n, "", err
			}
		}
		h.excused = append(h.excused, x)
		n++
	}
	return n, d.Path, h.renew()
}

// renew brings the surveys the lists as they are by now.
func (h *hands) renew() error {
	set, err := h.set()
	if err != nil {
		return err
	}
	for i, ch := range h.relist {
		select {
		case <-ch: // not taken yet, and old by now
		default:
		}
		l := h.judged[i]
		l.Known = set
		ch <- l
	}
	return nil
}

// set is what the survey began with, with what was accepted and excused since. Lists in force are read anew: their lines have
// their places there.
func (h *hands) set() (*known.Set, error) {
	if !h.typed && !h.all[0].simulated {
		d, err := h.lists.folder()
		if err != nil {
			return nil, err
		}
		set, _, err := d.Open()
		if set != nil || err != nil {
			return set, err
		}
		return known.Join(h.base).WithExcuses(h.excused), nil
	}
	sets := []*known.Set{h.base}
	if len(h.accepted) > 0 {
		var text bytes.Buffer
		if _, err := known.WriteBaseline(&text, h.accepted); err != nil {
			return nil, err
		}
		set, _, err := known.Read(&text, acceptedList+".csv", nil)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	return known.Join(sets...).WithExcuses(h.excused), nil
}
