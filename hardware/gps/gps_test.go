package gps

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// drive makes reports of a car that goes east at 10 m/s, one a second, as a test changes them.
type drive struct {
	t *testing.T
	track
	now time.Time
	lon float64
}

var start = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)

func newDrive(t *testing.T) *drive { return &drive{t: t, now: start, lon: 127} }

const lonPerM = 1 / (111195 * 0.7934) // at 37.5 degrees

func (d *drive) step(change func(*report)) {
	d.now = d.now.Add(time.Second)
	d.lon += 10 * lonPerM
	r := report{arrived: d.now.Add(200 * time.Millisecond), time: d.now, fix: true, lat: 37.5, lon: d.lon, hdop: 1}
	if change != nil {
		change(&r)
	}
	d.add(r)
}

func (d *drive) steps(n int, change func(*report)) {
	for range n {
		d.step(change)
	}
}

// where is the distance of the told position from the true one, in metres; negative: unknown.
func (d *drive) where() float64 {
	f, ok := d.at(d.now.Add(300 * time.Millisecond))
	if !ok {
		return -1
	}
	return distanceM(f.Lat, f.Lon, 37.5, d.lon+3*lonPerM)
}

func (d *drive) want(what string, told bool, said ...string) {
	d.t.Helper()
	if off := d.where(); told != (off >= 0) || off > 20 {
		d.t.Errorf("%s: %.0f m off", what, off)
	}
	got := strings.Join(d.said(), "\n")
	for _, s := range said {
		if !strings.Contains(got, s) {
			d.t.Errorf("%s: %q is not said: %q", what, s, got)
		}
	}
	if len(said) == 0 && got != "" {
		d.t.Errorf("%s: %q", what, got)
	}
}

func TestDrive(t *testing.T) {
	d := newDrive(t)
	d.want("before anything", false)
	d.steps(20, nil)
	d.want("driving", true)

	// Between fixes the position is interpolated, at the moment of the sample.
	f, ok := d.at(d.now.Add(-2500 * time.Millisecond))
	if off := distanceM(f.Lat, f.Lon, 37.5, d.lon-25*lonPerM); !ok || off > 0.5 || f.Age != 0 {
		t.Errorf("interpolated %.1f m off, age %v", off, f.Age)
	}
	if _, ok := d.at(start.Add(-time.Second)); ok {
		t.Error("a position from before the first fix")
	}

	d.steps(3, func(r *report) { r.fix = false })
	d.want("no fix", false, "no fix: the position is unknown")
	d.steps(2, nil)
	d.want("fix again", true, "known again")

	held := d.now
	d.steps(6, func(r *report) { r.time, r.lon = held, d.lon-60*lonPerM })
	d.want("stale", false, "repeats its fix of 08:00:25")
	d.steps(2, nil)
	d.want("going on", true, "known again")

	d.steps(3, func(r *report) { r.lat += 0.1 })
	d.want("jump", false, "a jump of 11.1 km")
	d.step(nil)
	d.want("back", true, "known again")

	d.steps(2, func(r *report) { r.lat, r.lon = 0, 0 })
	d.want("nowhere", false, "a fix that is none")
	d.step(nil)
	d.want("back", true, "known again")

	d.now = d.now.Add(10 * time.Second) // silence
	d.lon += 100 * lonPerM
	d.quiet(d.now)
	d.want("silence", false, "no report since")
	d.step(nil)
	d.want("back", true, "known again")

	// A ferry, a tunnel: what goes on from another place is believed in the end.
	d.lon += 0.05
	d.steps(9, nil)
	d.want("tunnel", false, "a jump of 4.4 km")
	d.steps(3, nil)
	d.want("behind it", true, "the jump lasts for 10s: believed", "known again")
	if _, ok := d.at(d.now.Add(-9 * time.Second)); ok {
		t.Error("a position within the jump")
	}
}

// Jumps that go on jumping are never believed.
func TestScatter(t *testing.T) {
	d := newDrive(t)
	d.steps(5, nil)
	n := 0
	d.steps(60, func(r *report) { n++; r.lat += 0.1 + 0.05*float64(n%2) })
	d.want("scatter", false, "a jump of")
}

