package rrc

import (
	"math/rand/v2"
	"slices"
)

// builder makes messages out of the schema: each at the bounds of what the specification allows. In its mixed way it
// prefers what no message has held yet, so that a few hundred messages hold every optional field, alternative, extension,
// enumerated value and bound.
type builder struct {
	way    way
	random *rand.Rand
	held   map[feature]int
	leaves int // of the message being built
	forced map[*choice]string
}

type way int

const (
	minimal way = iota // nothing optional, lowest values, shortest lists
	maximal            // everything, highest values
	mixed
)

// feature is something of a type that a message holds or does not.
type feature struct {
	of   any // pointer to the type, field or addition
	what any // number of a value, name of an alternative, or one of these
}

type mark string

const (
	present mark = "present"
	lowest  mark = "lowest"
	highest mark = "highest"
)

const leavesPerMessage = 1500

// positioning is the octet string that holds a message of another protocol.
var positioning = tSystemInformationBlockPosR15.root[0].of

func newBuilder(w way, seed uint64, held map[feature]int) *builder {
	return &builder{way: w, random: rand.New(rand.NewPCG(seed, 36331)), held: held, forced: map[*choice]string{}}
}

func (b *builder) hold(of, what any) { b.held[feature{of, what}]++ }

// spent is true when the message is large enough: the rest of it is made minimal.
func (b *builder) spent() bool { return b.leaves > leavesPerMessage }

// flip decides about something optional.
func (b *builder) flip(of any) bool {
	if b.way != mixed || b.spent() {
		return b.way == maximal
	}
	return b.held[feature{of, present}] == 0 || b.random.IntN(4) == 0
}

// owes tells a type that has something no message has held: an optional field, an alternative, an extension, a bound.
func (b *builder) owes(s schema) bool {
	fields := func(list []field) bool {
		for i := range list {
			f := &list[i]
			if _, ok := f.of.(*later); !ok && (f.implied() && b.held[feature{f, present}] == 0 || b.owes(f.of)) {
				return true
			}
		}
		return false
	}
	switch t := s.(type) {
	case *sequence:
		for i := range t.additions {
			if b.held[feature{&t.additions[i], present}] == 0 || fields(t.additions[i].fields) {
				return true
			}
		}
		return fields(t.root)
	case *choice:
		for _, f := range append(append([]field(nil), t.root...), t.additions...) {
			if _, ok := f.of.(*later); !ok && (b.held[feature{t, f.name}] == 0 || b.owes(f.of)) {
				return true
			}
		}
	case *integer:
		return b.held[feature{t, lowest}] == 0 || b.held[feature{t, highest}] == 0
	case *sequenceOf:
		return b.owes(t.of)
	case *octetString:
		return t.contains != nil && b.owes(t.contains)
	}
	return false
}

// pick chooses one of n, preferring what was held least.
func (b *builder) pick(of any, n int) int {
	best := 0
	switch b.way {
	case maximal:
		best = n - 1
	case mixed:
		best = b.random.IntN(n)
		for i := range n {
			if b.held[feature{of, i}] < b.held[feature{of, best}] {
				best = i
			}
		}
	}
	b.hold(of, best)
	return best
}

// between chooses a whole number: the bounds first, then any.
func (b *builder) between(of any, low, high int64) int64 {
	switch {
	case b.way == minimal, b.way == mixed && b.held[feature{of, lowest}] == 0:
		b.hold(of, lowest)
		return low
	case b.way == maximal, b.held[feature{of, highest}] == 0:
		b.hold(of, highest)
		return high
	}
	return low + b.random.Int64N(high-low+1)
}

// size chooses the length of a list or string; long ones only while the message is small.
func (b *builder) size(of any, low, high int64) int {
	switch {
	case b.way == minimal || b.spent():
		b.hold(of, lowest)
		return int(low)
	case b.way == mixed && b.held[feature{of, lowest}] > 0 && (b.held[feature{of, highest}] > 0 || b.leaves > leavesPerMessage/2):
		return int(low + b.random.Int64N(min(high-low, 2)+1))
	case b.way == mixed && b.held[feature{of, lowest}] == 0:
		b.hold(of, lowest)
		return int(low)
	}
	b.hold(of, highest)
	return int(high)
}

func (b *builder) octets(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		switch b.way {
		case maximal:
			out[i] = 0xff
		case mixed:
			out[i] = byte(b.random.Uint32())
		}
	}
	return out
}

