package verdict

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// Config is what judging needs to know beside cells.
type Config struct {
	Policy *Policy    // nil: the shipped one under the default profile
	Set    *known.Set // nil: no list
	Past   *Past      // nil: no history of this place
}

// Scene is all cells of a survey, kept so that a rule finds a cell's neighbours without walking through all. Like the
// register it has one owner.
type Scene struct {
	// Clocks tells how many ppm a transmitter's carrier stood off all others', whatever their carrier and operator, its standard error and
	// how many they are; nil: nobody does.
	Clocks func(transmitter string) (ppm, se float64, others int, ok bool)

	cfg   Config
	nowS  float64
	now   time.Time
	here  *known.Place
	cells map[member]*slot
	by    map[string][]*slot // by identity, eNB, carrier, carrier and PCI, transmitter
	pools map[lte.PLMN]*pool
	looks map[int]float64 // when each carrier was last looked at, by bucket
	mccs  map[uint16]int  // cells whose SIB1 was read, by country
	tacs  map[string][]uint16
	dense map[string]int
	names map[string]*int // how many identities each transmitter has
	moved map[string]Move // of transmitters that did
}

// Move is what a survey's places tell of a transmitter: no one place explains its levels along the receiver's way.
type Move struct {
	Metres     float64 // about
	FromS, ToS float64 // the moments it was at the one place and at the other
}

// member names a cell: a transmitter and the number of its identity.
type member struct {
	transmitter string
	number      int
}

// slot is a cell's place in the scene; Entry is replaced, never changed.
type slot struct {
	*Entry
	keys  []string
	mcc   uint16
	names *int
}

// Entry is a cell with what rules derive from it once.
type Entry struct {
	cell.Cell
	info  *sysinfo
	plmns []lte.PLMN
	query known.Query
	match known.Match
	names *int // identities of its transmitter
}

// NewScene starts empty.
func NewScene(cfg Config) *Scene {
	if cfg.Policy == nil {
		cfg.Policy, _ = NewPolicy("", nil) // a test opens the shipped one
	}
	return &Scene{cfg: cfg, cells: map[member]*slot{}, by: map[string][]*slot{}, pools: map[lte.PLMN]*pool{}, looks: map[int]float64{}, mccs: map[uint16]int{}, tacs: map[string][]uint16{}, dense: map[string]int{}, names: map[string]*int{}, moved: map[string]Move{}}
}

// At says what time it is, by the signal and where the source knows it by the clock, and where the receiver stands.
func (s *Scene) At(nowS float64, now time.Time, here *known.Place) {
	s.nowS, s.now, s.here = max(s.nowS, nowS), now, here
}

// Put takes the newest state of a cell.
func (s *Scene) Put(c cell.Cell) {
	m := member{c.Transmitter, c.Number}
	x := s.cells[m]
	if x == nil {
		if s.names[c.Transmitter] == nil {
			s.names[c.Transmitter] = new(int)
		}
		x = &slot{Entry: &Entry{}, names: s.names[c.Transmitter]}
		*x.names++
		s.cells[m] = x
	}
	e := &Entry{Cell: c, info: x.info.read(c.Identity), query: s.query(&c), names: x.names}
	e.plmns = e.query.PLMNs
	if e.match = x.match; x.Identity == nil || e.Identity == nil || !sameQuery(&e.query, &x.query) {
		e.match = s.cfg.Set.Match(e.query)
	}
	keys := e.keys()
	if !slices.Equal(keys, x.keys) {
		for _, k := range x.keys {
			s.by[k] = slices.DeleteFunc(s.by[k], func(y *slot) bool { return y == x })
			if len(s.by[k]) == 0 {
				delete(s.by, k)
			}
		}
		for _, k := range keys {
			s.by[k] = append(s.by[k], x)
		}
		x.keys = keys
		s.country(x, e)
	}
	x.Entry = e
	s.looks[bucket(e.rxHz())] = max(s.looks[bucket(e.rxHz())], c.LastS)
}

// Use puts other lists in force: what they say of each cell is looked up anew.
func (s *Scene) Use(set *known.Set) {
	s.cfg.Set = set
	clear(s.tacs)
	clear(s.dense)
	clear(s.pools)
	for _, x := range s.cells {
		e := *x.Entry
		e.match = set.Match(e.query)
		x.Entry = &e
	}
}

