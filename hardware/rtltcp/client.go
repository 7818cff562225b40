package rtltcp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
)

// client is a connection to an rtl_tcp server.
type client struct {
	conn  net.Conn
	kind  uint32
	quit  chan struct{}
	close sync.Once
	now   radio.Tuning
	ended chan struct{} // Stream has returned

	unmarked bool // no mark came for the first change of tuning: others do not wait for one

	mu    sync.Mutex
	sent  int // marks
	came  int // of them; none: perhaps this server's dongle does not do them
	since int // octets that came since the last was sent
	mark  mark
	wake  chan struct{} // one came
}

const (
	dialWithin  = 5 * time.Second
	writeWithin = time.Second
	defaultRate = 2.4e6
	defaultFreq = 954.3e6
	clockHz     = 28.8e6 // of the RTL2832U

	// What is on the way when a command is sent, where no mark tells: rtl_tcp's buffer of 128 Ki samples, and the network.
	bufferSamples = 1 << 17
	networkS      = 0.050
	// settleS is what an R820T's synthesiser still needs after the last command.
	settleS = 0.002
	// markWithin is how long a mark may take. A line that holds more than that is of no use until it is empty, as a new one is.
	markWithin = time.Second
)

// Parse takes a URI like rtltcp://host:1234 apart.
func Parse(uri string) (address string, err error) {
	u, err := url.Parse(uri)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", errors.New("type it like rtltcp://10.0.0.7:1234")
	}
	port := u.Port()
	if port == "" {
		port = "1234"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// Dial connects to the server at address.
func Dial(ctx context.Context, address string) (live.Driver, error) {
	dialer := net.Dialer{Timeout: dialWithin}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w: is rtl_tcp running there?", err)
	}
	conn.SetReadDeadline(time.Now().Add(dialWithin))
	var greeting [greetingN]byte
	if _, err := io.ReadFull(conn, greeting[:]); err != nil {
		conn.Close()
		return nil, fmt.Errorf("no greeting: %w: rtl_tcp serves one client at a time", err)
	}
	if string(greeting[:4]) != magic {
		conn.Close()
		return nil, fmt.Errorf("it greets with %q: this is no rtl_tcp server", greeting[:4])
	}
	conn.SetReadDeadline(time.Time{})
	return &client{
		conn: conn, kind: binary.BigEndian.Uint32(greeting[4:]),
		quit: make(chan struct{}), ended: make(chan struct{}), wake: make(chan struct{}, 1),
	}, nil
}

func (c *client) Facts() live.Facts {
	return live.Facts{
		Info: radio.Info{
			Driver: "rtltcp", Serial: tunerName(c.kind), MinHz: 24e6, MaxHz: 2200e6, Rates: []float64{1.92e6, 2.048e6, defaultRate},
			Bits: 8, PPM: 20,
		},
		Format: "cu8", Gains: tunerGains(c.kind), Start: radio.Tuning{FreqHz: defaultFreq, RateHz: defaultRate},
	}
}

// Tune sends what is asked for, between the two commands that make a mark, and waits until the mark has come. The protocol has no
// other answer: what a dongle does with it is computed.
func (c *client) Tune(t radio.Tuning) (live.Setting, error) {
	if t.FreqHz > maxFreqHz {
		return live.Setting{}, fmt.Errorf("tune %.6g MHz: rtl_tcp's protocol ends at %.6g MHz", t.FreqHz/1e6, maxFreqHz/1e6)
	}
	now, ask := c.now, command(cmdTest, 1)
	if t.RateHz != 0 && t.RateHz != now.RateHz {
		hz := math.Round(t.RateHz)
		if !(hz > 900e3 && hz <= 3.2e6) {
			return live.Setting{}, fmt.Errorf("rate %.6g Msps: a dongle does 0.9 to 3.2", t.RateHz/1e6)
		}
		ask = append(ask, command(cmdRate, uint32(hz))...)
		now.RateHz = hz
	}
	if t.FreqHz != 0 {
		now.FreqHz = math.Round(t.FreqHz)
		ask = append(ask, command(cmdFreq, uint32(now.FreqHz))...)
	}
	if len(tunerGains(c.kind)) == 0 {
		ask = append(ask, command(cmdGainMode, 0)...)
	} else if t.GainDB != now.GainDB || !t.Auto {
		ask = append(ask, slices.Concat(command(cmdGainMode, 1), command(cmdGain, uint32(int32(math.Round(t.GainDB*10)))))...)
		now.GainDB = math.Round(t.GainDB*10) / 10
	}
	now.BandHz = 0.9 * now.RateHz
	c.now = now
	c.mu.Lock()
	c.sent++
	c.since = 0
	c.mu.Unlock()
	c.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := c.conn.Write(append(ask, command(cmdTest, 0)...)); err != nil {
		return live.Setting{}, fmt.Errorf("%w: %w", live.ErrGone, err)
	}
	stale := bufferSamples + int64(networkS*now.RateHz)
	marked, err := c.await(2 * sampleSize * int(stale))
	if err != nil {
		return live.Setting{}, err
	}
	if marked {
		stale = int64(settleS * now.RateHz)
	}
	return live.Setting{Tuning: now, Stale: stale}, nil
}

// await waits for the mark that was sent last. A server that never sent one, and sent enough octets since that would have held it, is
// believed to have none.
func (c *client) await(enough int) (marked bool, err error) {
	t := time.NewTimer(markWithin)
	defer t.Stop()
	for late := false; ; {
		c.mu.Lock()
		done, does, held := c.came == c.sent, c.came > 0, c.since < enough
		c.mu.Unlock()
		switch {
		case done || !does && c.unmarked:
			return done, nil
		case late && !does && !held:
			c.unmarked = true
			return false, nil
		case late:
			return false, fmt.Errorf("%w: the line is more than %v behind: it must carry %.0f Mbit/s", live.ErrGone, markWithin, c.now.RateHz*16/1e6)
		}
		select {
		case <-c.wake:
		case <-c.ended:
			return false, fmt.Errorf("%w: the server ended the connection", live.ErrGone)
		case <-t.C:
			late = true
		}
	}
}

func command(number byte, arg uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte{number}, arg)
}

// Stream passes on what the server sends.
func (c *client) Stream(put func(octets []byte, lost int64)) error {
	defer close(c.ended)
	buf := make([]byte, 1<<15)
	for have := 0; ; {
		n, err := c.conn.Read(buf[have:])
		came := buf[have : have+n]
		have += n
		whole := have - have%sampleSize
		if whole > 0 {
			put(buf[:whole], 0)
		}
		c.look(came)
		have = copy(buf, buf[whole:have])
		if err != nil {
			select {
			case <-c.quit:
				return nil
			default:
				return fmt.Errorf("the server is gone: %w", err)
			}
		}
	}
}

// look looks for marks, while there are any to come, in what was passed on just now and nobody kept: Tune has not returned.
func (c *client) look(octets []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since += len(octets)
	for c.came < c.sent {
		n := c.mark.end(octets)
		if n < 0 {
			return
		}
		octets = octets[n:]
		c.came++
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
}

func (c *client) Close() error {
	c.close.Do(func() { close(c.quit) })
	c.conn.Close()
	return nil
}
