package cell

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// Identity is what a transmitter broadcast under one PLMN list and ECI. It is a value: the register never changes one it
// gave away.
type Identity struct {
	SIB1     lte.SIB1 // of the newest content
	Octets   []byte
	CRCs     int // transmissions of SIB1 with this identity that passed their CRC
	Contents int // different SIB1 contents with this identity

	Messages []lte.SIMessage // each content once, by entry of the schedule, oldest first
	Versions []Version       // each content of each block, by block, oldest first
	OnAir    []Sent
	Windows  []int // of each entry of the schedule: windows wholly in view of looks that read messages

	Pages  int
	Paging lte.Paging

	Stop          lte.Stop // why no more of the schedule was read; StopNone: all of it was
	FirstS, LastS float64
}

// Sent is a way in which SIB1 or a message was transmitted, and how often. Its SFN is that of the last time.
type Sent struct {
	lte.SITransmission
	Count int
}

// Name is "450-08 27447297": the first PLMN and the ECI.
func (i *Identity) Name() string { return identityName(&i.SIB1) }

func identityName(s *lte.SIB1) string {
	if len(s.PLMNs) == 0 {
		return fmt.Sprint(s.ECI)
	}
	return fmt.Sprintf("%s %d", s.PLMNs[0].PLMN, s.ECI)
}

// identityKey tells identities apart.
func identityKey(s *lte.SIB1) string {
	var b strings.Builder
	for _, p := range s.PLMNs {
		b.WriteString(p.PLMN.String())
		b.WriteByte(' ')
	}
	fmt.Fprint(&b, s.ECI)
	return b.String()
}

// Bounds on what hostile air can make the register keep of one transmitter. Where a bound is reached the newest comes in and
// what was heard longest ago goes, of messages among those with the same blocks: a flood of contents must not keep the register
// from hearing one more, nor push out one of another kind.
const (
	maxIdentities = 64
	maxSIB1s      = 8
	maxMessages   = 64
	maxSent       = 64
)

// identity is an Identity on the way.
type identity struct {
	key           string
	sib1s         []sib1Content
	crcs          int
	messages      []heard
	sent          []Sent
	windows       []int
	pages         int
	paging        lte.Paging
	stop          lte.Stop // of the newest look
	firstS, lastS float64
	best, newest  content // measurements that came with it and a MIB
}

type sib1Content struct {
	octets        []byte
	hash          string
	sib1          *lte.SIB1
	crcs          int
	firstS, lastS float64
}

type heard struct {
	lte.SIMessage
	hashes        []string // of its blocks
	tags          uint32   // of the SIB1s heard with it, a bit each
	firstS, lastS float64
}

// identities is what one sighting told: the identity it heard most, with everything else, then others. A list changed
// within an identity counts as its content.
func identities(s sighting) []*identity {
	o := s.o
	if o.SIB1 == nil {
		return nil
	}
	i := &identity{key: identityKey(o.SIB1), crcs: o.SIB1CRCs, pages: o.Pages, paging: o.Paging, stop: o.Stop, firstS: s.startS, lastS: s.endS}
	if o.MIB != nil {
		i.best = content{keyOf(o), o.MIBCRCs, o, s.endS}
		i.newest = i.best
	}
	i.sib1s = []sib1Content{{octets: o.SIB1Octets, sib1: o.SIB1, crcs: o.SIB1CRCs, firstS: s.startS, lastS: s.endS}}
	for _, m := range o.Messages {
		i.addMessage(heard{SIMessage: m, tags: 1 << (o.SIB1.ValueTag & 31), firstS: s.startS, lastS: s.endS})
	}
	for _, t := range o.OnAir {
		i.addSent(Sent{t, 1})
	}
	i.windows = windows(s)
	out := []*identity{i}
	for _, x := range o.SIB1Others {
		if x.SIB1 != nil {
			out = append(out, &identity{key: identityKey(x.SIB1), crcs: x.CRCs, stop: o.Stop, firstS: s.startS, lastS: s.endS,
				sib1s: []sib1Content{{octets: x.Octets, sib1: x.SIB1, crcs: x.CRCs, firstS: s.startS, lastS: s.endS}}})
		}
	}
	return out
}