// Moved says that a transmitter did.
func (s *Scene) Moved(transmitter string, m Move) { s.moved[transmitter] = m }

// Drop takes a cell out that turned out to be none.
func (s *Scene) Drop(transmitter string) {
	for _, x := range slices.Clone(s.by[keyTransmitter+transmitter]) {
		for _, k := range x.keys {
			s.by[k] = slices.DeleteFunc(s.by[k], func(y *slot) bool { return y == x })
		}
		s.country(x, &Entry{})
		*x.names--
		delete(s.cells, member{x.Transmitter, x.Number})
	}
}

// country counts cells by it.
func (s *Scene) country(x *slot, e *Entry) {
	if x.mcc != 0 {
		s.mccs[x.mcc]--
	}
	if x.mcc = 0; len(e.plmns) > 0 {
		x.mcc = e.plmns[0].MCC
		s.mccs[x.mcc]++
	}
}

// sameQuery tells whether the lists would answer the same; only for cells whose identity is read.
func sameQuery(a, b *known.Query) bool {
	return a.ECI == b.ECI && a.Hosted == b.Hosted && slices.Equal(a.PLMNs, b.PLMNs) && (a.Here == b.Here || a.Here != nil && b.Here != nil && *a.Here == *b.Here)
}

// tacsAround are the tracking areas that the lists have around here; asked for once for each square of a kilometre or so.
func (s *Scene) tacsAround(plmns []lte.PLMN, here *known.Place) []uint16 {
	key := fmt.Sprint(plmns)
	if here != nil {
		key += fmt.Sprintf(" %.2f %.2f", here.Lat, here.Lon)
	}
	out, ok := s.tacs[key]
	if !ok {
		if len(s.tacs) >= maxSquares {
			clear(s.tacs)
		}
		out = s.cfg.Set.TACs(plmns, here)
		s.tacs[key] = out
	}
	return out
}

// crowded tells whether at least n listed cells stand around here; counted once for each square of a kilometre or so.
func (s *Scene) crowded(here known.Place, radiusM float64, n int) bool {
	key := fmt.Sprintf("%.2f %.2f", here.Lat, here.Lon)
	got, ok := s.dense[key]
	if !ok {
		if len(s.dense) >= maxSquares {
			clear(s.dense)
		}
		got = len(s.cfg.Set.Near(here, radiusM))
		s.dense[key] = got
	}
	return got >= n
}

// maxSquares bounds what is remembered of a drive through a country.
const maxSquares = 256

func (s *Scene) query(c *cell.Cell) known.Query {
	q := known.Query{PCI: c.PCI, Duplex: c.Duplex, FreqsHz: c.FreqsHz, Here: s.here}
	if c.Identity != nil {
		for _, p := range c.Identity.SIB1.PLMNs {
			q.PLMNs = append(q.PLMNs, p.PLMN)
		}
		q.ECI = c.Identity.SIB1.ECI
		q.Hosted = len(q.PLMNs) > 1 && slices.ContainsFunc(s.by[keyOperator+q.PLMNs[0].String()], func(x *slot) bool {
			return x.match.State == known.Known && x.plmns[0] != q.PLMNs[0] && x.readTwice()
		})
		return q
	}
	rx := c.Best.FreqHz + c.Best.Signal.CFOHz
	for _, k := range near(rx, keyCarrier, "") {
		for _, x := range s.by[k] {
			if math.Abs(x.rxHz()-rx) < sameCarrierHz {
				for _, p := range x.plmns {
					if !slices.Contains(q.Around, p) && len(q.Around) < maxAround {
						q.Around = append(q.Around, p)
					}
				}
			}
		}
	}
	return q
}

// maxAround bounds the operators of a carrier: a cell names at most six, and hostile ones name others every time.
const maxAround = 24

