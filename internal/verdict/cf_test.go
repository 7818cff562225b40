package verdict

import (
	"fmt"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
)

// srs is what srsENB's example configuration makes a cell say in SIB2.
const srs = `{"radioResourceConfigCommon":{"rachConfigCommon":{"powerRampingParameters":{"powerRampingStep":"dB6"}},"bcchConfig":{"modificationPeriodCoeff":"n16"},` +
	`"pcchConfig":{"defaultPagingCycle":"rf32"},"prachConfig":{"rootSequenceIndex":128,"prachConfigInfo":{"zeroCorrelationZoneConfig":5}},` +
	`"pdschConfigCommon":{"referenceSignalPower":0},"pucchConfigCommon":{"n1PUCCHAN":12},"uplinkPowerControlCommon":{"p0NominalPUSCH":-85,"p0NominalPUCCH":-107}},` +
	`"ueTimersAndConstants":{"t300":"ms2000","t301":"ms100","t310":"ms200"},"timeAlignmentTimerCommon":"infinity"}`

func onAir(c *cell.Cell, subframes ...int) {
	c.Identity.OnAir = nil
	for i := range 16 {
		c.Identity.OnAir = append(c.Identity.OnAir, cell.Sent{SITransmission: lte.SITransmission{Entry: 1 + i%2, Subframe: subframes[i%len(subframes)]}, Count: 2})
	}
}

