//go:build linux

package gps

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sentences makes a receiver's log: a car that goes east, ten fixes a second of the clock on the wall for ten seconds of its own.
type sentences struct {
	b   strings.Builder
	now time.Time
	lon float64
}

func (s *sentences) put(body string) {
	var x byte
	for i := range len(body) {
		x ^= body[i]
	}
	fmt.Fprintf(&s.b, "$%s*%02X\r\n", body, x)
}

// fixes adds n fixes, north of the road by so many degrees.
func (s *sentences) fixes(n int, north float64, hold bool) {
	for range n {
		if !hold {
			s.now = s.now.Add(time.Second)
			s.lon += 10 * lonPerM
		}
		lat := 37.5 + north
		at := fmt.Sprintf("%02d%07.4f,N,%03d%07.4f,E", int(lat), (lat-float64(int(lat)))*60, int(s.lon), (s.lon-float64(int(s.lon)))*60)
		s.put(fmt.Sprintf("GPGGA,%s,%s,1,08,0.9,40.0,M,18.0,M,,", s.now.Format("150405.00"), at))
		s.put(fmt.Sprintf("GPRMC,%s,A,%s,20.0,90.0,%s,,,A", s.now.Format("150405.00"), at, s.now.Format("020106")))
	}
}

func (s *sentences) nothing(n int) {
	for range n {
		s.now = s.now.Add(time.Second)
		s.lon += 10 * lonPerM
		s.put(fmt.Sprintf("GPGGA,%s,,,,,0,00,99.9,,M,,M,,", s.now.Format("150405.00")))
		s.put(fmt.Sprintf("GPRMC,%s,V,,,,,,,%s,,,N", s.now.Format("150405.00"), s.now.Format("020106")))
	}
}

// Against the real gpsd, fed by gpsfake with a receiver's sentences: loss, a jump, a fix that is repeated and a wrong clock
// are said and not believed, and no position is ever told that is far from the road.
func TestRealGPSD(t *testing.T) {
	fake, err := exec.LookPath("gpsfake")
	if err != nil {
		t.Skip("gpsfake is not installed (Debian: gpsd gpsd-clients): this test is against the real gpsd")
	}
	s := &sentences{now: start, lon: 127}
	s.fixes(25, 0, false)
	s.nothing(10)
	s.fixes(8, 0, false)
	s.fixes(4, 0.1, false) // 11 km north
	s.fixes(8, 0, false)
	s.fixes(45, 0, true)
	s.fixes(15, 0, false)
	log := filepath.Join(t.TempDir(), "drive.log")
	if err := os.WriteFile(log, []byte(s.b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, free, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	cmd := exec.Command(fake, "-1", "-q", "-c", "0.05", "-P", free, log)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // gpsd is its child
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)

	r, err := Open("gpsd://127.0.0.1:" + free)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var said []string
	known, unknown := 0, 0
	known0, over := false, false
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end) && !over; time.Sleep(20 * time.Millisecond) {
		for _, w := range r.Warnings() {
			said = append(said, w.Text)
			over = over || inTurn(said) == ""
		}
		fix, ok := r.Where(0, time.Time{})
		switch {
		case ok && (fix.From != "gpsd" || distanceM(fix.Lat, fix.Lon, 37.5, fix.Lon) > 5 || fix.Lon < 127 || fix.Lon > s.lon+1e-5):
			t.Fatalf("%+v", fix)
		case ok:
			known, known0 = known+1, true
		case known0:
			unknown++
		}
	}
	all := strings.Join(said, "\n")
	t.Logf("position known %d times, unknown %d times\n%s", known, unknown, all)
	if want := inTurn(said); want != "" {
		t.Fatalf("%q is not said in its turn", want)
	}
	if known < 100 || unknown < 30 {
		t.Error("the position was hardly known, or never unknown")
	}
}

// inTurn returns the first of what must be said that is not; "" once all is.
func inTurn(said []string) string {
	all := strings.Join(said, "\n")
	for _, want := range []string{"ahead of GPS time", "no fix: the position is unknown", "known again", "a jump of 11.", "known again", "repeats its fix", "known again"} {
		i := strings.Index(all, want)
		if i < 0 {
			return want
		}
		all = all[i:]
	}
	return ""
}