// Case is all that rules may look at: a cell, the cells around it, where and when it was heard, and what the lists say of it.
type Case struct {
	*Entry
	NowS  float64
	Now   time.Time    // zero: unknown
	Here  *known.Place // nil: unknown
	Set   *known.Set   // nil: no list
	Query known.Query
	Match known.Match
	Past  *Past

	scene  *Scene
	data   *ruleData
	around *[]*Entry      // see peers
	listed *neighbourList // see neighbours
}

// Case is the case of a cell that was put.
func (s *Scene) Case(c cell.Cell) Case {
	x := s.cells[member{c.Transmitter, c.Number}]
	if x == nil {
		s.Put(c)
		x = s.cells[member{c.Transmitter, c.Number}]
	}
	return Case{Entry: x.Entry, NowS: s.nowS, Now: s.now, Here: s.here, Set: s.cfg.Set, Query: x.query, Match: x.match, Past: s.cfg.Past, scene: s}
}

// Judge is the verdict on a cell that was put.
func (s *Scene) Judge(rules []Rule, c cell.Cell) Verdict { return Judge(rules, s.Case(c)) }

func (c *Case) policy() *Policy { return c.scene.cfg.Policy }

// n is a number of the rule's data.
func (c *Case) n(name string) float64 { return c.data.numbers[name] }

const (
	keyIdentity    = "i"
	keyENB         = "e"
	keyCarrier     = "c"
	keyPCI         = "p"
	keyTransmitter = "t"
	keyOperator    = "o"
)

// Carriers as received fall into buckets of the raster; the radio's error is the same for all, so neighbours in frequency stay
// neighbours.
func bucket(rxHz float64) int { return int(math.Round(rxHz / lte.RasterHz)) }

func (e *Entry) rxHz() float64 { return e.Best.FreqHz + e.Best.Signal.CFOHz }

func (e *Entry) keys() []string {
	b := strconv.Itoa(bucket(e.rxHz()))
	out := []string{keyTransmitter + e.Transmitter, keyCarrier + b, keyPCI + b + " " + strconv.Itoa(int(e.PCI))}
	for _, p := range e.plmns {
		id := strconv.Itoa(int(p.MCC)) + "-" + strconv.Itoa(int(p.MNC)) + " "
		out = append(out, keyOperator+p.String(), keyIdentity+id+strconv.Itoa(int(e.query.ECI)), keyENB+id+strconv.Itoa(e.query.ECI.ENB()))
	}
	return out
}

// sameCarrierHz is how far apart two carriers may be received and be one.
const sameCarrierHz = 20e3

// of collects the cells under any of some keys but the case's own transmitter, each once, in the order they were put first.
func (c *Case) of(keys []string, want func(*Entry) bool) []*Entry {
	var out []*Entry
	twice := len(c.plmns) > 1 // a cell stands under a key for each of its operators
	for _, k := range keys {
		for _, x := range c.scene.by[k] {
			if x.Transmitter != c.Transmitter && want(x.Entry) && !(twice && slices.Contains(out, x.Entry)) {
				out = append(out, x.Entry)
			}
		}
	}
	return out
}

// recentS is how long a cell counts as being around after it was last heard.
const recentS = 600

func (c *Case) recent(e *Entry) bool { return c.NowS-e.LastS <= recentS }

// near are keys of the buckets a carrier may fall into.
func (c *Case) near(prefix, suffix string) []string { return near(c.rxHz(), prefix, suffix) }

func near(rxHz float64, prefix, suffix string) []string {
	b := bucket(rxHz)
	var out []string
	for _, d := range []int{0, -1, 1} {
		out = append(out, prefix+strconv.Itoa(b+d)+suffix)
	}
	return out
}

// onCarrier are other cells heard lately on the carrier, of any operator.
func (c *Case) onCarrier() []*Entry {
	return c.of(c.near(keyCarrier, ""), func(e *Entry) bool { return c.recent(e) && math.Abs(e.rxHz()-c.rxHz()) < sameCarrierHz })
}

// maxPeers bounds how many neighbours a cell is compared with: the ones heard last.
const maxPeers = 48