func (b *builder) value(s schema) any {
	b.leaves++
	switch t := s.(type) {
	case *boolean:
		return b.pick(t, 2) == 1
	case *null:
		return Null{}
	case *integer:
		return b.between(t, t.min, t.max)
	case *enumerated:
		n := len(t.names) + len(t.more)
		if i := b.pick(t, n); i < len(t.names) {
			return Enum(t.names[i])
		} else {
			return Enum(t.more[i-len(t.names)])
		}
	case *bitString:
		n := b.size(t, t.min, t.max)
		octets := b.octets((n + 7) / 8)
		if n%8 != 0 {
			octets[len(octets)-1] &= 0xff << (8 - n%8)
		}
		return Bits{octets, n}
	case *octetString:
		switch {
		case t.contains != nil:
			return b.value(t.contains)
		case t.max > 0:
			return Octets(b.octets(b.size(t, t.min, t.max)))
		}
		return Octets(b.octets(b.size(t, 1, 20)))
	case *sequenceOf:
		l := List{}
		for range b.size(t, t.min, t.max) {
			l = append(l, b.value(t.of))
		}
		return l
	case *sequence:
		o := Object{Members: b.fields(nil, t.root)}
		for i := range t.additions {
			a := &t.additions[i]
			owed := func(f field) bool { return b.way == mixed && !b.spent() && b.owes(f.of) }
			if !b.flip(a) && !slices.ContainsFunc(a.fields, owed) {
				continue
			}
			b.hold(a, present)
			before := len(o.Members)
			if o.Members = b.fields(o.Members, a.fields); len(o.Members) == before && a.group {
				o.Members = append(o.Members, Member{a.fields[0].name, b.value(a.fields[0].of)}) // a group is sent for something in it
			}
		}
		return o
	case *choice:
		return b.alternative(t)
	}
	panic("no such type")
}

func (b *builder) fields(members []Member, list []field) []Member {
	for i := range list {
		f := &list[i]
		if _, ok := f.of.(*later); ok {
			continue
		}
		if f.implied() {
			if !b.flip(f) && !(b.way == mixed && !b.spent() && b.owes(f.of)) {
				continue
			}
			b.hold(f, present)
		}
		v := b.value(f.of)
		if f.of == positioning {
			v = Octets{0x10, 0, 0, 0, 4, 0} // a ciphered element of TS 37.355, since tshark looks inside
		}
		members = append(members, Member{f.name, v})
	}
	return members
}

func (b *builder) alternative(t *choice) any {
	all := append(append([]field(nil), t.root...), t.additions...)
	usable := all[:0:0]
	for _, f := range all {
		if _, ok := f.of.(*later); !ok && (b.forced[t] == "" || b.forced[t] == f.name) {
			usable = append(usable, f)
		}
	}
	i := 0
	if len(usable) > 1 {
		i = b.pick(t, len(usable))
		owed := func(f field) bool { return b.owes(f.of) }
		if first := slices.IndexFunc(usable, owed); b.way == mixed && first >= 0 && !b.owes(usable[i].of) {
			i = first
		}
	}
	b.hold(t, usable[i].name)
	return Alternative{usable[i].name, b.value(usable[i].of)}
}

// generated is one message of the test set.
type generated struct {
	channel Channel
	value   any
}

// messages makes n messages: MIB, SIB1, every block, positioning blocks and paging at the minimum and the maximum, then
// as many mixed ones as are left. The same n gives the same messages.
func messages(n int) ([]generated, map[feature]int) {
	held := map[feature]int{}
	var out []generated
	add := func(w way, c Channel, force map[*choice]string) {
		b := newBuilder(w, uint64(len(out)), held)
		b.forced = force
		of, _ := c.schema()
		out = append(out, generated{c, b.value(of)})
	}
	kinds := kindsOfMessages()
	checker := newBuilder(mixed, 0, held)
	for _, w := range []way{minimal, maximal} {
		for _, k := range kinds {
			add(w, k.channel, k.force)
		}
	}
	for i := 0; len(out) < n; i++ {
		k := kinds[i%len(kinds)]
		if i >= len(kinds) && k.of != nil && !checker.owes(k.of) && slices.ContainsFunc(kinds, func(k kind) bool { return k.of != nil && checker.owes(k.of) }) {
			continue // others still have something to show
		}
		add(mixed, k.channel, k.force)
	}
	return out, held
}

type kind struct {
	channel Channel
	force   map[*choice]string
	of      schema // what it is there to show
}

// kindsOfMessages lists what there is to send: a message for each block, and the other messages.
func kindsOfMessages() []kind {
	c1 := tBCCHDLSCHMessageType.root[0].of.(*choice)
	critical := tSystemInformation.root[0].of.(*choice)
	blocks := tSystemInformationR8IEs.root[0].of.(*sequenceOf).of.(*choice)
	kinds := []kind{
		{BCCHBCH, nil, &tMasterInformationBlock},
		{PCCH, nil, &tPaging},
		{BCCHDLSCH, map[*choice]string{c1: "systemInformationBlockType1"}, &tSystemInformationBlockType1},
		{BCCHDLSCH, map[*choice]string{c1: "systemInformation", critical: "criticalExtensionsFutureR15"}, &tPosSystemInformationR15IEs},
	}
	for _, f := range append(append([]field(nil), blocks.root...), blocks.additions...) {
		kinds = append(kinds, kind{BCCHDLSCH, map[*choice]string{c1: "systemInformation", critical: "systemInformationR8", blocks: f.name}, f.of})
	}
	return kinds
}