func TestWrongClocks(t *testing.T) {
	d := newDrive(t)
	slow := func(r *report) { r.time = r.time.Add(2 * time.Hour) }
	d.steps(5, slow)
	d.want("the computer is behind", true, "clock is 2h0m0s behind GPS time")
	d.steps(5, slow)
	d.want("said once", true)
	d.steps(70, nil) // set right: the receiver's time is 2 h back
	got := strings.Join(d.said(), "\n")
	if !strings.Contains(got, "agree again") || !strings.Contains(got, "ran 1h59m59s backwards") || d.where() < 0 {
		t.Errorf("%q, %.0f m off", got, d.where())
	}
	d = newDrive(t)
	d.steps(5, func(r *report) { r.time = r.time.AddDate(0, 0, -7*1024) })
	d.want("the week number rolled over", true, "7168 days ahead of GPS time")
}

func TestNMEA(t *testing.T) {
	now := time.Date(2026, 5, 1, 8, 0, 5, 0, time.UTC)
	var n nmea
	sum := func(body string) string {
		var x byte
		for i := range len(body) {
			x ^= body[i]
		}
		return fmt.Sprintf("$%s*%02X\r\n", body, x)
	}
	if _, ok := n.sentence(sum("GPGGA,080004.00,3730.0000,N,12700.0000,E,1,08,0.9,40.0,M,18.0,M,,"), now); !ok {
		t.Error("a GGA alone is a report until an RMC comes")
	}
	r, ok := n.sentence(sum("GNRMC,080004.00,A,3730.6000,S,12630.0000,W,20.0,90.0,010526,,,A"), now)
	if !ok || !r.fix || math.Abs(r.lat+37.51) > 1e-9 || math.Abs(r.lon+126.5) > 1e-9 || r.hdop != 0.9 || !r.time.Equal(now.Add(-time.Second)) {
		t.Errorf("%+v %v", r, ok)
	}
	if r, ok := n.sentence(sum("GNRMC,080005.00,V,,,,,,,010526,,,N"), now); !ok || r.fix {
		t.Errorf("%+v %v", r, ok)
	}
	for _, bad := range []string{"", "$", "$GPRMC*00", "GPRMC,1*22", sum("GPRMC,1"), sum("GP"), strings.Replace(sum("GPRMC,080005.00,A,3730.6,N,12630.0,E,,,010526,,,A"), "37", "38", 1)} {
		if r, ok := n.sentence(bad, now); ok {
			t.Errorf("%q: %+v", bad, r)
		}
	}
}

func TestURIs(t *testing.T) {
	for _, uri := range []string{"", "gps", "nmea:", "nmea:/dev/x?baud=fast", "nmea:/dev/x?baud=1", "tcp://x"} {
		if r, err := Open(uri); err == nil {
			r.Close()
			t.Errorf("%q was accepted", uri)
		}
	}
	r, err := Open("gpsd://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if w := r.Warnings(); len(w) == 1 && strings.Contains(w[0].Text, "gpsd://127.0.0.1:1") {
			return
		}
	}
	t.Error("nobody said that gpsd is not there")
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`{"class":"TPV","mode":3,"time":"2026-05-01T08:00:00.000Z","lat":37.5,"lon":127.0,"eph":9.5}`))
	f.Add([]byte("$GPRMC,080000.00,A,3730.0000,N,12700.0069,E,20.0,90.0,010526,,,A*51"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var g gpsd
		var n nmea
		var k track
		for _, take := range []func() (report, bool){
			func() (report, bool) { return g.parse(text, start) },
			func() (report, bool) { return n.sentence(string(text), start) },
		} {
			if r, ok := take(); ok {
				k.add(r)
			}
		}
		if fix, ok := k.at(start); ok && !(math.Abs(fix.Lat) <= 90 && math.Abs(fix.Lon) <= 180) {
			t.Errorf("%+v", fix)
		}
		if !json.Valid(text) && len(k.fixes) > 1 {
			t.Error("two fixes of one line")
		}
	})
}
