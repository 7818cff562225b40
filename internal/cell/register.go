package cell

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// Config is what the register has to know about the receiver.
type Config struct {
	PPM      float64 // its known error
	PPMRange float64 // and how far it may be off that
	Bands    []int   // preferred where bands overlap, in this order; else the lowest
}

// Register merges looks into transmitters. It has one owner: it is not safe for concurrent use, and it has no clock but
// the signal's.
type Register struct {
	cfg        Config
	tracks     map[lte.PCI][]*track
	accepted   []*transmitter // with a MIB, by id
	candidates []*transmitter // without
	ghosts     []tally        // of forgotten ones
}

// transmitter is one radio: the tracks that are held to be the same one.
type transmitter struct {
	id     int // from 1, in the order of acceptance; 0: a candidate
	tracks []*track
	folded tally        // of tracks let go
	bornS  float64      // end of the look in which it was first seen
	heirOf *transmitter // that it may be the continuation of, under another PCI
	history
}

// Bounds: a candidate is forgotten when it was not seen for so long, and a transmitter whose timing jumps again and again
// keeps only its newest tracks to tell by; nothing it told is lost.
const (
	candidateS = 30
	maxTracks  = 8
)

// NewRegister starts empty.
func NewRegister(cfg Config) *Register {
	return &Register{cfg: cfg, tracks: map[lte.PCI][]*track{}}
}

// Calibrate says what the receiver's error is by now: carriers that were in doubt may no longer be.
func (r *Register) Calibrate(ppm, rangePPM float64) { r.cfg.PPM, r.cfg.PPMRange = ppm, rangePPM }

// Add takes the next look; looks come in the order of their signal time. Within a look two observations are never the same
// transmitter, but for a seam in the samples. Across looks an observation belongs to a transmitter whose frame timing it
// continues; failing that, to one of its PCI and carrier that this look shows no other sign of, unless it is plain that the
// timing did not merely get lost with some samples.
func (r *Register) Add(l Look) News {
	r.forget(l.StartS)
	var a look
	for i := range l.Obs {
		s := newSighting(l, i)
		if of := r.image(s); of != "" {
			s.o.Ghost, s.o.MIB, s.o.SystemInfo = of, nil, lte.SystemInfo{}
		}
		a.seen = append(a.seen, s)
	}
	a.assign(r.tracks)
	var news News
	r.split(&a, &news)
	for i, s := range a.seen {
		if a.track[i] == nil {
			a.track[i] = r.begin(s)
		}
		r.take(&a, i, &news)
	}
	r.summarise(&a, &news)
	return news
}

// begin starts a candidate.
func (r *Register) begin(s sighting) *track {
	t := newTrack(s)
	t.of = &transmitter{tracks: []*track{t}, bornS: s.endS}
	r.candidates = append(r.candidates, t.of)
	r.tracks[t.pci] = append(r.tracks[t.pci], t)
	return t
}

// split makes two transmitters of one that is seen twice at once: tracks that were held to be the same radio are not.
func (r *Register) split(a *look, news *News) {
	for i, t := range a.track {
		for k, u := range a.track[:i] {
			if t == nil || u == nil || u.of != t.of {
				continue
			}
			if t.pci != u.pci && a.shares(i, k) { // it took up another PCI within the look
				a.seen[i].again = true
				continue
			}
			young := t
			if u.firstS > t.firstS {
				young = u
			}
			from := t.of
			from.tracks = slices.DeleteFunc(from.tracks, func(x *track) bool { return x == young })
			young.of = &transmitter{tracks: []*track{young}}
			r.accept(young.of) // only tracks with a MIB are ever joined
			news.Changes = append(news.Changes, Change{What: New, From: from.name(), Cell: r.cell(young.of)})
		}
	}
	for _, t := range a.track {
		if t != nil {
			a.taken = append(a.taken, t.of)
		}
	}
}