// peers are other cells of the operator heard lately on the carrier, whose SIB1 was read: what a cell is to be like. A
// transmitter with several identities is nobody's peer.
func (c *Case) peers() []*Entry {
	if c.around != nil {
		return *c.around
	}
	rx := c.rxHz()
	out := c.of(c.near(keyCarrier, ""), func(e *Entry) bool {
		return e.Identity != nil && *e.names == 1 && e.Duplex == c.Duplex && c.recent(e) && math.Abs(e.rxHz()-rx) < sameCarrierHz && c.sharesPLMN(e) && !c.sameName(e)
	})
	if len(out) > maxPeers {
		slices.SortStableFunc(out, func(a, b *Entry) int { return cmp.Compare(b.LastS, a.LastS) })
		out = out[:maxPeers]
	}
	c.around = &out
	return out
}

// listing are the cell's operators whose lists should speak of it.
func (c *Case) listing() []lte.PLMN {
	if c.query.Hosted && c.Match.State == known.NoList {
		return c.plmns[:1]
	}
	return c.plmns
}

func (c *Case) sharesPLMN(e *Entry) bool {
	for _, p := range c.plmns {
		if slices.Contains(e.plmns, p) {
			return true
		}
	}
	return false
}

func (c *Case) sameName(e *Entry) bool { return e.query.ECI == c.query.ECI && c.sharesPLMN(e) }

// alike are peers of the cell's own class, where that is known to be a femtocell or not.
func (c *Case) alike() []*Entry {
	femto, _ := c.class()
	var out []*Entry
	for _, e := range c.peers() {
		if is, _ := c.scene.class(e); (is == known.Femto) == (femto == known.Femto) {
			out = append(out, e)
		}
	}
	return out
}

// twins are other transmitters with the same identity, heard lately.
func (c *Case) twins() []*Entry {
	var keys []string
	for _, k := range c.keys() {
		if k[:1] == keyIdentity {
			keys = append(keys, k)
		}
	}
	return c.of(keys, c.recent)
}

// siblings are other cells of the same eNB, heard lately.
func (c *Case) siblings() []*Entry {
	var keys []string
	for _, k := range c.keys() {
		if k[:1] == keyENB {
			keys = append(keys, k)
		}
	}
	return c.of(keys, func(e *Entry) bool { return c.recent(e) && e.query.ECI != c.query.ECI })
}

// samePCI are other transmitters under the same PCI on the carrier, heard lately, one entry each.
func (c *Case) samePCI() []*Entry {
	var out []*Entry
	for _, e := range c.of(c.near(keyPCI, " "+strconv.Itoa(int(c.PCI))), c.recent) {
		if math.Abs(e.rxHz()-c.rxHz()) < sameCarrierHz && !slices.ContainsFunc(out, func(o *Entry) bool { return o.Transmitter == e.Transmitter }) {
			out = append(out, e)
		}
	}
	return out
}

// others are the further identities of the cell's own transmitter.
func (c *Case) others() []*Entry {
	var out []*Entry
	for _, x := range c.scene.by[keyTransmitter+c.Transmitter] {
		if x.Number != c.Number && x.Identity != nil {
			out = append(out, x.Entry)
		}
	}
	return out
}

// listedTogether tells whether the transmitter has several identities, all of which a list has, without a difference, under its
// PCI and carrier: a planning error, two cells that are one to the receiver.
func (c *Case) listedTogether() bool {
	others := c.others()
	wrong := func(e *Entry) bool { return e.PCI != c.PCI || !c.fits(e) }
	return len(others) > 0 && !slices.ContainsFunc(append(others, c.Entry), wrong)
}

// Read twice: an identity that accuses must have been read in two transmissions that could not share one disturbance.
const (
	readings  = 2
	readSpanS = 0.3
)

func (e *Entry) readTwice() bool {
	return e.Identity != nil && e.Identity.CRCs >= readings && e.Identity.LastS-e.Identity.FirstS >= readSpanS
}

// unread says why a rule on identity cannot judge; "" when it can.
func (c *Case) unread() string {
	switch {
	case c.Identity == nil:
		return "SIB1 not read"
	case !c.readTwice():
		return "SIB1 was read once, or within " + strconv.FormatFloat(readSpanS, 'g', -1, 64) + " s: a finding on identity waits for a second reading"
	}
	return ""
}

// Profile is the name of the profile that is judged by.
func (s *Scene) Profile() string { return s.cfg.Policy.Profile }
