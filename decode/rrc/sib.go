package rrc

import (
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// SIB is one system information block of a message, with its own tree.
type SIB struct {
	Type  lte.SIBType
	Value any // Unread when its content could not be read
}

// SIBs lists the blocks of a message on the BCCH-DL-SCH in their order. Blocks of a later release than V17.1.0 have no
// type and are left out; they stay in the message's tree.
func (m *Message) SIBs() []SIB {
	if v, ok := Field(m.Value, "message", "c1", "systemInformationBlockType1"); ok {
		return []SIB{{1, v}}
	}
	list, _ := Field(m.Value, "message", "c1", "systemInformation", "criticalExtensions", "systemInformationR8", "sibTypeAndInfo")
	blocks, _ := list.(List)
	var out []SIB
	for _, b := range blocks {
		a, ok := b.(Alternative)
		if !ok {
			continue
		}
		if t, ok := blockType(a.Name, "sib"); ok {
			out = append(out, SIB{t, a.Value})
		}
	}
	return out
}

// blockType reads the number behind prefix in names such as sib2, sib12V920, sibType26aV1610.
func blockType(name, prefix string) (lte.SIBType, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	rest, _, _ = strings.Cut(rest, "V")
	rest, _, _ = strings.Cut(rest, "-")
	return lte.ParseSIBType(rest)
}
