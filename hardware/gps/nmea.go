package gps

import (
	"strconv"
	"strings"
	"time"
)

// nmea puts NMEA 0183 sentences together: GGA tells place and quality, RMC the date and whether to believe it. A report
// comes with the RMC, or with the GGA of a receiver that sends no RMC.
type nmea struct {
	date    time.Time // day of the newest RMC
	hdop    float64
	quality int
	moment  string // of the GGA
	rmc     bool   // this receiver sends RMC
}

// sentence takes one line; it is false for what is damaged or completes nothing.
func (n *nmea) sentence(text string, now time.Time) (report, bool) {
	body, sum, ok := strings.Cut(strings.TrimSpace(text), "*")
	body, dollar := strings.CutPrefix(body, "$")
	want, err := strconv.ParseUint(sum, 16, 8)
	if !ok || !dollar || err != nil || len(sum) != 2 {
		return report{}, false
	}
	var x byte
	for i := range len(body) {
		x ^= body[i]
	}
	f := strings.Split(body, ",")
	if x != byte(want) || len(f[0]) != 5 {
		return report{}, false
	}
	switch f[0][2:] {
	case "GGA":
		return n.gga(f, now)
	case "RMC":
		return n.rmcOf(f, now)
	}
	return report{}, false
}

func (n *nmea) gga(f []string, now time.Time) (report, bool) {
	if len(f) < 9 {
		return report{}, false
	}
	n.moment = f[1]
	n.quality, _ = strconv.Atoi(f[6])
	n.hdop, _ = strconv.ParseFloat(f[8], 64)
	if n.rmc {
		return report{}, false
	}
	r := report{arrived: now}
	r.lat, r.lon, r.fix = place(f[2], f[3], f[4], f[5])
	r.fix, r.hdop = r.fix && n.quality > 0 && n.quality < 6, n.hdop // 6: dead reckoning, 7: typed in, 8: simulated
	return r, true
}

func (n *nmea) rmcOf(f []string, now time.Time) (report, bool) {
	if len(f) < 10 {
		return report{}, false
	}
	n.rmc = true
	r := report{arrived: now}
	if day, err := time.Parse("020106", f[9]); err == nil {
		n.date = day
	}
	if d, ok := clock(f[1]); ok && !n.date.IsZero() {
		r.time = n.date.Add(d)
	}
	r.lat, r.lon, r.fix = place(f[3], f[4], f[5], f[6])
	r.fix = r.fix && f[2] == "A"
	if n.moment == f[1] {
		r.hdop = n.hdop
		r.fix = r.fix && n.quality > 0 && n.quality < 6
	}
	return r, true
}

// clock reads hhmmss.ss.
func clock(s string) (time.Duration, bool) {
	if len(s) < 6 {
		return 0, false
	}
	h, err1 := strconv.Atoi(s[:2])
	m, err2 := strconv.Atoi(s[2:4])
	sec, err3 := strconv.ParseFloat(s[4:], 64)
	if err1 != nil || err2 != nil || err3 != nil || h < 0 || h > 23 || m < 0 || m > 59 || !(sec >= 0 && sec < 61) {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec*float64(time.Second)), true
}

// place reads ddmm.mmmm and dddmm.mmmm.
func place(lat, ns, lon, ew string) (latDeg, lonDeg float64, ok bool) {
	latDeg, ok1 := degrees(lat, 2, 90)
	lonDeg, ok2 := degrees(lon, 3, 180)
	switch {
	case ns == "S":
		latDeg = -latDeg
	case ns != "N":
		return 0, 0, false
	}
	switch {
	case ew == "W":
		lonDeg = -lonDeg
	case ew != "E":
		return 0, 0, false
	}
	return latDeg, lonDeg, ok1 && ok2
}

func degrees(s string, digits int, most float64) (float64, bool) {
	if len(s) < digits+2 {
		return 0, false
	}
	d, err1 := strconv.Atoi(s[:digits])
	m, err2 := strconv.ParseFloat(s[digits:], 64)
	v := float64(d) + m/60
	return v, err1 == nil && err2 == nil && d >= 0 && m >= 0 && m < 60 && v <= most
}
