package survey

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

var seeds = flag.Int("seeds", 0, "how many simulated drives; 0: a few, as fits a test run")

const (
	lat0, lon0 = 37.48, 126.88
	mPerDeg    = 111195.0
)

// at is a place metres east and north of the district's corner.
func at(x, y float64) known.Place {
	return known.Place{Lat: lat0 + y/mPerDeg, Lon: lon0 + x/(mPerDeg*math.Cos(lat0*math.Pi/180))}
}

// district is a town drive of ten minutes, up and down streets 150 to 250 m apart, and the same again: two sectors of macro
// cells, two small cells, two femtocells in flats and one in a car that is parked elsewhere the second time. All places are
// drawn.
type district struct {
	toml    strings.Builder
	truth   map[int]known.Place // by PCI: those that stand
	seconds float64
}

const carPCI = 486

func newDistrict(seed uint64) *district {
	rng := rand.New(rand.NewPCG(seed, 77))
	d := &district{truth: map[int]known.Place{}}
	fmt.Fprintf(&d.toml, "title = \"drive\"\nabout = \"drive\"\nshadowing_db = %.1f\n[sweep]\nearfcn = [1550]\n[receiver]\nroute = \"drive\"\n", 5+3*rng.Float64())
	route := func(name string, speed float64, way ...[2]float64) (t float64) {
		fmt.Fprintf(&d.toml, "[[route]]\nname = %q\npoints = [", name)
		for i, p := range way {
			if i > 0 {
				t += math.Max(1, math.Hypot(p[0]-way[i-1][0], p[1]-way[i-1][1])/speed)
			}
			q := at(p[0], p[1])
			fmt.Fprintf(&d.toml, "[%.1f, %.7f, %.7f],", t, q.Lat, q.Lon)
		}
		d.toml.WriteString("]\n")
		return t
	}
	var way [][2]float64
	x := 0.0
	for i := range 6 {
		ends := [2]float64{0, 700}
		if i%2 == 1 {
			ends = [2]float64{700, 0}
		}
		way = append(way, [2]float64{x, ends[0]}, [2]float64{x, ends[1]})
		x += 150 + 100*rng.Float64()
	}
	there := len(way)
	for i := range there { // and the same way back to where it began
		way = append(way, way[there-1-i])
	}
	took := route("drive", 8.5, way...) / 2
	a := [2]float64{50 + 300*rng.Float64(), 50 + 600*rng.Float64()}
	b := [2]float64{a[0] + 350 + 250*rng.Float64(), 50 + 600*rng.Float64()}
	pa, pb := at(a[0], a[1]), at(b[0], b[1])
	fmt.Fprintf(&d.toml, "[[route]]\nname = \"car\"\npoints = [[0, %.7f, %.7f],[%.1f, %.7f, %.7f],[%.1f, %.7f, %.7f]]\n",
		pa.Lat, pa.Lon, took-30, pa.Lat, pa.Lon, took+30, pb.Lat, pb.Lon)
	d.seconds = 2 * took

	put := func(pci int, class string, where string, eirp float64, more string) {
		fmt.Fprintf(&d.toml, "[[cell]]\nname = \"c%d\"\nclass = %q\nearfcn = 1550\nprb = 50\nports = 2\npci = %d\nrs_eirp_dbm = %.1f\n%s%s", pci, class, pci, eirp, where, more)
	}
	stand := func(pci int, x, y float64) string {
		d.truth[pci] = at(x, y)
		return fmt.Sprintf("lat = %.7f\nlon = %.7f\n", d.truth[pci].Lat, d.truth[pci].Lon)
	}
	in := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	for _, pci := range []int{10, 51} {
		azimuth := in(0, 360)
		put(pci, "macro", stand(pci, in(-100, 1100), in(-150, 850)), 31, fmt.Sprintf("azimuth = %.0f\n", azimuth))
	}
	for _, pci := range []int{100, 141} {
		put(pci, "small", stand(pci, in(0, 900), in(0, 700)), 15, "")
	}
	for _, pci := range []int{202, 243} {
		put(pci, "femto", stand(pci, in(50, 850), in(50, 650)), -5, "walls_db = 10\n")
	}
	put(carPCI, "femto", "route = \"car\"\n", -5, "walls_db = 3\n")
	return d
}

