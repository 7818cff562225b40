package gps

import (
	"fmt"
	"math"
	"time"

	"github.com/straycell/straycell/radio"
)

// report is what a receiver said of one moment.
type report struct {
	arrived  time.Time // by the computer's clock
	time     time.Time // by the receiver; zero: not told
	fix      bool
	lat, lon float64
	errM     float64 // horizontal error, 68 %; 0: not told
	hdop     float64 // 0: not told
}

// When a report is believed. A vehicle does less than 70 m/s; a jump is anything that is not explained by that and the errors.
const (
	fastMS     = 90
	slackM     = 50               // two good fixes of a receiver that stands may be so far apart
	maxHDOP    = 20               // beyond it the geometry is no fix
	maxErrM    = 500              // nor is this
	uereM      = 5                // error of one range: what HDOP multiplies
	freshFor   = 4 * time.Second  // after a fix, the position is still told, with its age
	bridge     = 5 * time.Second  // between two fixes, it is interpolated
	trusted    = 10 * time.Second // what jumped is believed when it went on consistently for so long
	clockOff   = 3 * time.Second  // by which the computer's clock and GPS may differ unsaid: a report takes its time to arrive
	keepFixes  = 1200
	staleAfter = 3 * time.Second // the same moment told for so long
	clockAgain = time.Minute     // the difference of clocks is said again when it changed, and not more often
	maxSaid    = 64
)

// fix is a report that was believed.
type fix struct {
	at       time.Time // by the computer's clock
	lat, lon float64
	errM     float64
	hdop     float64
}

// track decides what to believe. It has no clock: every moment comes with a report, or from whoever asks.
type track struct {
	fixes  []fix
	last   report    // the newest with a fix that was believed
	fresh  time.Time // arrival of the newest report whose moment was new
	newest time.Time // the receiver's time in it

	rival []report // fixes since a jump: consistent with each other, not with what was believed
	state string   // what is said of the present: "" all is well, else why the position is unknown
	began bool     // a fix was believed once, so that its loss is news

	offset   time.Duration // of the computer's clock, as it was last said
	offsetAt time.Time
	words    []string
}

func (t *track) say(format string, a ...any) {
	if len(t.words) < maxSaid {
		t.words = append(t.words, fmt.Sprintf(format, a...))
	}
}

func (t *track) said() []string {
	w := t.words
	t.words = nil
	return w
}

// turn says when the state of belief changes.
func (t *track) turn(state string, at time.Time) {
	if state == t.state {
		return
	}
	switch {
	case state == "":
		t.say("position known again")
	default:
		t.say("%s: the position is unknown", state)
	}
	t.state = state
}

// quiet notes that nothing comes.
func (t *track) quiet(now time.Time) {
	if t.began && now.Sub(t.fresh) > staleAfter {
		t.turn("no report since "+t.fresh.UTC().Format("15:04:05"), now)
	}
}

// add takes a report.
func (t *track) add(r report) {
	t.compareClocks(r)
	if !r.time.IsZero() && !r.time.After(t.newest) && !t.newest.IsZero() {
		if back := t.newest.Sub(r.time); back > time.Second { // time ran backwards: the receiver started over, or somebody plays with it
			t.turn(fmt.Sprintf("the receiver's time ran %v backwards", back.Round(time.Second)), r.arrived)
			t.newest, t.rival = r.time, nil
			t.fresh = r.arrived
			t.rivals(r)
			return
		}
		if r.fix && r.arrived.Sub(t.fresh) > staleAfter {
			t.turn("the receiver repeats its fix of "+r.time.UTC().Format("15:04:05"), r.arrived)
		}
		return
	}
	if t.fresh = r.arrived; !r.time.IsZero() {
		t.newest = r.time
	}
	switch {
	case !r.fix:
		t.rival = nil
		if t.began {
			t.turn("no fix", r.arrived)
		}
	case !sane(r):
		t.rival = nil
		t.turn(fmt.Sprintf("a fix that is none (%.5f %.5f, error %.0f m, HDOP %.1f)", r.lat, r.lon, r.errM, r.hdop), r.arrived)
	case len(t.rival) > 0 || t.began && !reachable(t.last, r):
		t.rivals(r)
	default:
		t.believe(r)
	}
}

// sane tells whether a fix can be one. 0,0 is what receivers say that do not know.
func sane(r report) bool {
	return math.Abs(r.lat) <= 90 && math.Abs(r.lon) <= 180 && (r.lat != 0 || r.lon != 0) && r.hdop <= maxHDOP && r.errM <= maxErrM
}

// reachable tells whether a vehicle can have come from one fix to the next.
func reachable(a, b report) bool {
	dt := b.time.Sub(a.time)
	if a.time.IsZero() || b.time.IsZero() {
		dt = b.arrived.Sub(a.arrived)
	}
	return distanceM(a.lat, a.lon, b.lat, b.lon) <= fastMS*math.Max(1, math.Abs(dt.Seconds()))+slackM+2*(errorM(a)+errorM(b))
}

