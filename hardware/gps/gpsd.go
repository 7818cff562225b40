package gps

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"time"
)

// maxLine bounds one line of gpsd or of a receiver; a SKY object with all satellites takes some kilobytes.
const maxLine = 64 << 10

// gpsd is a connection to gpsd, which speaks lines of JSON (gpsd_json(5)).
type gpsd struct {
	conn  net.Conn
	lines *bufio.Reader
	hdop  float64 // of the newest SKY: TPV does not repeat it
}

func dialGPSD(host string) (line, error) {
	conn, err := net.DialTimeout("tcp", host, 5*time.Second)
	if err != nil {
		return nil, err
	}
	conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	if _, err := conn.Write([]byte("?WATCH={\"enable\":true,\"json\":true};\n")); err != nil {
		conn.Close()
		return nil, err
	}
	return &gpsd{conn: conn, lines: bufio.NewReaderSize(conn, maxLine)}, nil
}

func (g *gpsd) Close() error { return g.conn.Close() }

// isSilence tells that a line lives and says nothing.
func isSilence(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

func (g *gpsd) next() (report, error) {
	for {
		g.conn.SetReadDeadline(time.Now().Add(silence))
		text, err := g.lines.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				err = fmt.Errorf("a line of more than %d octets: this is not gpsd", maxLine)
			}
			return report{}, err
		}
		if r, ok := g.parse(text, time.Now()); ok {
			return r, nil
		}
	}
}

// tpv and sky hold what is used of gpsd's objects.
type tpv struct {
	Class string   `json:"class"`
	Mode  int      `json:"mode"` // 0, 1: no fix
	Time  string   `json:"time"`
	Lat   *float64 `json:"lat"`
	Lon   *float64 `json:"lon"`
	Eph   float64  `json:"eph"` // horizontal error, m, 95 %
	Epx   float64  `json:"epx"`
	Epy   float64  `json:"epy"`
	HDOP  float64  `json:"hdop"`
}

// parse reads one line. It is false for what is no report.
func (g *gpsd) parse(text []byte, now time.Time) (report, bool) {
	var o tpv
	if json.Unmarshal(text, &o) != nil {
		return report{}, false
	}
	switch o.Class {
	case "SKY":
		if o.HDOP > 0 {
			g.hdop = o.HDOP
		}
		return report{}, false
	case "TPV":
	default:
		return report{}, false
	}
	r := report{arrived: now}
	if t, err := time.Parse(time.RFC3339, o.Time); err == nil {
		r.time = t
	}
	if o.Mode < 2 || o.Lat == nil || o.Lon == nil {
		return r, true
	}
	r.fix, r.lat, r.lon, r.hdop = true, *o.Lat, *o.Lon, g.hdop
	const to68 = 1 / 2.45 // of a two-dimensional normal error's 95 % radius, to one with 68 % per axis
	switch {
	case o.Eph > 0:
		r.errM = o.Eph * to68
	case o.Epx > 0 && o.Epy > 0:
		r.errM = math.Hypot(o.Epx, o.Epy) * to68
	}
	return r, true
}
