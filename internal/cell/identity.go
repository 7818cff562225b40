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
	OnAir    []Sent

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

// Bounds on what hostile air can make the register keep of one transmitter.
const (
	maxIdentities = 16
	maxSIB1s      = 8
	maxMessages   = 256
	maxSent       = 64
)

// identity is an Identity on the way.
type identity struct {
	key           string
	sib1s         []sib1Content
	crcs          int
	messages      []heard
	sent          []Sent
	pages         int
	paging        lte.Paging
	stop          lte.Stop // of the newest look
	firstS, lastS float64
}

type sib1Content struct {
	octets []byte
	sib1   *lte.SIB1
	lastS  float64
}

type heard struct {
	lte.SIMessage
	lastS float64
}

// identities is what one sighting told: the identity it heard most, with everything else, then others. A list changed
// within an identity counts as its content.
func identities(s sighting) []*identity {
	o := s.o
	if o.SIB1 == nil {
		return nil
	}
	i := &identity{key: identityKey(o.SIB1), crcs: o.SIB1CRCs, pages: o.Pages, paging: o.Paging, stop: o.Stop, firstS: s.startS, lastS: s.endS}
	i.sib1s = []sib1Content{{o.SIB1Octets, o.SIB1, s.endS}}
	for _, m := range o.Messages {
		i.messages = append(i.messages, heard{m, s.endS})
	}
	for _, t := range o.OnAir {
		i.addSent(Sent{t, 1})
	}
	out := []*identity{i}
	for _, x := range o.SIB1Others {
		if x.SIB1 != nil {
			out = append(out, &identity{key: identityKey(x.SIB1), crcs: x.CRCs, stop: o.Stop, firstS: s.startS, lastS: s.endS,
				sib1s: []sib1Content{{x.Octets, x.SIB1, s.endS}}})
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
	k := slices.IndexFunc(a.identities, func(i *identity) bool { return i.key == b.key })
	if k < 0 {
		if len(a.identities) >= maxIdentities {
			return
		}
		a.identities = append(a.identities, b.clone())
		slices.SortStableFunc(a.identities, func(x, y *identity) int { return cmp.Compare(x.firstS, y.firstS) })
		return
	}
	i := a.identities[k].clone()
	a.identities[k] = i
	i.crcs += b.crcs
	i.pages += b.pages
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
			o.lastS = math.Max(o.lastS, c.lastS)
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
			o.lastS = math.Max(o.lastS, m.lastS)
			return
		}
	}
	if len(i.messages) < maxMessages {
		i.messages = append(i.messages, m)
	}
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

// told is the Identity as it stands.
func (i *identity) told() *Identity {
	newest := i.sib1s[0]
	for _, c := range i.sib1s[1:] {
		if c.lastS > newest.lastS {
			newest = c
		}
	}
	out := &Identity{SIB1: *newest.sib1, Octets: newest.octets, CRCs: i.crcs, Contents: len(i.sib1s),
		OnAir: slices.Clone(i.sent), Stop: i.stop, Pages: i.pages, Paging: i.paging, FirstS: i.firstS, LastS: i.lastS}
	ms := slices.Clone(i.messages)
	slices.SortStableFunc(ms, func(x, y heard) int { return cmp.Or(cmp.Compare(x.Entry, y.Entry), cmp.Compare(x.lastS, y.lastS)) })
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