// rivals takes a fix that cannot be where the last believed one leads to. It is believed when it goes on for long, as after
// a tunnel or a ferry; a fix that is reachable again from the believed one ends it.
func (t *track) rivals(r report) {
	switch {
	case t.began && reachable(t.last, r):
		t.believe(r)
		return
	case len(t.rival) > 0 && !reachable(t.rival[len(t.rival)-1], r):
		t.rival = nil
	}
	if t.began && len(t.rival) == 0 && r.fix {
		t.turn(fmt.Sprintf("a jump of %.1f km", distanceM(t.last.lat, t.last.lon, r.lat, r.lon)/1e3), r.arrived)
	}
	if t.rival = append(t.rival, r); len(t.rival) > 2 { // the first and the newest tell all
		t.rival = append(t.rival[:1], r)
	}
	if first := t.rival[0]; !t.began || r.time.Sub(first.time) >= trusted {
		if t.began {
			t.say("the jump lasts for %v: believed from now on", r.time.Sub(first.time).Round(time.Second))
		}
		t.fixes = nil // nothing lies between
		t.believe(r)
	}
}

func (t *track) believe(r report) {
	t.rival = nil
	if t.began {
		t.turn("", r.arrived)
	}
	t.state = ""
	t.began, t.last = true, r
	at := r.arrived
	if d := r.arrived.Sub(r.time); !r.time.IsZero() && d >= 0 && d < clockOff {
		at = r.time // both clocks agree: the moment itself, not its arrival
	}
	if n := len(t.fixes); n > 0 && !at.After(t.fixes[n-1].at) {
		return
	}
	if len(t.fixes) == keepFixes {
		t.fixes = append(t.fixes[:0], t.fixes[1:]...)
	}
	t.fixes = append(t.fixes, fix{at, r.lat, r.lon, errorM(r), r.hdop})
}

// errorM is the horizontal error as told, or as HDOP lets expect; 0: unknown.
func errorM(r report) float64 {
	if r.errM > 0 {
		return r.errM
	}
	return r.hdop * uereM
}

// compareClocks says by how much the computer's clock and the receiver's time differ.
func (t *track) compareClocks(r report) {
	if r.time.IsZero() || !r.fix {
		return
	}
	off := r.arrived.Sub(r.time)
	change := off - t.offset
	if change.Abs() < clockOff || !t.offsetAt.IsZero() && r.arrived.Sub(t.offsetAt) < clockAgain {
		return
	}
	t.offset, t.offsetAt = off, r.arrived
	switch {
	case off.Abs() < clockOff:
		t.say("the computer's clock and GPS time agree again")
	case off > 0:
		t.say("the computer's clock is %s ahead of GPS time: set one of them right; positions go by when they arrive", long(off))
	default:
		t.say("the computer's clock is %s behind GPS time: set one of them right; positions go by when they arrive", long(-off))
	}
}

// long prints a duration that may be years.
func long(d time.Duration) string {
	if d > 48*time.Hour {
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	}
	return d.Round(time.Second).String()
}

// at is the position at a moment of the computer's clock: between two fixes, or shortly after the newest.
func (t *track) at(when time.Time) (radio.Fix, bool) {
	n := len(t.fixes)
	if n == 0 {
		return radio.Fix{}, false
	}
	last := t.fixes[n-1]
	if age := when.Sub(last.at); age >= 0 {
		if age > freshFor || t.state != "" {
			return radio.Fix{}, false
		}
		return radio.Fix{Lat: last.lat, Lon: last.lon, ErrM: last.errM, HDOP: last.hdop, Age: age}, true
	}
	for i := n - 1; i > 0; i-- {
		a, b := t.fixes[i-1], t.fixes[i]
		if when.Before(a.at) {
			continue
		}
		gap := b.at.Sub(a.at)
		if gap > bridge {
			return radio.Fix{}, false
		}
		w := float64(when.Sub(a.at)) / float64(gap)
		lon := a.lon + w*(math.Mod(b.lon-a.lon+540, 360)-180)
		return radio.Fix{Lat: a.lat + w*(b.lat-a.lat), Lon: math.Mod(lon+540, 360) - 180, ErrM: math.Max(a.errM, b.errM), HDOP: math.Max(a.hdop, b.hdop)}, true
	}
	return radio.Fix{}, false
}

const earthM = 6371008.8

// distanceM is the great-circle distance.
func distanceM(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	h := a*a + math.Cos(lat1*rad)*math.Cos(lat2*rad)*b*b
	return 2 * earthM * math.Asin(math.Sqrt(math.Min(1, h)))
}
