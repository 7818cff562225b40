package verdict

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
)

// block is one content of a system information block, with its fields under the names of TS 36.331.
type block struct {
	*cell.Version
	fields any
}

// sysinfo is what a cell's system information says, every content of every block that was heard.
type sysinfo struct {
	blocks map[lte.SIBType][]block // oldest first
}

// read parses what is new; blocks that were parsed before are taken over.
func (old *sysinfo) read(id *cell.Identity) *sysinfo {
	out := &sysinfo{blocks: map[lte.SIBType][]block{}}
	if id == nil {
		return out
	}
	for i := range id.Versions {
		v := &id.Versions[i]
		b := block{Version: v}
		if k := slices.IndexFunc(old.of(v.Type), func(b block) bool { return b.Hash == v.Hash }); k >= 0 {
			b.fields = old.of(v.Type)[k].fields
		} else if v.JSON != nil {
			d := json.NewDecoder(bytes.NewReader(v.JSON))
			if d.Decode(&b.fields) != nil {
				b.fields = nil // not ours to judge: the message's own decoder says what it is
			}
		}
		out.blocks[v.Type] = append(out.blocks[v.Type], b)
	}
	return out
}

func (s *sysinfo) of(t lte.SIBType) []block {
	if s == nil {
		return nil
	}
	return s.blocks[t]
}

// newest is the content heard last.
func (s *sysinfo) newest(t lte.SIBType) (block, bool) {
	bs := s.of(t)
	if len(bs) == 0 {
		return block{}, false
	}
	b := bs[0]
	for _, x := range bs[1:] {
		if x.LastS > b.LastS {
			b = x
		}
	}
	return b, true
}

// alternateS: SIB1 contents that were both heard within it take turns.
const alternateS = 10

// sib1s are the contents that SIB1 has now, the newest first: more than one where they take turns, and which of them was heard last is
// chance.
func (e *Entry) sib1s() []*lte.SIB1 {
	out := []*lte.SIB1{&e.Identity.SIB1}
	for _, b := range e.info.of(1) {
		if b.SIB1 != nil && b.LastS >= e.Identity.LastS-alternateS && !bytes.Equal(b.Octets, e.Identity.Octets) {
			out = append(out, b.SIB1)
		}
	}
	return out
}

// at walks down by names; an array is walked into by its elements' list, see all.
func at(v any, path ...string) any {
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

func (b block) num(path ...string) (float64, bool) {
	n, ok := at(b.fields, path...).(float64)
	return n, ok
}

func (b block) text(path ...string) string {
	s, _ := at(b.fields, path...).(string)
	return s
}

func (b block) has(path ...string) bool { return at(b.fields, path...) != nil }

func (b block) list(path ...string) []any {
	l, _ := at(b.fields, path...).([]any)
	return l
}

// numbers collects a number of each element of a list.
func numbers(list []any, path ...string) (out []float64) {
	for _, e := range list {
		if n, ok := at(e, path...).(float64); ok {
			out = append(out, n)
		}
	}
	return out
}

// scheduled tells whether SIB1 announces a block.
func scheduled(s *lte.SIB1, t lte.SIBType) bool {
	for _, g := range s.Schedule {
		if slices.Contains(g.SIBs, t) {
			return true
		}
	}
	return false
}

// extended tells whether a SIB1 holds anything of release 8.9 or later: the bit for nonCriticalExtension after those for p-Max
// and tdd-Config, behind the two that say that the message is a SIB1 (TS 36.331 §6.2.2).
func extended(octets []byte) bool { return len(octets) > 0 && octets[0]&0x08 != 0 }