func TestConfigurationRules(t *testing.T) {
	playAll(t, []play{
		{"CF-01", "one message", "weight", func(s *stage) { s.sib1().Schedule = s.sib1().Schedule[:1] }},
		{"CF-01", "one message, and in no list", "unlisted", func(s *stage) { s.unlist(); s.sib1().Schedule = s.sib1().Schedule[:1] }},
		{"CF-01", "a femtocell", "femto", func(s *stage) { s.femto(); s.sib1().Schedule = s.sib1().Schedule[:1] }},
		{"CF-01", "a network's", "-", func(s *stage) {}},

		{"CF-02", "SIB5 announced and never sent", "weight", func(s *stage) { s.x().Identity.Messages = s.x().Identity.Messages[:2] }},
		{"CF-02", "whose windows are an earlier one's", "-", func(s *stage) {
			s.x().Identity.Messages = s.x().Identity.Messages[:2]
			s.sib1().SIWindowMS = 40
			s.sib1().Schedule[0].PeriodRF, s.sib1().Schedule[1].PeriodRF = 8, 32
		}},
		{"CF-02", "a sweep that never meets its window", "-", func(s *stage) {
			s.x().Identity.Messages, s.x().Identity.Windows = s.x().Identity.Messages[:2], []int{60, 30, 0}
		}},
		{"CF-02", "weak", "?", func(s *stage) { s.x().Identity.Messages = []lte.SIMessage{{Entry: 1, CRCs: 30}} }},
		{"CF-02", "a narrow window", "?", func(s *stage) { s.x().Identity.Stop = lte.StopNarrow }},

		{"CF-03", "no way out", "weight", func(s *stage) { s.sib1().Schedule = s.sib1().Schedule[:1] }},
		{"CF-03", "an operator without SIB4 and SIB5", "-", func(s *stage) {
			s.sib1().Schedule = s.sib1().Schedule[:1]
			s.all(func(c *cell.Cell) { c.Identity.SIB1.Schedule = c.Identity.SIB1.Schedule[:1] })
		}},
		{"CF-03", "alone", "?", func(s *stage) { s.sib1().Schedule = s.sib1().Schedule[:1]; s.cells = s.cells[:2] }},

		{"CF-04", "neighbours of another place", "weight", func(s *stage) {
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":9}]}`)
		}},
		{"CF-04", "one of them is heard", "-", func(s *stage) {
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":101}]}`)
		}},
		{"CF-04", "not heard, and listed around the corner", "-", func(s *stage) {
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":9}]}`)
			s.list = append(s.list, "450-08,77,7,1550,20,2,4610,37.48,126.89,macro,active,,", "450-08,78,8,1550,20,2,4610,37.48,126.89,macro,active,,")
		}},
		{"CF-04", "nothing else is heard", "?", func(s *stage) {
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":9}]}`)
			s.cells = s.cells[:1]
		}},
		{"CF-04", "heard for a moment", "?", func(s *stage) {
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":9}]}`)
			s.x().BeganS = 90
		}},
		{"CF-04", "SIB4 not sent", "?", func(s *stage) { say(s.x(), 4, "") }},

		{"CF-05", "in nobody's list", "weight", func(s *stage) { s.x().PCI = 77 }},
		{"CF-05", "a customer's femtocell", "-", func(s *stage) { s.home(); s.unlist() }},
		{"CF-05", "in a neighbour's list", "-", func(s *stage) {}},

		{"CF-06", "srsENB with another PLMN, identity and carrier", "weight", func(s *stage) { say(s.x(), 2, srs) }},
		{"CF-06", "srsENB's identity", "weight", func(s *stage) { s.sib1().ECI, s.sib1().TAC = 0x19b01, 7 }},
		{"CF-06", "hidden under a second, innocent SIB2", "weight", func(s *stage) {
			say(s.x(), 2, srs)
			add(s.x(), 2, sibJSON[2], 90, 100, 1)
		}},
		{"CF-06", "a network that has some of the values", "-", func(s *stage) {
			say(s.x(), 2, `{"radioResourceConfigCommon":{"pcchConfig":{"defaultPagingCycle":"rf32"},"pdschConfigCommon":{"referenceSignalPower":0}},"timeAlignmentTimerCommon":"infinity"}`)
		}},
		{"CF-06", "TAC 7 in a network", "-", func(s *stage) { s.sib1().TAC = 7 }},
		{"CF-06", "SIB2 not read", "?", func(s *stage) { say(s.x(), 2, "") }},

		{"CF-07", "all in subframe 9", "unlike", func(s *stage) { onAir(s.x(), 9); s.all(func(c *cell.Cell) { onAir(c, 0, 1, 5) }) }},
		{"CF-07", "all in subframe 5, others unread", "alone", func(s *stage) { onAir(s.x(), 5); s.all(func(c *cell.Cell) { c.Identity.OnAir = nil }) }},
		{"CF-07", "a vendor that does the same", "-", func(s *stage) { onAir(s.x(), 5); onAir(&s.cells[1], 5) }},
		{"CF-07", "spread", "-", func(s *stage) { onAir(s.x(), 5, 6, 9) }},
		{"CF-07", "few read", "?", func(s *stage) { s.x().Identity.OnAir = s.x().Identity.OnAir[:1] }},

		{"CF-09", "an edit without a new tag", "weight", func(s *stage) {
			say(s.x(), 3, "")
			add(s.x(), 3, sibJSON[3], 0, 40, 1)
			add(s.x(), 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`, 50, 100, 1)
		}},
		{"CF-09", "all the time", "often", func(s *stage) {
			for i := range 9 {
				v := s.sib1()
				n := *v
				n.ValueTag = i
				s.x().Identity.Versions = append(s.x().Identity.Versions, cell.Version{Type: 1, Hash: string(rune('a' + i)), SIB1: &n})
			}
		}},
		{"CF-09", "in one tracking area after the other", "areas", func(s *stage) {
			for i := range 2 {
				s.alsoSaid(float64(30+30*i), func(x *lte.SIB1) { x.TAC = uint16(4700 + i) })
				v := s.x().Identity.Versions
				v[len(v)-1].Hash = fmt.Sprint("t", i)
			}
		}},
		{"CF-09", "a tracking area that was split", "-", func(s *stage) { s.alsoSaid(50, func(x *lte.SIB1) { x.TAC = 4700 }) }},
		{"CF-09", "with a new tag", "-", func(s *stage) {
			say(s.x(), 3, "")
			add(s.x(), 3, sibJSON[3], 0, 40, 1)
			add(s.x(), 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`, 50, 100, 2)
		}},
		{"CF-09", "the look in which it changed", "-", func(s *stage) {
			say(s.x(), 3, "")
			add(s.x(), 3, sibJSON[3], 0, 40, 1)
			add(s.x(), 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`, 40, 100, 3)
		}},
		{"CF-09", "a warning", "-", func(s *stage) { add(s.x(), 12, `{}`, 0, 40, 1); add(s.x(), 12, `{"a":1}`, 50, 100, 1) }},
		{"CF-09", "watched for a moment", "?", func(s *stage) { s.x().Identity.FirstS = 80 }},

		{"CF-10", "spoken over", "weight", func(s *stage) {
			s.x().Turns, s.x().Turned = []cell.Turn{{S: 1, AgoS: 1}, {S: 2, AgoS: 1}, {S: 3, AgoS: 1}}, 3
		}},
		{"CF-10", "two listed cells that are one to the receiver", "listed", func(s *stage) {
			s.x().Turns, s.x().Turned = []cell.Turn{{S: 1, AgoS: 1}, {S: 2, AgoS: 1}, {S: 3, AgoS: 1}}, 3
			twin := s.clone("t1")
			twin.Number, twin.Identity.SIB1.ECI = 1, 61999<<8|1
			s.list = append(s.list, fmt.Sprintf("450-08,%d,100,1550,20,2,4610,37.48,126.88,macro,active,,", 61999<<8|1))
		}},
		{"CF-10", "a change and back after an hour", "-", func(s *stage) { s.x().Turns, s.x().Turned = []cell.Turn{{S: 1, AgoS: 3600}}, 1 }},

		{"CF-11", "5 MHz among 20 MHz", "bandwidth", func(s *stage) { s.unlist(); s.x().Best.MIB = &lte.MIB{PRB: 25} }},
		{"CF-11", "listed, and the list says nothing of it", "known", func(s *stage) {
			s.relist("100,1550,,2,4610,37.48,126.88,macro,active,,")
			s.x().Best.MIB = &lte.MIB{PRB: 25}
		}},
		{"CF-11", "listed with another one, which ID-03 says", "-", func(s *stage) { s.x().Best.MIB = &lte.MIB{PRB: 25} }},
		{"CF-11", "5 MHz, the list says 20", "listed_bandwidth", func(s *stage) { many(s); s.unlist(); s.x().Best.MIB, s.cells = &lte.MIB{PRB: 25}, s.cells[:1] }},
		{"CF-11", "a carrier of nobody", "carrier", func(s *stage) {
			many(s)
			s.unlist()
			s.cells = s.cells[:1]
			s.x().Carrier = cell.PlaceCarrier(1852.5e6, 0, 2, lte.FDD)
			s.x().Best.FreqHz = 1852.5e6
		}},
		{"CF-11", "a new layer", "-", func(s *stage) {
			many(s)
			for i := range s.cells {
				s.cells[i].Identity.SIB1.ECI += 1000 << 8
				s.cells[i].Carrier = cell.PlaceCarrier(2160e6, 0, 2, lte.FDD)
			}
		}},
		{"CF-11", "refarmed step by step", "-", func(s *stage) { s.x().Best.MIB = &lte.MIB{PRB: 50}; s.cells[2].Best.MIB = &lte.MIB{PRB: 50} }},
		{"CF-11", "as listed, alone", "-", func(s *stage) { s.cells = s.cells[:1] }},
		{"CF-11", "alone, no list", "?", func(s *stage) { s.cells, s.list = s.cells[:1], nil }},

		{"CF-12", "one port", "weight", func(s *stage) { s.x().Best.Ports = 1; s.relist("100,1550,20,,4610,37.48,126.88,macro,active,,") }},
		{"CF-12", "one port, in no list", "unlisted", func(s *stage) { s.unlist(); s.x().Best.Ports = 1 }},
		{"CF-12", "listed with one", "-", func(s *stage) { s.x().Best.Ports = 1; s.relist("100,1550,20,1,4610,37.48,126.88,macro,active,,") }},
		{"CF-12", "a distributed antenna beside it too", "-", func(s *stage) { s.unlist(); s.x().Best.Ports, s.cells[1].Best.Ports = 1, 1 }},
		{"CF-12", "alone", "?", func(s *stage) { s.unlist(); s.x().Best.Ports = 1; s.cells = s.cells[:1] }},

		{"CF-13", "openLTE's PHICH", "phich", func(s *stage) {
			s.x().Best.MIB = &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne}
		}},
		{"CF-13", "extended prefix", "prefix", func(s *stage) { s.x().Best.CP = lte.ExtendedCP }},
		{"CF-13", "TDD configuration of its own", "tdd", func(s *stage) {
			for i := range s.cells {
				s.cells[i].Identity.SIB1.TDD = &lte.TDDConfig{SubframeAssignment: 2, SpecialSubframePattern: 7}
			}
			s.sib1().TDD = &lte.TDDConfig{SubframeAssignment: 1, SpecialSubframePattern: 7}
		}},
		{"CF-13", "vendors differ", "-", func(s *stage) {
			s.x().Best.MIB = &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne}
			s.cells[3].Best.MIB = &lte.MIB{PRB: 100, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHTwo}
		}},

		{"CF-14", "srsENB's timers", "four", func(s *stage) { say(s.x(), 2, srs) }},
		{"CF-14", "one of them", "one", func(s *stage) { say(s.x(), 2, `{"ueTimersAndConstants":{"t301":"ms100"}}`) }},
		{"CF-14", "the operator's own habit", "-", func(s *stage) { say(s.x(), 2, srs); say(&s.cells[1], 2, srs) }},
		{"CF-14", "SIB2 not read", "?", func(s *stage) { say(s.x(), 2, "") }},

		{"CF-16", "spoken over half of the time, barred", "barred", func(s *stage) {
			s.alsoSaid(99, func(x *lte.SIB1) { x.CellBarred, x.IntraFreqReselection = true, false })
		}},
		{"CF-16", "bars the carrier", "barred", func(s *stage) { s.sib1().CellBarred = true }},
		{"CF-16", "closed to all", "closed", func(s *stage) { s.sib1().CSG = true }},
		{"CF-16", "bars every call", "classes", func(s *stage) {
			bar := `{"acBarringFactor":"p00","acBarringTime":"s512","acBarringForSpecialAC":"11111"}`
			say(s.x(), 2, `{"acBarringInfo":{"acBarringForEmergency":true,"acBarringForMOSignalling":`+bar+`,"acBarringForMOData":`+bar+`}}`)
		}},
		{"CF-16", "takes everybody", "level", func(s *stage) { s.sib1().QRxLevMinDBm = -140 }},
		{"CF-16", "maintenance", "-", func(s *stage) { s.sib1().CellBarred, s.sib1().IntraFreqReselection = true, true }},
		{"CF-16", "an operator that takes everybody", "-", func(s *stage) { s.sib1().QRxLevMinDBm, s.cells[1].Identity.SIB1.QRxLevMinDBm = -140, -140 }},
		{"CF-16", "overload", "-", func(s *stage) {
			bar := `{"acBarringFactor":"p50","acBarringTime":"s4","acBarringForSpecialAC":"00000"}`
			say(s.x(), 2, `{"acBarringInfo":{"acBarringForMOSignalling":`+bar+`,"acBarringForMOData":`+bar+`}}`)
		}},

		{"CF-17", "release 8", "weight", func(s *stage) { s.x().Identity.Octets = []byte{0x40, 1} }},
		{"CF-17", "an island of old equipment", "-", func(s *stage) { s.x().Identity.Octets, s.cells[1].Identity.Octets = []byte{0x40, 1}, []byte{0x40, 2} }},
		{"CF-17", "alone", "?", func(s *stage) { s.x().Identity.Octets, s.cells = []byte{0x40, 1}, s.cells[:1] }},
	})
}

func TestReselectionRules(t *testing.T) {
	at := func(p string) string {
		return `{"carrierFreqsInfoList":[{"carrierFreqs":{"startingARFCN":871},"commonInfo":{"cellReselectionPriority":` + p + `}}]}`
	}
	utra := func(freq, p string) string {
		return `{"carrierFreqListUTRAFDD":[{"carrierFreq":` + freq + `,"cellReselectionPriority":` + p + `}]}`
	}
	abroad := func(s *stage) { // where GSM exists
		s.list = nil
		for i := range s.cells {
			s.cells[i].Identity.SIB1.PLMNs = []lte.BroadcastPLMN{{PLMN: lte.PLMN{MCC: 206, MNC: 1, MNCDigits: 2}}}
		}
	}
	playAll(t, []play{
		{"RS-01", "priority 7 where others have 5", "weight", func(s *stage) { say(s.x(), 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`) }},
		{"RS-01", "now and then", "weight", func(s *stage) {
			add(s.x(), 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`, 10, 12, 1)
		}},
		{"RS-01", "all have 7", "-", func(s *stage) {
			for i := range s.cells {
				say(&s.cells[i], 3, `{"cellReselectionServingFreqInfo":{"cellReselectionPriority":7}}`)
			}
		}},
		{"RS-01", "SIB3 not read", "?", func(s *stage) { say(s.x(), 3, "") }},

		{"RS-02", "no measurements", "weight", func(s *stage) {
			say(s.x(), 3, `{"cellReselectionInfoCommon":{"qHyst":"dB24"},"cellReselectionServingFreqInfo":{"sNonIntraSearch":0,"cellReselectionPriority":5},"intraFreqCellReselectionInfo":{"sIntraSearch":0}}`)
		}},
		{"RS-02", "the operator's habit", "-", func(s *stage) {
			for i := range s.cells {
				say(&s.cells[i], 3, `{"cellReselectionInfoCommon":{"qHyst":"dB24"},"cellReselectionServingFreqInfo":{"sNonIntraSearch":0,"cellReselectionPriority":5},"intraFreqCellReselectionInfo":{"sIntraSearch":0}}`)
			}
		}},
		{"RS-02", "alone", "?", func(s *stage) { s.cells = s.cells[:1] }},

		{"RS-04", "GSM above LTE", "preferred", func(s *stage) { abroad(s); say(s.x(), 7, at("7")) }},
		{"RS-04", "UMTS alone", "only", func(s *stage) {
			abroad(s)
			s.sib1().Schedule = s.sib1().Schedule[:1]
			say(s.x(), 6, utra("10812", "2"))
		}},
		{"RS-04", "GSM below LTE", "-", func(s *stage) { abroad(s); say(s.x(), 7, at("1")) }},
		{"RS-04", "SIB3 not read", "?", func(s *stage) { abroad(s); say(s.x(), 3, "") }},

		{"RS-05", "GSM in South Korea", "weight", func(s *stage) { say(s.x(), 7, at("0")) }},
		{"RS-05", "announced is enough", "weight", func(s *stage) {
			s.sib1().Schedule = append(slices.Clone(s.sib1().Schedule), lte.SIGroup{PeriodRF: 64, SIBs: []lte.SIBType{7}})
		}},
		{"RS-05", "UMTS in a network that has it", "-", func(s *stage) { say(s.x(), 6, utra("10812", "2")) }},
		{"RS-05", "GSM where it exists", "?", func(s *stage) { abroad(s); say(s.x(), 7, at("1")) }},

		{"RS-06", "a frequency of nobody", "weight", func(s *stage) {
			s.all(func(c *cell.Cell) { say(c, 6, utra("10812", "2")) })
			say(s.x(), 6, utra("10700", "2"))
		}},
		{"RS-06", "the operator's", "-", func(s *stage) {
			s.all(func(c *cell.Cell) { say(c, 6, utra("10812", "2")) })
			say(s.x(), 6, utra("10812", "2"))
		}},
		{"RS-06", "a re-tune that has begun", "-", func(s *stage) {
			s.all(func(c *cell.Cell) { say(c, 6, utra("10812", "2")) })
			say(&s.cells[3], 6, utra("10700", "2"))
			say(s.x(), 6, utra("10700", "2"))
		}},
		{"RS-06", "alone", "?", func(s *stage) { say(s.x(), 6, utra("10700", "2")) }},
	})
}
