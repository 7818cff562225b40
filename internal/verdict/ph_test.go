package verdict

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
)

func TestPhysicalRules(t *testing.T) {
	playAll(t, []play{
		{"PH-01", "a quarter of a ppm", "slight", func(s *stage) { shift(s.x(), 0.25*1840) }},
		{"PH-01", "half a ppm", "clear", func(s *stage) { shift(s.x(), -0.5*1840) }},
		{"PH-01", "a software radio", "gross", func(s *stage) { shift(s.x(), 2*1840) }},
		{"PH-01", "0.05 ppm", "-", func(s *stage) { shift(s.x(), 0.05*1840) }},
		{"PH-01", "a home femtocell's clock", "-", func(s *stage) { s.femto(); shift(s.x(), 0.3*1840) }},
		{"PH-01", "our own oscillator is off", "-", func(s *stage) {
			for i := range s.cells {
				shift(&s.cells[i], 40*1840)
			}
		}},
		{"PH-01", "driving at 180 km/h", "-", func(s *stage) { shift(s.x(), 0.25*1840); s.drive(5000) }},
		{"PH-01", "few to compare with", "?", func(s *stage) { shift(s.x(), 2*1840); s.cells = s.cells[:3] }},
		{"PH-01", "alone on its carrier, beside all that is heard", "clear", func(s *stage) { s.cells = s.cells[:1]; s.clocks = 0.5 }},
		{"PH-01", "alone on its carrier, as good as all", "-", func(s *stage) { s.cells = s.cells[:1]; s.clocks = 0.1 }},
		{"PH-01", "by timing, never in one look", "clear", func(s *stage) {
			for i := range s.x().History {
				s.x().History[i].S += 0.5
			}
			s.x().Clock.PPM += 0.5
		}},

		{"PH-02", "warms up", "weight", func(s *stage) { long(s, func(s float64) float64 { return s * 0.5 }) }},
		{"PH-02", "a femtocell that warms up", "-", func(s *stage) { long(s, func(s float64) float64 { return s * 0.5 }); s.femto() }},
		{"PH-02", "stands", "-", func(s *stage) { long(s, func(s float64) float64 { return 0 }) }},
		{"PH-02", "wanders and returns", "-", func(s *stage) { long(s, func(s float64) float64 { return 30 * math.Sin(s/20) }) }},
		{"PH-02", "a minute", "?", func(s *stage) {}},

		{"PH-03", "a TDD cell out of step", "tdd", func(s *stage) { tdd(s); s.x().Clock.FrameS += 1e-3 }},
		{"PH-03", "a TDD cell 12 km away", "-", func(s *stage) { tdd(s); s.x().Clock.FrameS += 40e-6 }},
		{"PH-03", "80 ms of signal", "?", func(s *stage) { tdd(s); s.x().Clock.FrameS += 1e-3; s.x().Looks = 1 }},
		{"PH-03", "TDD in step", "-", func(s *stage) { tdd(s) }},
		{"PH-03", "out of step with its siblings", "siblings", func(s *stage) { siblings(s, 3); inStep(s); s.x().Clock.FrameS += 1e-3 }},
		{"PH-03", "staggered sectors", "-", func(s *stage) { siblings(s, 3) }},
		{"PH-03", "no siblings", "?", func(s *stage) {}},

		{"PH-04", "one restart", "one", func(s *stage) { jump(s.x(), 50) }},
		{"PH-04", "restarts all day", "many", func(s *stage) { jump(s.x(), 20, 50, 80) }},
		{"PH-04", "samples that we lost", "?", func(s *stage) {
			for i := range s.cells {
				jump(&s.cells[i], 50)
			}
		}},
		{"PH-04", "goes on", "-", func(s *stage) {}},

		{"PH-05", "12 dB above all listed ones", "strong", func(s *stage) { s.unlist(); s.x().Best.Signal.RSRPdBFS = -39 }},
		{"PH-05", "25 dB", "very", func(s *stage) { s.unlist(); s.x().Best.Signal.RSRPdBFS = -26 }},
		{"PH-05", "beside a customer's femtocell", "strong_femto", func(s *stage) { s.femto(); s.unlist(); s.x().Best.Signal.RSRPdBFS = -39 }},
		{"PH-05", "a listed one, under its antenna", "-", func(s *stage) { s.x().Best.Signal.RSRPdBFS = -20 }},
		{"PH-05", "as strong as others", "-", func(s *stage) { s.unlist() }},
		{"PH-05", "nothing to compare with", "?", func(s *stage) { s.unlist(); s.cells = s.cells[:2] }},

		{"PH-06", "a clone under a listed cell's PCI", "weight", func(s *stage) {
			s.unlist()
			c := s.clone("t9")
			c.Identity = s.cells[1].Identity
			c.PCI = 100
			shift(s.x(), 600)
		}},
		{"PH-06", "its victim", "victim", func(s *stage) { c := s.clone("t9"); c.Identity = nil; shift(c, 600) }},
		{"PH-06", "neither is known better", "both", func(s *stage) { s.list, s.cells = nil, s.cells[:1]; c := s.clone("t9"); shift(c, 600) }},
		{"PH-06", "two listed cells, one with a femtocell's clock", "listed", func(s *stage) {
			c := s.clone("t9")
			c.Identity.SIB1.ECI = 61999<<8 | 1
			shift(c, 600)
			s.list = append(s.list, fmt.Sprintf("450-08,%d,100,1550,20,2,4610,37.48,126.88,macro,active,,", 61999<<8|1))
		}},
		{"PH-06", "two customers' femtocells of one PCI, one of them in no list", "femto", func(s *stage) {
			s.femto()
			c := s.clone("t9")
			c.Identity.SIB1.ECI = 254414926
			shift(s.x(), 400)
			s.unlist()
		}},
		{"PH-06", "a femtocell with a clock that none may have", "weight", func(s *stage) {
			s.femto()
			c := s.clone("t9")
			c.Identity.SIB1.ECI = 254414926
			shift(s.x(), 900)
			s.unlist()
		}},
		{"PH-06", "a femtocell under a listed macro's PCI", "weight", func(s *stage) {
			s.clone("t9")
			macro := s.list[0]
			s.femto()
			s.unlist()
			s.list = append(s.list, macro)
			shift(s.x(), 400)
		}},
		{"PH-06", "an echo", "-", func(s *stage) { s.clone("t9") }},
		{"PH-06", "a far cell with a good clock", "-", func(s *stage) { c := s.clone("t9"); c.Identity = nil; shift(c, 180) }},
		{"PH-06", "driving past", "-", func(s *stage) { c := s.clone("t9"); c.Identity = nil; shift(c, 300); s.drive(3000) }},
		{"PH-06", "driving past, and far apart", "?", func(s *stage) { c := s.clone("t9"); c.Identity = nil; shift(c, 3000); s.drive(3000) }},

		{"PH-10", "the middle alone", "weight", func(s *stage) { s.x().Identity, s.x().SIB1Fails = nil, 300 }},
		{"PH-10", "read", "-", func(s *stage) {}},
		{"PH-10", "a dongle", "?", func(s *stage) { s.x().Identity, s.x().SIB1Fails, s.x().Newest.Stop = nil, 300, lte.StopNarrow }},
		{"PH-10", "weak", "?", func(s *stage) { s.x().Identity, s.x().SIB1Fails, s.x().Best.Signal.SINRdB = nil, 300, 2 }},

		{"PH-11", "an image", "weight", func(s *stage) {
			c := s.clone("t9")
			s.x().Best.FreqHz += 2e5
			s.x().Best.Signal.RSRPdBFS = c.Best.Signal.RSRPdBFS - 30
		}},
		{"PH-11", "as strong", "-", func(s *stage) { s.clone("t9"); s.x().Best.FreqHz += 2e5 }},
	})
}

