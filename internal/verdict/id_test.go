package verdict

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
)

func TestIdentityRules(t *testing.T) {
	playAll(t, []play{
		{"ID-01", "an invented identity", "inventory", func(s *stage) { s.sib1().ECI = 99999<<8 | 1 }},
		{"ID-01", "a third sector of a listed site", "sector", func(s *stage) { s.sib1().ECI++ }},
		{"ID-01", "a customer's femtocell", "femto", func(s *stage) { s.femto(); s.unlist() }},
		{"ID-01", "listed", "-", func(s *stage) {}},
		{"ID-01", "read once", "?", func(s *stage) { s.sib1().ECI = 7; s.x().Identity.CRCs = 1 }},
		{"ID-01", "80 ms of signal", "?", func(s *stage) { s.sib1().ECI = 7; s.x().Identity.LastS = 0.08 }},
		{"ID-01", "no list", "?", func(s *stage) { s.list = nil }},
		{"ID-01", "another operator than the list's", "?", func(s *stage) { s.sib1().PLMNs[0].PLMN.MNC = 5 }},
		{"ID-01", "SIB1 not read", "?", func(s *stage) { s.x().Identity = nil }},

		{"ID-02", "an eNB of nobody", "weight", func(s *stage) { s.sib1().ECI = 99999<<8 | 1 }},
		{"ID-02", "a new sector", "-", func(s *stage) { s.sib1().ECI++ }},
		{"ID-02", "a femtocell has no eNB part", "-", func(s *stage) { s.femto(); s.unlist() }},

		{"ID-03", "PCI planned anew", "pci", func(s *stage) { s.relist("300,1550,20,2,4610,37.48,126.88,macro,active,,") }},
		{"ID-03", "on another carrier", "one", func(s *stage) { s.relist("100,3743,20,2,4610,37.48,126.88,macro,active,,") }},
		{"ID-03", "carrier and bandwidth", "two", func(s *stage) { s.relist("100,3743,10,2,4610,37.48,126.88,macro,active,,") }},
		{"ID-03", "a clone that copied the identity alone", "three", func(s *stage) { s.relist("7,3743,10,4,4611,37.48,126.88,macro,active,,") }},
		{"ID-03", "as listed", "-", func(s *stage) {}},
		{"ID-03", "a site that was modernised", "modernised", func(s *stage) { s.relist("7,1550,10,4,4610,37.48,126.88,macro,active,,") }},
		{"ID-03", "a tracking area that is ID-06's", "-", func(s *stage) { s.sib1().TAC = 5999 }},
		{"ID-03", "a tracking area that was split since the list was made", "common", func(s *stage) {
			for i := range 3 {
				s.cells[i].Identity.SIB1.TAC = 5999
			}
			s.cells[1].Carrier = cell.PlaceCarrier(1815.3e6, 0, 2, lte.FDD)
			s.cells[1].Best.FreqHz = 1815.3e6
		}},
		{"ID-03", "a carrier that was moved and widened since the list was made", "common", func(s *stage) {
			for i := range s.list {
				s.list[i] = fmt.Sprintf("450-08,%d,%d,1544,10,2,4610,37.48,126.88,macro,active,,", lte.ECI(61200+i)<<8|1, 100+i)
			}
		}},
		{"ID-03", "and a PCI of its own", "pci", func(s *stage) {
			for i := range s.list {
				s.list[i] = fmt.Sprintf("450-08,%d,%d,1544,10,2,4610,37.48,126.88,macro,active,,", lte.ECI(61200+i)<<8|1, 100+i)
			}
			s.relist("7,1544,10,2,4610,37.48,126.88,macro,active,,")
		}},
		{"ID-03", "the list says nothing of its radio", "-", func(s *stage) { s.relist(",,,,,,,,,,") }},
		{"ID-03", "another line of the list fits", "-", func(s *stage) { s.list = append(s.list, "450-08,15667201,7,3743,,,,,,,,,") }},
		{"ID-03", "spoken over half of the time, and heard last itself", "one", func(s *stage) { s.alsoSaid(99, func(x *lte.SIB1) { x.TAC = 5999 }) }},
		{"ID-03", "another tracking area, until a while ago", "-", func(s *stage) { s.alsoSaid(80, func(x *lte.SIB1) { x.TAC = 5999 }) }},
		{"ID-06", "spoken over half of the time with a reserved one", "reserved", func(s *stage) { s.alsoSaid(99, func(x *lte.SIB1) { x.TAC = 0 }) }},
		{"ID-03", "unlisted", "-", func(s *stage) { s.unlist() }},

		{"ID-04", "the identity of a cell far away", "inventory", func(s *stage) {
			s.sib1().TAC = 7777
			s.relist("100,1550,20,2,7777,35.1,129.0,macro,active,,")
		}},
		{"ID-04", "with the PCI of here", "inventory", func(s *stage) { s.relist("7,1550,20,2,4610,35.1,129.0,macro,active,,") }},
		{"ID-04", "a slip of the list's place", "fits", func(s *stage) { s.relist("100,1550,20,2,4610,35.1,129.0,macro,active,,") }},
		{"ID-04", "at its site", "-", func(s *stage) {}},
		{"ID-04", "20 km across water", "-", func(s *stage) {
			s.relist("100,1550,20,2,4610,37.3,126.88,macro,active,,")
			s.x().Best.Signal.RSRPdBFS -= 25
		}},
		{"ID-04", "20 km away, as loud as the cells of here", "inventory", func(s *stage) {
			s.sib1().TAC = 7777
			s.relist("100,1550,20,2,7777,37.3,126.88,macro,active,,")
		}},
		{"ID-04", "20 km away on a hill, 20 dB below those of here", "-", func(s *stage) {
			s.sib1().TAC = 7777
			s.relist("100,1550,20,2,7777,37.3,126.88,macro,active,,")
			s.x().Best.Signal.RSRPdBFS -= 22
		}},
		{"ID-04", "the list has no place", "?", func(s *stage) { s.relist("100,1550,20,2,4610,,,macro,active,,") }},
		{"ID-04", "no position", "?", func(s *stage) { s.here = nil }},
		{"ID-04", "a femtocell has a rule of its own", "-", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,35.1,129.0,femto,active,,") }},

		{"ID-05", "a test network", "test", func(s *stage) { s.sib1().PLMNs[0].PLMN = lte.PLMN{MCC: 1, MNC: 1, MNCDigits: 2} }},
		{"ID-05", "a private network that a list knows", "-", func(s *stage) {
			s.sib1().PLMNs[0].PLMN = lte.PLMN{MCC: 999, MNC: 1, MNCDigits: 2}
			s.list = append(s.list, fmt.Sprintf("999-01,%d,100,1550,20,1,4610,37.48,126.88,small,active,,", s.sib1().ECI))
		}},
		{"ID-05", "another code of the country", "-", func(s *stage) {
			for i := range s.list {
				s.list[i] = strings.Replace(s.list[i], "450-08", "310-260", 1)
			}
			s.sib1().PLMNs[0].PLMN = lte.PLMN{MCC: 311, MNC: 480, MNCDigits: 3}
		}},
		{"ID-05", "another operator's block, and a list has it there", "-", func(s *stage) {
			s.sib1().PLMNs[0].PLMN.MNC = 5
			s.list = append(s.list, "450-05,5,9,1550,20,2,900,37.48,126.88,macro,active,,")
		}},
		{"ID-05", "a private network on an operator's carrier", "test", func(s *stage) { s.sib1().PLMNs[0].PLMN = private }},
		{"ID-05", "and no list says that it is one", "test", func(s *stage) { s.list = nil; s.sib1().PLMNs[0].PLMN = private }},
		{"ID-05", "a private network on a carrier of its own", "private", func(s *stage) {
			s.sib1().PLMNs[0].PLMN = private
			s.x().Carrier = cell.PlaceCarrier(2575e6, 0, 2, lte.FDD)
			s.x().Best.FreqHz = 2575e6
		}},
		{"ID-05", "a lure for roamers", "foreign", func(s *stage) { s.sib1().PLMNs[0].PLMN = lte.PLMN{MCC: 310, MNC: 260, MNCDigits: 3} }},
		{"ID-05", "a border", "neighbour", func(s *stage) {
			for i := range 2 {
				s.cells[i].Identity.SIB1.PLMNs = []lte.BroadcastPLMN{{PLMN: lte.PLMN{MCC: 440, MNC: 10, MNCDigits: 2}}}
			}
		}},
		{"ID-05", "on another operator's block", "block", func(s *stage) { s.sib1().PLMNs[0].PLMN.MNC = 5 }},
		{"ID-05", "no operator", "none", func(s *stage) { s.sib1().PLMNs = nil }},
		{"ID-05", "a cell shared by two operators", "-", func(s *stage) {
			s.sib1().PLMNs = append(s.sib1().PLMNs, lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 5, MNCDigits: 2}})
		}},
		{"ID-05", "a test PLMN beside the operator's", "-", func(s *stage) {
			s.sib1().PLMNs = append(s.sib1().PLMNs, lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 1, MNC: 1, MNCDigits: 2}})
		}},
		{"ID-05", "first start, nothing else heard", "?", func(s *stage) { s.list, s.cells = nil, s.cells[:1] }},
		{"ID-05", "first start, all of one country", "-", func(s *stage) { s.list = nil }},
		{"ID-05", "first start, a stranger", "foreign", func(s *stage) {
			s.list = nil
			for i := range 2 {
				s.cells = append(s.cells, macro(10+i, lte.ECI(70000+i)<<8))
			}
			s.sib1().PLMNs[0].PLMN = lte.PLMN{MCC: 310, MNC: 260, MNCDigits: 3}
		}},
		{"ID-05", "first start at a border", "-", func(s *stage) {
			s.list = nil
			for i := range 3 {
				s.cells[i].Identity.SIB1.PLMNs[0].PLMN = lte.PLMN{MCC: 262, MNC: 1, MNCDigits: 2}
			}
		}},

		{"ID-06", "reserved", "reserved", func(s *stage) { s.sib1().TAC = 0xfffe }},
		{"ID-06", "a stack's default", "default", func(s *stage) { s.unlist(); s.sib1().TAC = 7 }},
		{"ID-06", "nobody's around", "list", func(s *stage) { s.unlist(); s.sib1().TAC = 9999 }},
		{"ID-06", "first start, nobody else's", "others", func(s *stage) { s.list = nil; s.sib1().TAC = 9999 }},
		{"ID-06", "the area's", "-", func(s *stage) {}},
		{"ID-06", "a femtocell, where the list has macros alone", "?", func(s *stage) { s.unlist(); closed(s) }},
		{"ID-06", "a femtocell of the listed ones' area", "-", func(s *stage) { s.femto(); s.unlist(); closed(s); s.sib1().TAC = 46101 }},
		{"ID-06", "a femtocell with an area of nobody", "list", func(s *stage) { s.femto(); s.unlist(); closed(s) }},
		{"ID-06", "a partner's cell that is shared", "-", func(s *stage) {
			skt := lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 5, MNCDigits: 2}}
			s.all(func(c *cell.Cell) { c.Identity.SIB1.PLMNs = append(slices.Clone(c.Identity.SIB1.PLMNs), skt) })
			s.unlist()
			s.sib1().PLMNs, s.sib1().TAC = []lte.BroadcastPLMN{skt, s.sib1().PLMNs[0]}, 900
			s.cells[4].Identity.SIB1.TAC = 4611
		}},
		{"ID-06", "the border of two areas", "-", func(s *stage) {
			s.unlist()
			s.sib1().TAC = 4611
			s.list = append(s.list, "450-08,1,,,,,4611,37.49,126.88,macro,,,")
		}},
		{"ID-06", "first start, two areas", "-", func(s *stage) { s.list = nil; s.sib1().TAC = 9999; s.cells[1].Identity.SIB1.TAC = 4611 }},
		{"ID-06", "first start, alone", "?", func(s *stage) { s.list, s.cells = nil, s.cells[:1] }},
		{"ID-06", "the listed area of an indoor cell", "-", func(s *stage) { s.sib1().TAC = 5000; s.relist("100,1550,20,2,5000,37.48,126.88,small,active,,") }},

		{"ID-07", "one PLMN where all share", "weight", func(s *stage) {
			s.all(func(c *cell.Cell) {
				c.Identity.SIB1.PLMNs = append(slices.Clone(c.Identity.SIB1.PLMNs), lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 11, MNCDigits: 2}})
			})
		}},
		{"ID-07", "one of several that do not share", "-", func(s *stage) {
			c := &s.cells[1]
			c.Identity.SIB1.PLMNs = append(slices.Clone(c.Identity.SIB1.PLMNs), lte.BroadcastPLMN{PLMN: lte.PLMN{MCC: 450, MNC: 11, MNCDigits: 2}})
		}},
		{"ID-07", "few to compare with", "?", func(s *stage) { s.cells = s.cells[:3] }},

		{"ID-08", "band 7 on 1840 MHz", "weight", func(s *stage) { s.sib1().FreqBandIndicator = 7 }},
		{"ID-08", "band 9 overlaps band 3", "weight", func(s *stage) { s.sib1().FreqBandIndicator = 9 }}, // it begins at 1844.9 MHz
		{"ID-08", "listed further bands", "-", func(s *stage) { s.sib1().FreqBandIndicator, s.sib1().MultiBandInfoList = 9, []int{3} }},
		{"ID-08", "its band", "-", func(s *stage) {}},
		{"ID-08", "a band of the future", "?", func(s *stage) { s.sib1().FreqBandIndicator = 200 }},

		{"ID-09", "a lab number", "tiny", func(s *stage) { s.sib1().ECI = 1 }},
		{"ID-09", "an eNB far outside", "pattern", func(s *stage) { many(s); s.sib1().ECI = 1000<<8 | 1 }},
		{"ID-09", "a sector of nobody", "pattern", func(s *stage) { many(s); s.sib1().ECI = 61230<<8 | 200 }},
		{"ID-09", "a new site", "-", func(s *stage) { many(s); s.sib1().ECI = 61290<<8 | 1 }},
		{"ID-09", "a short list", "?", func(s *stage) { s.sib1().ECI = 1000<<8 | 1 }},

		{"ID-06", "an area newer than the list", "-", func(s *stage) {
			for i := range 3 {
				s.cells[i].Identity.SIB1.TAC = 5999
			}
		}},
		{"ID-06", "two that vouch for each other", "list", func(s *stage) {
			for i := range 2 {
				s.cells[i].Identity.SIB1.TAC = 5999
			}
		}},
		{"ID-10", "the PCI of a listed cell", "weight", func(s *stage) { s.unlist(); s.x().PCI = 101 }},
		{"ID-10", "its victim", "victim", func(s *stage) { s.cells[1].PCI = 100; s.cells[1].Identity.SIB1.ECI = 5 }},
		{"ID-10", "two listed cells, badly planned", "both", func(s *stage) { s.x().PCI = 101 }},
		{"ID-10", "one PCI on two carriers", "-", func(s *stage) {
			s.x().PCI = 101
			s.cells[1].Carrier = cell.PlaceCarrier(1815.3e6, 0, 2, lte.FDD)
			s.cells[1].Best.FreqHz = 1815.3e6
		}},
		{"ID-10", "the same cell lost and found", "-", func(s *stage) { s.clone("t9") }},

		{"ID-11", "a clock unlike its two siblings'", "weight", func(s *stage) { siblings(s, 2); shift(s.x(), 400) }},
		{"ID-11", "one sibling alone", "one", func(s *stage) { siblings(s, 1); shift(s.x(), 400) }},
		{"ID-11", "sectors of one clock", "-", func(s *stage) { siblings(s, 2); shift(s.x(), 60) }},
		{"ID-11", "siblings that do not agree either", "-", func(s *stage) { siblings(s, 2); shift(s.x(), 400); shift(&s.cells[1], 800) }},
		{"ID-11", "driving by", "-", func(s *stage) { siblings(s, 2); shift(s.x(), 400); s.drive(5000) }},
		{"ID-11", "no sibling heard", "?", func(s *stage) {}},
	})
}

var private = lte.PLMN{MCC: 999, MNC: 1, MNCDigits: 2}

// closed makes it a femtocell by what it says of itself, with a tracking area that no macro has.
func closed(s *stage) { s.sib1().CSG, s.sib1().TAC = true, 22990 }

// many lists a hundred macros.
func many(s *stage) {
	s.unlist()
	for i := range 100 {
		s.list = append(s.list, fact(lte.ECI(61200+i)<<8|lte.ECI(1+i%3)))
	}
}

func fact(e lte.ECI) string {
	return fmt.Sprint("450-08,", uint32(e)) + ",5,1550,20,2,4610,37.48,126.88,macro,active,,"
}

// siblings makes the next n cells sectors of its eNB.
func siblings(s *stage, n int) {
	for i := range n {
		s.cells[i+1].Identity.SIB1.ECI = s.sib1().ECI + lte.ECI(i) + 1
	}
}
