package cell

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/straycell/straycell/internal/known"
)

// hear drives along points at 8 m/s and hears a transmitter that stands at x, y (of a time), with shadows that last 40 m.
func hear(l *Levels, rng *rand.Rand, way [][2]float64, stands func(atS float64) (x, y float64)) {
	const speed, everyS = 8, 1.0
	shadow, atS := 0.0, 0.0
	for i := 1; i < len(way); i++ {
		dx, dy := way[i][0]-way[i-1][0], way[i][1]-way[i-1][1]
		n := int(math.Hypot(dx, dy) / (speed * everyS))
		for k := range n {
			f := float64(k) / float64(n)
			x, y := way[i-1][0]+f*dx, way[i-1][1]+f*dy
			tx, ty := stands(atS)
			keep := math.Exp(-speed * everyS / 40)
			shadow = keep*shadow + 6*math.Sqrt(1-keep*keep)*rng.NormFloat64()
			l.Add(Level{atS, known.Place{Lat: 37.5 + y/metresADeg, Lon: 127 + x/(metresADeg*math.Cos(37.5*math.Pi/180))},
				-30 - 35*math.Log10(math.Max(10, math.Hypot(x-tx, y-ty))) + shadow + rng.NormFloat64()})
			atS += everyS
		}
	}
}

var (
	loop  = [][2]float64{{0, 0}, {0, 600}, {300, 600}, {300, 0}, {600, 0}, {600, 600}, {0, 600}, {0, 0}}
	twice = append(loop, loop[1:]...)
)

func TestPlaceOfOneThatStands(t *testing.T) {
	var l Levels
	hear(&l, rand.New(rand.NewPCG(1, 2)), loop, func(float64) (float64, float64) { return 380, 250 })
	e := l.Estimate()
	truth := known.Place{Lat: 37.5 + 250/metresADeg, Lon: 127 + 380/(metresADeg*math.Cos(37.5*math.Pi/180))}
	if e.Area == nil || e.Moved || !e.Area.Contains(truth) || e.Area.Center.DistanceM(truth) > 150 || e.Area.RadiusM > 400 || e.Area.KM2 > 0.3 {
		t.Errorf("%+v %+v", e, e.Area)
	}
	if l.Len() < 400 || len(l.points) > maxPoints {
		t.Errorf("%d levels in %d points", l.Len(), len(l.points))
	}
	if at, ok := l.Nearest(0); !ok || at.DistanceM(known.Place{Lat: 37.5, Lon: 127}) > 2*l.binM {
		t.Errorf("the first level was at %+v", at)
	}
}

func TestPlaceOfOneThatMoves(t *testing.T) {
	var l Levels
	hear(&l, rand.New(rand.NewPCG(3, 4)), twice, func(atS float64) (float64, float64) {
		if atS < 412 {
			return 100, 150
		}
		return 500, 450
	})
	if e := l.Estimate(); !e.Moved || e.Area != nil || e.MovedM < 200 || e.FromS >= e.ToS || e.ToS < 412 {
		t.Errorf("%+v", e)
	}
}

// What cannot be known is said.
func TestPlaceUnknown(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, c := range map[string]struct {
		way  [][2]float64
		x, y float64
		why  string
	}{
		"a short way":  {[][2]float64{{0, 0}, {100, 0}}, 50, 50, "one place only"},
		"far away":     {[][2]float64{{0, 0}, {300, 0}}, 20000, 15000, "drive around it, or nearer"},
		"never moving": {nil, 0, 0, "one place only"},
	} {
		var l Levels
		hear(&l, rng, c.way, func(float64) (float64, float64) { return c.x, c.y })
		if e := l.Estimate(); e.Area != nil || e.Moved || !strings.Contains(e.Why, c.why) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	var l Levels
	l.Add(Level{RSRPdB: math.NaN()})
	if _, ok := l.Nearest(0); ok || l.Len() != 0 {
		t.Error("a level that is none was taken")
	}
}

func BenchmarkEstimate(b *testing.B) {
	var l Levels
	hear(&l, rand.New(rand.NewPCG(1, 2)), twice, func(float64) (float64, float64) { return 380, 250 })
	for b.Loop() {
		l.Estimate()
	}
}
