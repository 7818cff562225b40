package verdict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

// another gives the judged transmitter one more identity.
func another(s *stage, eci lte.ECI) {
	c := s.clone(s.x().Transmitter)
	c.Number = len(s.cells)
	c.Identity.SIB1.ECI = eci
}

func TestFemtoRules(t *testing.T) {
	playAll(t, []play{
		{"FM-01", "in the pool of femtocells", "weight", func(s *stage) { s.femto(); s.unlist() }},
		{"FM-01", "among listed femtocells, one of which was accepted without its class", "weight", func(s *stage) {
			s.femto()
			s.unlist()
			s.list = append(s.list, "450-08,254414923,470,1550,20,2,46101,37.479,126.887,,,,")
		}},
		{"FM-01", "a closed group", "weight", func(s *stage) { id := uint32(7); s.unlist(); s.sib1().CSG, s.sib1().CSGID = true, &id }},
		{"FM-01", "a PCI set aside by neighbours", "weight", func(s *stage) { s.unlist(); say(&s.cells[1], 4, `{"csgPhysCellIdRange":{"start":96,"range":"n8"}}`) }},
		{"FM-01", "listed", "-", func(s *stage) { s.femto() }},
		{"FM-01", "an unlisted macro", "-", func(s *stage) { s.unlist() }},

		{"FM-02", "another city", "far", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,35.1,129.0,femto,active,,") }},
		{"FM-02", "the next street", "near", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,37.4820,126.8863,femto,active,,") }},
		{"FM-02", "at home", "-", func(s *stage) { s.femto() }},
		{"FM-02", "another side of the building", "-", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,37.4795,126.8863,femto,active,,") }},
		{"FM-02", "no address", "?", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,,,femto,active,,") }},
		{"FM-02", "no position", "?", func(s *stage) { s.femto(); s.here = nil }},

		{"FM-03", "lost", "weight", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,lost,,") }},
		{"FM-03", "returned", "weight", func(s *stage) { s.femto(); s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,returned,,") }},
		{"FM-03", "a retired macro", "macro", func(s *stage) { s.relist("100,1550,20,2,4610,37.48,126.88,macro,retired,,") }},
		{"FM-03", "a planned one", "planned_site", func(s *stage) { s.relist("100,1550,20,2,4610,37.48,126.88,macro,planned,,") }},
		{"FM-03", "after its last day", "expired", func(s *stage) { s.relist("100,1550,20,2,4610,37.48,126.88,macro,active,,2025-01-01") }},
		{"FM-03", "in service", "-", func(s *stage) {}},
		{"FM-03", "books that were not tidied", "-", func(s *stage) { s.femto(); s.list = append(s.list, "450-08,254414924,,,,,,,,femto,returned,,") }},
		{"FM-03", "no clock to tell its last day", "-", func(s *stage) {
			s.relist("100,1550,20,2,4610,37.48,126.88,macro,active,,2025-01-01")
			s.now = s.now.AddDate(-2026, 0, 0)
		}},
		{"FM-03", "no list", "?", func(s *stage) { s.list = nil }},

		{"FM-04", "unlisted after the freeze", "unlisted", func(s *stage) { freeze(s); s.femto(); s.unlist() }},
		{"FM-04", "registered after the freeze", "weight", func(s *stage) {
			freeze(s)
			s.femto()
			s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,active,2026-01-01,")
		}},
		{"FM-04", "registered before", "-", func(s *stage) {
			freeze(s)
			s.femto()
			s.relist("100,1550,20,2,46101,37.4786,126.8863,femto,active,2022-01-01,")
		}},
		{"FM-04", "a macro", "-", func(s *stage) { freeze(s) }},
		{"FM-04", "no freeze", "?", func(s *stage) { s.femto(); s.unlist() }},

		{"FM-05", "three identities on one radio", "many", func(s *stage) { another(s, 254414921); another(s, 254414922) }},
		{"FM-05", "two, a femtocell", "two", func(s *stage) { s.femto(); another(s, 254414921) }},
		{"FM-05", "a cell numbered anew", "macro", func(s *stage) { another(s, 99999<<8) }},
		{"FM-05", "numbered anew, once", "once", func(s *stage) {
			another(s, 99999<<8)
			s.x().Identity.LastS, s.cells[len(s.cells)-1].Identity.FirstS = 50, 50
		}},
		{"FM-05", "two listed cells that are one to the receiver", "-", func(s *stage) {
			another(s, 61999<<8|1)
			s.list = append(s.list, fmt.Sprintf("450-08,%d,100,1550,20,2,4610,37.48,126.88,macro,active,,", 61999<<8|1))
		}},
		{"FM-05", "after a pause, with the same clock", "many", func(s *stage) {
			for i, e := range []lte.ECI{254414921, 254414922} {
				c := s.clone([]string{"t8", "t9"}[i])
				c.Identity.SIB1.ECI, c.BeganS = e, 110
			}
		}},
		{"FM-05", "after a pause, with another clock", "-", func(s *stage) {
			c := s.clone("t9")
			c.Identity.SIB1.ECI, c.BeganS, c.Clock.PPM = 254414921, 110, 1.3
		}},
		{"FM-05", "a far cell of the PCI, at the same time", "-", func(s *stage) { s.clone("t9").Identity.SIB1.ECI = 77777 }},
		{"FM-05", "the second read once", "-", func(s *stage) { another(s, 5); s.cells[len(s.cells)-1].Identity.CRCs = 1 }},

		{"FM-06", "one identity on two carriers at once", "weight", func(s *stage) { twin(s, s.x()) }},
		{"FM-06", "its victim", "victim", func(s *stage) { twin(s, s.clone("t9")) }},
		{"FM-06", "the same PCI, clocks apart", "both", func(s *stage) { s.list, s.cells = nil, s.cells[:1]; shift(s.clone("t9"), 400) }},
		{"FM-06", "the same PCI, 150 Hz apart", "both", func(s *stage) { s.list, s.cells = nil, s.cells[:1]; shift(s.clone("t9"), 150) }},
		{"FM-06", "a repeater, 60 Hz apart as one drives between", "-", func(s *stage) { shift(s.clone("t9"), 60) }},
		{"FM-06", "a repeater", "-", func(s *stage) { s.clone("t9") }},
		{"FM-06", "lost and found again", "-", func(s *stage) { c := s.clone("t9"); c.BeganS, c.Identity.FirstS, c.PCI = 101, 101, 200; s.nowS = 200 }},

		{"FM-07", "drives along", "weight", func(s *stage) { s.femto(); s.drive(1500) }},
		{"FM-07", "no one place explains its levels", "weight", func(s *stage) { s.femto(); s.movedM = 800 }},
		{"FM-07", "carried since the last pass", "weight", func(s *stage) {
			s.femto()
			lived(s, 20, &known.Place{Lat: 37.4785 + 800.0/111195, Lon: 126.8862}, 20, 0)
			s.drive(900)
			fade(s.x(), 30)
		}},
		{"FM-07", "fades as one drives on", "-", func(s *stage) { s.femto(); s.drive(1500); fade(s.x(), 40) }},
		{"FM-07", "standing", "?", func(s *stage) { s.femto() }},
		{"FM-07", "a macro", "-", func(s *stage) { s.drive(1500) }},

		{"FM-08", "heard over a block", "weight", func(s *stage) { s.femto(); s.drive(200) }},
		{"FM-08", "heard over a quarter", "large", func(s *stage) { s.femto(); s.drive(600) }},
		{"FM-08", "lost after some metres", "-", func(s *stage) {
			s.femto()
			s.drive(600)
			for i := range s.x().History {
				if i > 3 {
					s.x().History[i].SINRdB = -5
				}
			}
		}},
		{"FM-08", "standing", "?", func(s *stage) { s.femto() }},

		{"FM-10", "the macros of its old home", "weight", func(s *stage) {
			s.femto()
			say(s.x(), 4, `{"intraFreqNeighCellList":[{"physCellId":7},{"physCellId":8},{"physCellId":9}]}`)
		}},
		{"FM-10", "listened to what is here", "-", func(s *stage) { s.femto() }},
		{"FM-10", "no list sent", "?", func(s *stage) { s.femto(); say(s.x(), 4, "") }},

		{"FM-11", "time in steps", "weight", func(s *stage) { s.femto(); long(s, func(s float64) float64 { return float64(int(s)/300) * 500 }) }},
		{"FM-11", "wanders", "-", func(s *stage) { s.femto(); long(s, func(s float64) float64 { return s * 0.2 }) }},
		{"FM-11", "never beside others", "?", func(s *stage) { s.femto(); s.cells = s.cells[:1] }},

		{"FM-12", "another region's pool", "weight", func(s *stage) {
			s.femto()
			for i := range 5 {
				s.list = append(s.list, strings.Replace("450-08,25441500#,1,1550,20,2,51001,35.1,129.0,femto,active,,", "#", string(rune('0'+i)), 1))
			}
			s.unlist()
			s.sib1().TAC = 51001
		}},
		{"FM-12", "the pool here", "-", func(s *stage) { s.femto() }},
		{"FM-12", "a small list", "?", func(s *stage) { s.femto(); s.sib1().TAC = 51001 }},
	})
}

func freeze(s *stage) { s.policy, _ = NewPolicy("korea-kt", nil) }

// twin makes of a cell the double of the judged one, on another carrier.
func twin(s *stage, c *cell.Cell) {
	if len(s.cells) == 5 {
		s.clone("t9")
		c = s.x()
	}
	c.Carrier = cell.PlaceCarrier(954.3e6, 0, 2, lte.FDD)
	c.Best.FreqHz, c.Best.MIB, c.PCI = 954.3e6, &lte.MIB{PRB: 50}, 7
	for i := range c.History {
		c.History[i].RxHz = 954.3e6
		c.History[i].S += 0.5
	}
}