// toldBy lists the SIB1s of an observation.
func toldBy(o *lte.Observation) []*lte.SIB1 {
	if o.SIB1 == nil {
		return nil
	}
	out := []*lte.SIB1{o.SIB1}
	for _, x := range o.SIB1Others {
		if x.SIB1 != nil {
			out = append(out, x.SIB1)
		}
	}
	return out
}

// mergeIdentity adds what is known of an identity to those of a tally; neither is shared afterwards.
func (a *tally) mergeIdentity(b *identity) {
	if k := a.identity(b.key); k >= 0 {
		a.identities[k] = a.identities[k].clone()
		a.identities[k].merge(b)
		return
	}
	a.identities = slices.Clone(a.identities)
	a.hear(b.clone())
}

// hear adds what a sighting told of an identity, which nobody else holds, to a tally whose identities nobody else holds either.
func (a *tally) hear(b *identity) {
	if k := a.identity(b.key); k >= 0 {
		a.identities[k].merge(b)
		return
	}
	if len(a.identities) >= maxIdentities {
		old := slices.MinFunc(a.identities, func(x, y *identity) int { return cmp.Compare(x.lastS, y.lastS) })
		a.identities = slices.DeleteFunc(a.identities, func(i *identity) bool { return i == old })
	}
	a.identities = append(a.identities, b)
	slices.SortStableFunc(a.identities, func(x, y *identity) int { return cmp.Compare(x.firstS, y.firstS) })
}

func (a *tally) identity(key string) int {
	return slices.IndexFunc(a.identities, func(i *identity) bool { return i.key == key })
}

// merge adds b to i.
func (i *identity) merge(b *identity) {
	i.crcs += b.crcs
	i.pages += b.pages
	i.windows = plus(i.windows, b.windows)
	if b.best.best.MIB != nil && (i.best.best.MIB == nil || better(b.best, i.best)) {
		i.best = b.best
	}
	if b.newest.best.MIB != nil && (i.newest.best.MIB == nil || b.newest.bestAt > i.newest.bestAt) {
		i.newest = b.newest
	}
	i.paging = i.paging.Plus(b.paging)
	if b.lastS > i.lastS {
		i.stop = b.stop
	}
	i.firstS, i.lastS = math.Min(i.firstS, b.firstS), math.Max(i.lastS, b.lastS)
	for _, c := range b.sib1s {
		i.addSIB1(c)
	}
	for _, m := range b.messages {
		i.addMessage(m)
	}
	for _, t := range b.sent {
		i.addSent(t)
	}
}

func (i *identity) clone() *identity {
	c := *i
	c.sib1s, c.messages, c.sent = slices.Clone(i.sib1s), slices.Clone(i.messages), slices.Clone(i.sent)
	return &c
}

func (i *identity) addSIB1(c sib1Content) {
	for k := range i.sib1s {
		if o := &i.sib1s[k]; bytes.Equal(o.octets, c.octets) {
			o.firstS, o.lastS, o.crcs = math.Min(o.firstS, c.firstS), math.Max(o.lastS, c.lastS), o.crcs+c.crcs
			return
		}
	}
	if len(i.sib1s) == maxSIB1s { // the one heard longest ago goes
		old := 0
		for k := range i.sib1s {
			if i.sib1s[k].lastS < i.sib1s[old].lastS {
				old = k
			}
		}
		i.sib1s = slices.Delete(i.sib1s, old, old+1)
	}
	i.sib1s = append(i.sib1s, c)
}

func (i *identity) addMessage(m heard) {
	for k := range i.messages {
		if o := &i.messages[k]; o.Entry == m.Entry && bytes.Equal(o.Octets, m.Octets) {
			o.CRCs += m.CRCs
			o.tags |= m.tags
			o.firstS = math.Min(o.firstS, m.firstS)
			o.lastS = math.Max(o.lastS, m.lastS)
			return
		}
	}
	if m.hashes == nil {
		for _, b := range m.SIBs {
			m.hashes = append(m.hashes, hash(b.JSON))
		}
	}
	if len(i.messages) == maxMessages {
		i.messages = slices.Delete(i.messages, i.oldest(), i.oldest()+1)
	}
	i.messages = append(i.messages, m)
}

