package post

import (
	"cmp"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
)

// quiet swallows what the HTTP server has to say of clients that behave badly: it would fill the log.
var quiet = log.New(io.Discard, "", 0)

// conns is a listener that has only so many connections at once. What comes beyond is closed: it can come again, and nobody
// waits in a queue that an abuser fills.
type conns struct {
	net.Listener
	room chan struct{}
}

func limitConns(l net.Listener, n int) net.Listener { return conns{l, make(chan struct{}, n)} }

func (c conns) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case c.room <- struct{}{}:
			return &limitedConn{Conn: conn, room: c.room}, nil
		default:
			conn.Close()
		}
	}
}

type limitedConn struct {
	net.Conn
	room chan struct{}
	once sync.Once
}

func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.room })
	return err
}

// limitRate answers only so many requests a second.
func limitRate(next http.Handler) http.Handler {
	var mu sync.Mutex
	start, tokens, at := time.Now(), float64(atOnce), time.Duration(0)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		now := time.Since(start)
		tokens = min(atOnce, tokens+perSecond*(now-at).Seconds())
		at = now
		ok := tokens >= 1
		if ok {
			tokens--
		}
		mu.Unlock()
		if !ok {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func sortSpectra(list []spectrum) {
	slices.SortFunc(list, func(a, b spectrum) int { return cmp.Compare(a.FreqHz, b.FreqHz) })
}

func sortPlaces(list []mapPlace) {
	slices.SortFunc(list, func(a, b mapPlace) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name)) })
}

// where is a cell's place: as it was worked out on the way, or as the list has it. mu is held.
func (p *Post) where(r *radioState, c *survey.Cell) (mapPlace, bool) {
	m := mapPlace{Name: subjectOf(c), Known: c.Known, Level: c.Level}
	if c.Place != nil && c.Place.Lat != nil && c.Place.Lon != nil {
		m.Lat, m.Lon, m.ErrM, m.From = *c.Place.Lat, *c.Place.Lon, c.Place.RadiusM, "estimate"
		return m, true
	}
	if c.ECI == nil || len(c.PLMNs) == 0 || r.number >= len(p.lists) {
		return m, false
	}
	plmn, err := lte.ParsePLMN(c.PLMNs[0])
	if err != nil {
		return m, false
	}
	for _, f := range p.lists[r.number].Known.ByECI(plmn, lte.ECI(*c.ECI)) {
		if f.Place != nil {
			m.Lat, m.Lon, m.From = f.Place.Lat, f.Place.Lon, "list"
			return m, true
		}
	}
	return m, false
}
