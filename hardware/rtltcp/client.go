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
}

const (
	dialWithin  = 5 * time.Second
	writeWithin = time.Second
	defaultRate = 2.4e6
	defaultFreq = 954.3e6
	clockHz     = 28.8e6 // of the RTL2832U

	// What is on the way when a command is sent: rtl_tcp's buffer of 128 Ki samples, and the network.
	bufferSamples = 1 << 17
	networkS      = 0.050
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
	return &client{conn: conn, kind: binary.BigEndian.Uint32(greeting[4:]), quit: make(chan struct{})}, nil
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

// Tune sends what is asked for. The protocol has no answer: what a dongle does with it is computed.
func (c *client) Tune(t radio.Tuning) (live.Setting, error) {
	if t.FreqHz > maxFreqHz {
		return live.Setting{}, fmt.Errorf("tune %.6g MHz: rtl_tcp's protocol ends at %.6g MHz", t.FreqHz/1e6, maxFreqHz/1e6)
	}
	if t.RateHz != 0 && t.RateHz != c.now.RateHz {
		hz := math.Round(t.RateHz)
		if !(hz > 900e3 && hz <= 3.2e6) {
			return live.Setting{}, fmt.Errorf("rate %.6g Msps: a dongle does 0.9 to 3.2", t.RateHz/1e6)
		}
		if err := c.send(cmdRate, uint32(hz)); err != nil {
			return live.Setting{}, err
		}
		c.now.RateHz = hz
	}
	if t.FreqHz != 0 {
		c.now.FreqHz = math.Round(t.FreqHz)
		if err := c.send(cmdFreq, uint32(c.now.FreqHz)); err != nil {
			return live.Setting{}, err
		}
	}
	if len(tunerGains(c.kind)) == 0 {
		if err := c.send(cmdGainMode, 0); err != nil {
			return live.Setting{}, err
		}
	} else if t.GainDB != c.now.GainDB || !t.Auto {
		if err := errors.Join(c.send(cmdGainMode, 1), c.send(cmdGain, uint32(int32(math.Round(t.GainDB*10))))); err != nil {
			return live.Setting{}, err
		}
		c.now.GainDB = math.Round(t.GainDB*10) / 10
	}
	c.now.BandHz = 0.9 * c.now.RateHz
	return live.Setting{Tuning: c.now, Stale: bufferSamples + int64(networkS*c.now.RateHz)}, nil
}

func (c *client) send(cmd byte, arg uint32) error {
	var b [commandN]byte
	b[0] = cmd
	binary.BigEndian.PutUint32(b[1:], arg)
	c.conn.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := c.conn.Write(b[:]); err != nil {
		return fmt.Errorf("%w: %w", live.ErrGone, err)
	}
	return nil
}

// Stream passes on what the server sends.
func (c *client) Stream(put func(octets []byte, lost int64)) error {
	buf := make([]byte, 1<<15)
	for have := 0; ; {
		n, err := c.conn.Read(buf[have:])
		have += n
		whole := have - have%sampleSize
		if whole > 0 {
			put(buf[:whole], 0)
		}
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

func (c *client) Close() error {
	c.close.Do(func() { close(c.quit) })
	c.conn.Close()
	return nil
}
