package plan

import (
	"testing"

	"github.com/straycell/straycell/radio"
)

func tunings(n int) (out []radio.Tuning) {
	for i := range n {
		out = append(out, radio.Tuning{FreqHz: 800e6 + 1e6*float64(i)})
	}
	return out
}

// A sweep that ends goes through the plan, then to what it heard, strongest first and more often where there is more to tell.
func TestScheduleOnce(t *testing.T) {
	s := NewSchedule(tunings(10), false)
	for i := range 10 {
		stop, ok := s.Next(float64(i))
		if !ok || stop.Tuning.FreqHz != 800e6+1e6*float64(i) || stop.Looks != 1 || stop.Close || stop.Ask != (i == 9) {
			t.Fatalf("%d: %+v %v", i, stop, ok)
		}
		if i == 4 {
			s.Rest(tunings(10)[5:])
		}
	}
	s.Opened([]Open{{FreqHz: 803.1e6, DB: -70, Unread: 1}, {FreqHz: 806.5e6, DB: -50}, {FreqHz: 806.9e6, DB: -80, Unread: 2}}, 2.16e6)
	var got []float64
	for nowS := 11.0; ; nowS++ {
		stop, ok := s.Next(nowS)
		if !ok {
			break
		}
		if !stop.Close || stop.Looks == 0 || !stop.Ask {
			t.Fatalf("%+v", stop)
		}
		got = append(got, stop.Tuning.FreqHz)
	}
	// 806.9 is in view with 806.5 the first time.
	want := []float64{806.5e6, 803.1e6, 803.1e6, 803.1e6, 806.9e6, 806.9e6}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got, want)
			break
		}
	}
}

// In a continuous sweep every tuning comes back soon, however much there is to be looked at closely.
func TestScheduleContinuous(t *testing.T) {
	const n = 100
	s := NewSchedule(tunings(n), true)
	last := make([]float64, n)
	var worst, nowS float64
	closer, long := 0, 0
	var open []Open
	for i := range 20 {
		open = append(open, Open{FreqHz: 800.5e6 + 4e6*float64(i), DB: float64(-i), Unread: 1})
	}
	for nowS < 600 {
		stop, ok := s.Next(nowS)
		if !ok {
			t.Fatal("it ended")
		}
		nowS += 0.083
		if stop.Looks > 1 { // longer
			nowS += 0.24
			long++
		}
		if stop.Close {
			nowS += 0.5
			closer++
		} else {
			i := int((stop.Tuning.FreqHz - 800e6) / 1e6)
			worst = max(worst, nowS-last[i])
			last[i] = nowS
		}
		if stop.Ask {
			s.Opened(open, 2.16e6)
		}
	}
	t.Logf("100 tunings: %.1f s at most between two looks at one; %d closer looks, %d long ones, %d rounds", worst, closer, long, s.Round())
	if worst > 30 || closer < 20 || long < closer+100 {
		t.Errorf("%.1f s, %d closer, %d long", worst, closer, long)
	}
}

// A carrier that gave nothing for long is looked at again at once when somebody new is on it.
func TestScheduleNewcomer(t *testing.T) {
	s := NewSchedule(tunings(20), true)
	open := []Open{{FreqHz: 805.5e6, DB: -60, Unread: 1}}
	var last, atS float64
	for nowS := 0.0; nowS < 900; nowS += 0.1 {
		stop, _ := s.Next(nowS)
		if stop.Ask {
			s.Opened(open, 2.16e6)
		}
		if stop.Close {
			if last = nowS; atS > 0 {
				break
			}
		}
		if nowS > 600 && nowS-last > 30 && atS == 0 {
			open[0].Unread, atS = 2, nowS
		}
	}
	if atS == 0 || last-atS > 5 {
		t.Errorf("there at %.1f s, looked at at %.1f s", atS, last)
	}
}

func TestScheduleOfNothing(t *testing.T) {
	for _, continuous := range []bool{false, true} {
		if stop, ok := NewSchedule(nil, continuous).Next(0); ok {
			t.Errorf("%+v", stop)
		}
	}
}