// take adds sighting i to its track, and moves a candidate that shows its first MIB to where it belongs.
func (r *Register) take(a *look, i int, news *News) {
	s, t := a.seen[i], a.track[i]
	change := func(w What, from, to string) {
		news.Changes = append(news.Changes, Change{What: w, Cell: r.cell(t.of), From: from, To: to})
	}
	was := t.of.id != 0 && !t.of.ghost()
	if s.o.MIB == nil {
		before, others := t.of.others(toldBy(&s.o))
		t.take(s)
		if was {
			r.introduce(t.of, others, before, news)
			r.inherit(t.of, news)
		}
		if (t.of.id == 0 || s.o.Ghost != "") && s.endS-t.toldS >= CandidateEveryS {
			t.toldS = s.endS
			news.Candidates = append(news.Candidates, s.o)
		}
		if was && t.of.ghost() {
			change(TurnedGhost, "", s.o.Ghost)
		}
		return
	}
	if t.of.id != 0 {
		r.takeMIB(s, t, news, change)
		return
	}
	if t.ghosts > t.shown { // and still is one
		t.take(s)
		return
	}
	r.candidates = slices.DeleteFunc(r.candidates, func(x *transmitter) bool { return x == t.of })
	x, late := a.join(r.tracks[s.o.PCI], s)
	if u := a.seam(i); u != nil {
		x, late, s.again = u.of, s.frameS-u.clk.nearest(s.frameS), true
	}
	if x != nil {
		a.taken = append(a.taken, x)
		x.follow(t.of)
		t.of = x
		x.tracks = append(x.tracks, t)
		r.takeMIB(s, t, news, change)
		change(Timing, "", fmt.Sprintf("%+.1f us", late*1e6))
		r.fold(x)
		return
	}
	t.of.heirOf = r.predecessor(a, i, t.of.bornS)
	t.take(s)
	r.accept(t.of)
	a.taken = append(a.taken, t.of)
	change(New, "", "")
	r.introduce(t.of, toldBy(&s.o), "", news)
	r.inherit(t.of, news)
}

// takeMIB adds a sighting to an accepted transmitter and tells what in it contradicts what came before.
func (r *Register) takeMIB(s sighting, t *track, news *News, change func(w What, from, to string)) {
	before, now := "", keyOf(s.o)
	if !t.of.has(now) {
		before = keyOf(r.cell(t.of).Best).String()
	}
	was, others := t.of.others(toldBy(&s.o))
	expected, sent, jumped := t.take(s)
	r.introduce(t.of, others, was, news)
	if before != "" {
		change(MIB, before, now.String())
	}
	r.inherit(t.of, news)
	if jumped {
		change(Timing, fmt.Sprintf("sfn %d", expected), fmt.Sprintf("sfn %d", sent))
	}
}

func (r *Register) accept(x *transmitter) {
	r.accepted = append(r.accepted, x)
	x.id = len(r.accepted)
}

// fold lets the tracks go that were not seen for the longest time.
func (r *Register) fold(x *transmitter) {
	for len(x.tracks) > maxTracks {
		old := slices.MinFunc(x.tracks, func(t, u *track) int { return cmp.Compare(t.lastS, u.lastS) })
		x.folded.merge(old.tally)
		x.tracks = slices.DeleteFunc(x.tracks, func(t *track) bool { return t == old })
		r.drop(old)
	}
}

func (r *Register) drop(old *track) {
	left := slices.DeleteFunc(r.tracks[old.pci], func(t *track) bool { return t == old })
	if r.tracks[old.pci] = left; len(left) == 0 {
		delete(r.tracks, old.pci)
	}
}

// forget drops candidates not seen for long.
func (r *Register) forget(nowS float64) {
	r.candidates = slices.DeleteFunc(r.candidates, func(x *transmitter) bool {
		if nowS-x.tracks[0].lastS <= candidateS {
			return false
		}
		r.bury(x)
		r.drop(x.tracks[0])
		return true
	})
}

// summarise lists the cells that the look told of.
func (r *Register) summarise(a *look, news *News) {
	var touched []*transmitter
	for _, t := range a.track {
		if t.of.id != 0 && !t.of.ghost() {
			touched = append(touched, t.of)
		}
	}
	slices.SortFunc(touched, func(x, y *transmitter) int { return cmp.Compare(x.id, y.id) })
	for _, x := range slices.Compact(touched) {
		news.Seen = append(news.Seen, r.heard(a, x)...)
	}
}

// Cells returns every cell, in the order of their transmitters.
func (r *Register) Cells() []Cell {
	var out []Cell
	for _, x := range r.accepted {
		if len(x.tracks) > 0 && !x.ghost() {
			out = append(out, r.cells(x)...)
		}
	}
	return out
}

func (x *transmitter) name() string { return fmt.Sprintf("t%d", x.id) }

// has tells whether the transmitter sent this MIB content before.
func (x *transmitter) has(k mibKey) bool {
	is := func(c content) bool { return c.mibKey == k }
	return slices.ContainsFunc(x.folded.mibs, is) ||
		slices.ContainsFunc(x.tracks, func(t *track) bool { return slices.ContainsFunc(t.mibs, is) })
}

func (k mibKey) String() string {
	return fmt.Sprintf("%d PRB, %d ports, PHICH %s %s, %s CP", k.prb, k.ports, k.duration, k.resource, k.cp)
}
