package cell

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// cells sums up an accepted transmitter: one cell for each identity it broadcast, or one without.
func (r *Register) cells(x *transmitter) []Cell {
	sum := x.sum()
	best := sum.mibs[0].best
	c := Cell{
		Transmitter: x.name(),
		PCI:         best.PCI,
		Duplex:      best.Duplex,
		Best:        best,
		Newest:      sum.newest,
		MIBCRCs:     sum.crcs,
		MIBFails:    sum.fails,
		MIBs:        len(sum.mibs),
		SIB1Fails:   sum.sib1Fails,
		Looks:       sum.looks,
		FirstS:      sum.firstS,
		LastS:       sum.lastS,
		Clock:       x.clock(),
		History:     slices.Clone(x.moments),
		Jumps:       slices.Clone(x.jumps),
		Jumped:      x.jumped,
		Turns:       slices.Clone(x.turns),
		Turned:      x.turned,
		BeganS:      sum.firstS,
	}
	place := func(bands ...int) Carrier {
		return PlaceCarrier(best.FreqHz+best.Signal.CFOHz, r.cfg.PPM, r.cfg.PPMRange, best.Duplex, append(bands, r.cfg.Bands...)...)
	}
	if len(sum.identities) == 0 {
		c.Carrier = place()
		return []Cell{c}
	}
	var out []Cell
	several := x.severalPCIs()
	for n, i := range sum.identities {
		c.Identity, c.Number = i.told(), n
		if several && i.best.best.MIB != nil { // a radio of several PCIs: each name has its own
			c.PCI, c.Best, c.Newest = i.best.best.PCI, i.best.best, i.newest.best
		}
		s := &c.Identity.SIB1
		c.Carrier = place(append([]int{s.FreqBandIndicator}, s.MultiBandInfoList...)...)
		if len(sum.identities) > 1 {
			c.FirstS, c.LastS = i.firstS, i.lastS
		}
		out = append(out, c)
	}
	return out
}

// cell is the newest heard of a transmitter's cells.
func (r *Register) cell(x *transmitter) Cell {
	cs := r.cells(x)
	newest := cs[0]
	for _, c := range cs[1:] {
		if c.Identity.LastS > newest.Identity.LastS {
			newest = c
		}
	}
	return newest
}

// heard lists the cells of a transmitter whose identity the look told; where it told none, the newest.
func (r *Register) heard(a *look, x *transmitter) []Cell {
	keys := map[string]bool{}
	for i, t := range a.track {
		if t.of == x {
			for _, s := range toldBy(&a.seen[i].o) {
				keys[identityKey(s)] = true
			}
		}
	}
	if len(keys) == 0 {
		return []Cell{r.cell(x)}
	}
	var out []Cell
	for _, c := range r.cells(x) {
		if c.Identity != nil && keys[identityKey(&c.Identity.SIB1)] {
			out = append(out, c)
		}
	}
	return out
}

// others lists those of the SIB1s whose identity this transmitter never had, and names the one heard last.
func (x *transmitter) others(told []*lte.SIB1) (was string, out []*lte.SIB1) {
	if len(told) == 0 {
		return "", nil
	}
	had, lastS := map[string]bool{}, math.Inf(-1)
	for _, i := range x.sum().identities {
		had[i.key] = true
		if i.lastS > lastS {
			was, lastS = identityName(i.newestSIB1().sib1), i.lastS
		}
	}
	for _, s := range told {
		if k := identityKey(s); !had[k] {
			had[k] = true
			out = append(out, s)
		}
	}
	return was, out
}

// introduce tells of identities that a transmitter had not had before; was is the one before them.
func (r *Register) introduce(x *transmitter, sib1s []*lte.SIB1, was string, news *News) {
	for _, s := range sib1s {
		for _, c := range r.cells(x) {
			if c.Identity != nil && identityKey(&c.Identity.SIB1) == identityKey(s) {
				news.Changes = append(news.Changes, Change{What: SIB1, Cell: c, From: was, To: c.Identity.Name()})
				was = c.Identity.Name()
			}
		}
	}
}

// sum is the tally of all tracks, to be read before the next look.
func (x *transmitter) sum() tally {
	if len(x.tracks) == 1 && x.folded.empty() {
		return x.tracks[0].tally
	}
	sum := x.folded
	sum.mibs, sum.identities = slices.Clone(sum.mibs), slices.Clone(sum.identities)
	for _, t := range x.tracks {
		sum.merge(t.tally)
	}
	return sum
}
