package live

import (
	"sync"
	"time"

	"github.com/straycell/straycell/radio/iqfile"
)

// ring holds what a device delivered until it is read. One goroutine puts (the driver's), one takes (the source's reader).
// What does not fit is counted as lost, and then everything is, until half of the ring is free: fewer, longer runs are
// worth more than many short ones.
type ring struct {
	codec iqfile.Codec
	size  int64 // octets of a sample
	now   func() time.Time
	wake  chan struct{} // something arrived or ended

	mu      sync.Mutex
	data    []byte
	w, r    int64 // octets written and read since the start; data[w%len(data)] is next
	runs    []run // of what lies in data, in order
	next    int64 // index of the next sample to arrive
	lost    int64 // samples lost directly before it
	full    bool
	hold    bool  // what arrives belongs to no tuning: count it, keep nothing
	stale   int64 // likewise, this many more samples
	clock   clock
	arrived time.Time // of the last sample
	first   clock     // how many samples had come, or were known to be lost, when the first came, and when; none: zero
	ended   bool
	why     error // of the end
}

// run is consecutive samples in the ring.
type run struct {
	at    int64 // octet
	first int64 // index of its first sample
	lost  int64 // directly before it
}

// clock is one sample index and when it was taken.
type clock struct {
	index int64
	at    time.Time
}

func newRing(codec iqfile.Codec, samples int64, now func() time.Time) *ring {
	size := int64(codec.Size())
	return &ring{codec: codec, size: size, now: now, data: make([]byte, samples*size), wake: make(chan struct{}, 1), arrived: now()}
}

// put takes whole samples from the driver; lost is how many the driver knows to be missing before them.
func (g *ring) put(octets []byte, lost int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := int64(len(octets)) / g.size
	g.arrived = g.now()
	g.miss(lost)
	if g.first.at.IsZero() {
		g.first = clock{g.next + n, g.arrived}
	}
	if g.clock.at.IsZero() {
		g.clock = clock{g.next + n, g.arrived}
	}
	skip := min(g.stale, n)
	g.stale -= skip
	if g.hold {
		skip = n
	}
	g.next += skip
	octets, n = octets[skip*g.size:], n-skip
	free := (int64(len(g.data)) - (g.w - g.r)) / g.size
	if g.full && free >= int64(len(g.data))/g.size/2 {
		g.full = false
	}
	keep := min(n, free)
	if g.full {
		keep = 0
	}
	if keep > 0 {
		if len(g.runs) == 0 || g.lost > 0 {
			g.runs = append(g.runs, run{g.w, g.next, g.lost})
			g.lost = 0
		}
		at := g.w % int64(len(g.data))
		k := int64(copy(g.data[at:], octets[:keep*g.size]))
		copy(g.data, octets[k:keep*g.size])
		g.w += keep * g.size
		g.next += keep
	}
	if over := n - keep; over > 0 {
		g.full = true
		g.miss(over)
	}
	g.signal()
}

// miss counts samples that went by without being kept. While the device is being tuned nobody wants them.
func (g *ring) miss(n int64) {
	g.next += n
	if !g.hold && g.stale == 0 {
		g.lost += n
	}
}

func (g *ring) signal() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// end is said by the driver's goroutine when nothing more will come.
func (g *ring) end(why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended, g.why = true, why
	g.signal()
}

// take reads the samples of one run, at most len(dst). n is 0 when there are none.
func (g *ring) take(dst []complex64) (n int, from run, clip int) {
	g.mu.Lock()
	for len(g.runs) > 1 && g.runs[1].at == g.r {
		g.runs = append(g.runs[:0], g.runs[1:]...)
	}
	have := g.w
	if len(g.runs) > 1 {
		have = g.runs[1].at
	}
	n = int(min(int64(len(dst)), (have-g.r)/g.size))
	if n > 0 {
		first := &g.runs[0]
		from = run{g.r, first.first + (g.r-first.at)/g.size, first.lost}
		first.lost = 0
	}
	at := g.r % max(1, int64(len(g.data)))
	g.mu.Unlock()

	// Nobody else writes here or reads here until r moves on.
	head := min(int64(n), (int64(len(g.data))-at)/g.size)
	clip = g.codec.Decode(dst[:head], g.data[at:])
	clip += g.codec.Decode(dst[head:n], g.data)

	g.mu.Lock()
	defer g.mu.Unlock()
	g.r += int64(n) * g.size
	return n, from, clip
}

// pause begins a change of tuning: what lies here and what arrives is of no use to anyone.
func (g *ring) pause() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold, g.stale = true, 0
	g.clear()
}

// resume ends it; stale more samples are still of the earlier tuning. room is how many samples are to fit.
func (g *ring) resume(stale, room int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.clear()
	if int64(len(g.data)) < room*g.size {
		g.data = make([]byte, room*g.size)
	}
	g.hold, g.stale, g.clock = false, stale, clock{}
}

func (g *ring) clear() {
	g.w, g.r, g.runs, g.lost, g.full = 0, 0, g.runs[:0], 0, false
}

// state is what came so far: how many samples, when the last, and whether and why no more will.
func (g *ring) state() (next int64, arrived time.Time, ended bool, why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.next, g.arrived, g.ended, g.why
}

// began tells when the first samples came and how many, with those lost before, these were; a zero time: none did.
func (g *ring) began() (at time.Time, samples int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first.at, g.first.index
}

// time of a sample; zero while nothing came.
func (g *ring) time(index int64, rateHz float64) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.clock.at.IsZero() {
		return time.Time{}
	}
	return g.clock.at.Add(time.Duration(float64(index-g.clock.index) / rateHz * float64(time.Second)))
}