// drive runs a survey through a district and returns its cells and, for each PCI, the levels it had.
func (d *district) drive(t *testing.T, seed uint64) (cells []Cell, changes []Change) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "drive.toml")
	if err := os.WriteFile(path, []byte(d.toml.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := sim.Open(fmt.Sprintf("sim:%s?seed=%d&profile=rtlsdr&level=observations", path, seed))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var plan []radio.Tuning
	for _, f := range w.Plan() {
		plan = append(plan, radio.Tuning{FreqHz: f})
	}
	var got events
	sum, err := Run(context.Background(), Config{Source: w, Observer: w, Plan: plan, For: time.Duration(d.seconds * float64(time.Second)), Place: onRoute{w},
		Sinks: []Sink{{Name: "test", Take: got.take}}})
	if err != nil {
		t.Fatal(err)
	}
	return sum.Cells, of[Change](&got)
}

type onRoute struct{ *sim.World }

func (r onRoute) Where(s float64, _ time.Time) (radio.Fix, bool) {
	lat, lon := r.WhereAt(s)
	return radio.Fix{Lat: lat, Lon: lon}, true
}

// placed collects the estimates of a drive: whatever transmitter of a PCI was heard most.
func most(cells []Cell) map[int]*Cell {
	out := map[int]*Cell{}
	for i := range cells {
		if c := &cells[i]; out[c.PCI] == nil || out[c.PCI].Looks < c.Looks {
			out[c.PCI] = c
		}
	}
	return out
}

// Simulated drives: the 90 % area of a cell that stands holds its true place in at least 85 %, and a femto in a car is told
// from those in flats.
func TestDrives(t *testing.T) {
	n := 1
	if *seeds > 0 {
		n = *seeds
	}
	held, areas, unknown, accused, caught, cars := 0, 0, 0, 0, 0, 0
	var errorM, sizeKM2 []float64
	why := map[string]int{}
	areaTold = func(transmitter string, e cell.Estimate) { told[transmitter] = e }
	defer func() { areaTold = nil }()
	for seed := range uint64(n) {
		told = map[string]cell.Estimate{}
		d := newDistrict(seed)
		cells, changes := d.drive(t, seed+1)
		for pci, c := range most(cells) {
			p := c.Place
			if p == nil {
				continue
			}
			if pci == carPCI {
				cars++
				if p.Moved && slices.ContainsFunc(changes, func(c Change) bool { return c.What == "moved" && c.PCI == carPCI }) {
					caught++
				} else {
					t.Logf("seed %d: the car was not told: %+v after %d looks", seed, *p, c.Looks)
				}
				continue
			}
			truth := d.truth[pci]
			switch a := told[c.Transmitter].Area; {
			case p.Moved:
				accused++
				t.Logf("seed %d: PCI %d stood still: %+v", seed, pci, *p)
			case a == nil:
				unknown++
				why[p.Why]++
			default:
				areas++
				if a.Contains(truth) {
					held++
				} else {
					t.Logf("seed %d: PCI %d is %.0f m from the middle of %.3f km2, outside", seed, pci, a.Center.DistanceM(truth), a.KM2)
				}
				errorM = append(errorM, a.Center.DistanceM(truth))
				sizeKM2 = append(sizeKM2, a.KM2)
			}
		}
	}
	slices.Sort(errorM)
	slices.Sort(sizeKM2)
	if areas == 0 {
		t.Fatal("no place was told")
	}
	t.Logf("%d drives: the 90 %% area holds the true place of %d of %d cells (%.0f %%); median error %.0f m, 90 %% below %.0f m; median area %.3f km²; place not told of %d %v; %d of %d cells that stood were said to move; %d of %d cars were told",
		n, held, areas, 100*float64(held)/float64(areas), errorM[areas/2], errorM[areas*9/10], sizeKM2[areas/2], unknown, why, accused, areas+unknown+accused, caught, cars)
	if n >= 20 && (float64(held) < 0.85*float64(areas) || accused*50 > areas || caught*10 < cars*8) {
		t.Error("places are not as good as they claim to be")
	}
}

var told map[string]cell.Estimate