// long stretches every history to ten minutes; hz moves the judged cell's carrier.
func long(s *stage, hz func(s float64) float64) {
	for i := range s.cells {
		for k := range s.cells[i].History {
			m := &s.cells[i].History[k]
			m.S *= 6
			if i == 0 {
				m.RxHz += hz(m.S)
			}
		}
	}
}

func tdd(s *stage) {
	for i := range s.cells {
		s.cells[i].Duplex = lte.TDD
	}
	inStep(s)
}

func inStep(s *stage) {
	for i := range s.cells {
		s.cells[i].Clock.FrameS = s.cells[0].Clock.FrameS
	}
}

func jump(c *cell.Cell, at ...float64) {
	for _, s := range at {
		c.Jumps = append(c.Jumps, cell.Jump{S: s, Expected: 1, Sent: 2})
		c.Jumped++
	}
}

// lived makes a past of 30 days in which the judged cell was first heard so many days ago.
func lived(s *stage, daysAgo int, place *known.Place, days, nights int) {
	s.past = NewPast(s.now.AddDate(0, 0, -30), s.now, 30, []PastCell{{PLMN: kt, ECI: s.sib1().ECI, First: s.now.AddDate(0, 0, -daysAgo), Days: days, Night: nights, Place: place}})
}

func TestTimeAndPlaceRules(t *testing.T) {
	north := func(m float64) *known.Place { return &known.Place{Lat: 37.4785 + m/111195, Lon: 126.8862} }
	playAll(t, []play{
		{"TM-01", "never before", "weight", func(s *stage) { s.past = NewPast(s.now.AddDate(0, 0, -30), s.now, 30, nil) }},
		{"TM-01", "for five days", "fading", func(s *stage) { lived(s, 5, nil, 5, 0) }},
		{"TM-01", "for weeks", "-", func(s *stage) { lived(s, 30, nil, 30, 0) }},
		{"TM-01", "for ten days", "-", func(s *stage) { lived(s, 10, nil, 10, 0) }},
		{"TM-01", "the post is new", "?", func(s *stage) { s.past = NewPast(s.now.AddDate(0, 0, -3), s.now, 3, nil) }},
		{"TM-01", "no clock", "?", func(s *stage) { lived(s, 1, nil, 1, 0); s.now = time.Time{} }},

		{"TM-02", "an hour, unlisted", "unlisted", func(s *stage) { s.unlist(); gone(s) }},
		{"TM-02", "a carrier that sleeps", "weight", func(s *stage) { gone(s) }},
		{"TM-02", "still there", "-", func(s *stage) { s.nowS = 6 * 3600; s.x().LastS = 6 * 3600 }},
		{"TM-02", "nobody looked any more", "-", func(s *stage) { s.nowS = 6 * 3600 }},
		{"TM-02", "driven past", "?", func(s *stage) { gone(s); s.drive(2000) }},
		{"TM-02", "a short survey", "?", func(s *stage) {}},

		{"TM-03", "before dawn alone", "weight", func(s *stage) { lived(s, 20, nil, 6, 6) }},
		{"TM-03", "by day too", "-", func(s *stage) { lived(s, 20, nil, 6, 5) }},
		{"TM-03", "no history", "?", func(s *stage) {}},

		{"PL-01", "carried", "weight", func(s *stage) { lived(s, 20, north(800), 20, 0); s.drive(900); s.unlist() }},
		{"PL-01", "on a bus that the list knows", "known", func(s *stage) { s.movedM = 800 }},
		{"PL-01", "no one place explains its levels", "weight", func(s *stage) { s.unlist(); s.movedM = 800 }},
		{"PL-01", "about the same place", "?", func(s *stage) { s.unlist(); s.movedM = 200 }},
		{"PL-01", "where it was", "-", func(s *stage) { lived(s, 20, north(100), 20, 0); s.drive(900) }},
		{"PL-01", "the old place was not passed", "?", func(s *stage) { lived(s, 20, north(800), 20, 0) }},
		{"PL-01", "no earlier pass", "?", func(s *stage) {}},

		{"PL-02", "drives along", "weight", func(s *stage) { s.unlist(); s.drive(3000) }},
		{"PL-02", "fades", "-", func(s *stage) { s.unlist(); s.drive(3000); fade(s.x(), 30) }},
		{"PL-02", "a weak one, heard here and there", "-", func(s *stage) { s.unlist(); s.drive(3000); s.x().Best.Signal.SINRdB = -4 }},
		{"PL-02", "a listed cell on a train", "-", func(s *stage) { s.drive(3000) }},
		{"PL-02", "standing", "?", func(s *stage) { s.unlist() }},

		{"PL-04", "two listed cells fall silent", "weight", func(s *stage) { s.unlist(); s.nowS, s.x().BeganS, s.x().LastS = 300, 200, 300; lastAt(s, 199, 1, 2, 3) }},
		{"PL-04", "all that were read of a crowded carrier", "weight", func(s *stage) {
			s.unlist()
			s.nowS, s.x().BeganS, s.x().LastS = 300, 200, 300
			lastAt(s, 199, 1, 2, 3, 4)
			s.all(func(c *cell.Cell) { c.Best.Signal.SINRdB = 1 })
		}},
		{"PL-04", "driving on", "?", func(s *stage) {
			s.unlist()
			s.nowS, s.x().BeganS, s.x().LastS = 300, 70, 300
			lastAt(s, 99, 1, 2, 3, 4)
			s.drive(1000)
		}},
		{"PL-04", "two weak ones", "-", func(s *stage) {
			s.unlist()
			s.nowS, s.x().BeganS, s.x().LastS = 300, 200, 300
			lastAt(s, 199, 1, 2)
			lastAt(s, 300, 3, 4)
			s.all(func(c *cell.Cell) { c.Best.Signal.SINRdB = 1 })
		}},
		{"PL-04", "they go on", "-", func(s *stage) {
			s.unlist()
			s.nowS, s.x().BeganS, s.x().LastS = 300, 200, 300
			lastAt(s, 300, 1, 2, 3, 4)
		}},
		{"PL-04", "there from the start", "?", func(s *stage) { s.unlist() }},

		{"PW-01", "a warning of its own", "weight", func(s *stage) { warn(s.x(), 10) }},
		{"PW-01", "at the edge of its area", "context", func(s *stage) { warn(s.x(), 10); s.sib1().TAC = 4611; s.cells[1].Identity.SIB1.TAC = 4611 }},
		{"PW-01", "a real one", "context", func(s *stage) { warn(s.x(), 10); warn(&s.cells[1], 30) }},
		{"PW-01", "others not read since", "context", func(s *stage) { warn(s.x(), 60) }},
		{"PW-01", "none", "-", func(s *stage) {}},

		{"PW-02", "a test", "weight", func(s *stage) {
			say(s.x(), 12, `{"messageIdentifierR9":"0001000100011100","serialNumberR9":"0000000000000001"}`)
		}},
		{"PW-02", "an alert", "-", func(s *stage) { warn(s.x(), 10) }},

		{"PW-03", "announces none", "weight", func(s *stage) { s.x().Identity.Pages, s.x().Identity.Paging.CMASIndication = 9, true }},
		{"PW-03", "announces one", "-", func(s *stage) { s.x().Identity.Pages, s.x().Identity.Paging.CMASIndication = 9, true; warn(s.x(), 10) }},
		{"PW-03", "pages", "-", func(s *stage) { s.x().Identity.Pages = 9 }},
		{"PW-03", "no paging read", "?", func(s *stage) {}},
	})
}

func warn(c *cell.Cell, from float64) {
	c.Identity.SIB1.Schedule = append(append([]lte.SIGroup(nil), c.Identity.SIB1.Schedule...), lte.SIGroup{PeriodRF: 32, SIBs: []lte.SIBType{12}})
	say(c, 12, "")
	add(c, 12, `{"messageIdentifierR9":"0001000100010010","serialNumberR9":"0110000000000000"}`, from, 100, 1)
}

// gone lets the judged cell fall silent early in a survey of six hours, while the carrier is watched.
func gone(s *stage) {
	s.nowS = 6 * 3600
	s.cells[1].LastS = s.nowS
}

func fade(c *cell.Cell, db float64) {
	for i := range c.History {
		c.History[i].RSRPdBFS -= db * float64(i) / float64(len(c.History)-1)
	}
}

func lastAt(s *stage, at float64, cells ...int) {
	for _, i := range cells {
		s.cells[i].LastS = at
	}
}