// oldest is the message heard longest ago among those that hold the same blocks as most others: a flood of one kind of contents
// pushes out its own kind.
func (i *identity) oldest() int {
	kinds, most, at := map[string]int{}, 0, -1
	for k := range i.messages {
		kind := i.messages[k].kind()
		kinds[kind]++
		most = max(most, kinds[kind])
	}
	for k := range i.messages {
		if kinds[i.messages[k].kind()] == most && (at < 0 || i.messages[k].lastS < i.messages[at].lastS) {
			at = k
		}
	}
	return at
}

// kind names the blocks that a message holds.
func (m *heard) kind() string {
	var b strings.Builder
	for _, s := range m.SIBs {
		fmt.Fprint(&b, s.Type, " ")
	}
	return b.String()
}

// versions lists each content of each block.
func (i *identity) versions(ms []heard) []Version {
	out := make([]Version, 0, len(i.sib1s)+len(ms))
	for k := range i.sib1s {
		c := &i.sib1s[k]
		if c.hash == "" {
			c.hash = hash(c.octets)
		}
		out = append(out, Version{Type: 1, Hash: c.hash, Octets: c.octets, SIB1: c.sib1, Tags: 1 << (c.sib1.ValueTag & 31), CRCs: c.crcs, FirstS: c.firstS, LastS: c.lastS})
	}
	for _, m := range ms {
		for b, s := range m.SIBs {
			if s.Type == 1 { // SIB1 sent in another message's window is none of that message's blocks
				continue
			}
			if k := slices.IndexFunc(out, func(v Version) bool { return v.Type == s.Type && v.Hash == m.hashes[b] }); k >= 0 {
				v := &out[k]
				v.FirstS, v.Tags = math.Min(v.FirstS, m.firstS), v.Tags|m.tags
				v.LastS, v.CRCs = math.Max(v.LastS, m.lastS), v.CRCs+m.CRCs
				continue
			}
			out = append(out, Version{Type: s.Type, Hash: m.hashes[b], JSON: s.JSON, Tags: m.tags, CRCs: m.CRCs, FirstS: m.firstS, LastS: m.lastS})
		}
	}
	slices.SortStableFunc(out, func(a, b Version) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.FirstS, b.FirstS)) })
	return out
}

func (i *identity) addSent(t Sent) {
	for k := range i.sent {
		o := &i.sent[k]
		same := t.SITransmission
		same.SFN = o.SFN
		if o.SITransmission == same {
			o.SFN, o.Count = t.SFN, o.Count+t.Count
			return
		}
	}
	if len(i.sent) < maxSent {
		i.sent = append(i.sent, t)
	}
}

// newestSIB1 is the content heard last.
func (i *identity) newestSIB1() *sib1Content {
	newest := &i.sib1s[0]
	for k := range i.sib1s[1:] {
		if c := &i.sib1s[k+1]; c.lastS > newest.lastS {
			newest = c
		}
	}
	return newest
}

// told is the Identity as it stands.
func (i *identity) told() *Identity {
	newest := i.newestSIB1()
	out := &Identity{SIB1: *newest.sib1, Octets: newest.octets, CRCs: i.crcs, Contents: len(i.sib1s),
		OnAir: slices.Clone(i.sent), Windows: i.windows, Stop: i.stop, Pages: i.pages, Paging: i.paging, FirstS: i.firstS, LastS: i.lastS}
	ms := slices.Clone(i.messages)
	slices.SortStableFunc(ms, func(x, y heard) int { return cmp.Or(cmp.Compare(x.Entry, y.Entry), cmp.Compare(x.lastS, y.lastS)) })
	out.Versions = i.versions(ms)
	have := map[int]bool{}
	for _, m := range ms {
		out.Messages = append(out.Messages, m.SIMessage)
		have[m.Entry] = true
	}
	if len(have) >= len(out.SIB1.Schedule) {
		out.Stop = lte.StopNone
	}
	return out
}
