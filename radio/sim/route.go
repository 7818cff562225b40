package sim

import (
	"fmt"
	"math"
	"sort"
	"strings"
)

// route is a [[route]] of a scenario: where somebody is at which time, on straight lines in between.
type route struct {
	Name   string      `toml:"name"`
	Points [][]float64 `toml:"points"` // seconds, latitude, longitude
	Loop   bool        `toml:"loop"`   // from the last point's time on the route begins anew; else it stays there
}

const (
	maxPoints = 10000
	// maxSpeedMS is what a route may ask for: trains.
	maxSpeedMS = 120
)

// check returns the key and what is wrong with it; "" nothing.
func (r *route) check() (key, text string) {
	if r.Name == "" {
		return "name", "name is missing"
	}
	if len(r.Points) < 2 || len(r.Points) > maxPoints {
		return "points", fmt.Sprintf("%d points: want 2 to %d of [seconds, lat, lon]", len(r.Points), maxPoints)
	}
	for i, p := range r.Points {
		if len(p) != 3 {
			return "points", fmt.Sprintf("point %d has %d numbers: want [seconds, lat, lon]", i+1, len(p))
		}
		if text := place(&p[1], &p[2]); text != "" {
			return "points", fmt.Sprintf("point %d: %s", i+1, text)
		}
		if i == 0 {
			if p[0] != 0 {
				return "points", "the first point is that of second 0"
			}
			continue
		}
		q := r.Points[i-1]
		if !(p[0] > q[0] && p[0] <= 1e9) {
			return "points", fmt.Sprintf("point %d: second %g after %g: want ascending times", i+1, p[0], q[0])
		}
		if metres, _ := way(q[1], q[2], p[1], p[2]); metres > maxSpeedMS*(p[0]-q[0]) {
			return "points", fmt.Sprintf("point %d: %.0f m in %g s: want at most %d m/s", i+1, metres, p[0]-q[0], maxSpeedMS)
		}
	}
	if first, last := r.Points[0], r.Points[len(r.Points)-1]; r.Loop && (first[1] != last[1] || first[2] != last[2]) {
		return "points", "a loop ends where it begins: repeat the first point at the end"
	}
	return "", ""
}

// routeNames says which routes there are.
func (s *scenario) routeNames() string {
	var names []string
	for i := range s.Routes {
		names = append(names, s.Routes[i].Name)
	}
	if len(names) == 0 {
		return "it has none"
	}
	return "there are " + strings.Join(names, ", ")
}

// at is the position at time t.
func (r *route) at(t float64) (lat, lon float64) {
	last := r.Points[len(r.Points)-1]
	if r.Loop {
		t = math.Mod(t, last[0])
	}
	i := sort.Search(len(r.Points), func(i int) bool { return r.Points[i][0] > t })
	switch {
	case i == 0:
		return r.Points[0][1], r.Points[0][2]
	case i == len(r.Points):
		return last[1], last[2]
	}
	p, q := r.Points[i-1], r.Points[i]
	u := (t - p[0]) / (q[0] - p[0])
	return p[1] + u*(q[1]-p[1]), p[2] + u*math.Remainder(q[2]-p[2], 360)
}

// stand is where something is: on a route or in one place.
type stand struct {
	lat, lon float64
	route    *route
}

func (s stand) at(t float64) (lat, lon float64) {
	if s.route != nil {
		return s.route.at(t)
	}
	return s.lat, s.lon
}
