package rtltcp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// Server offers a source to rtl_tcp's clients, one at a time, as rtl_tcp does. Each gets a source of its own, from its
// beginning and as it asks for it.
type Server struct {
	Open func() (radio.Source, error)
	// Say tells what a client asked for and what it got.
	Say func(format string, a ...any)
	// Note, if there is one, is called for each request a client made, with the number of samples sent before it.
	Note func(sent int64, t radio.Tuning)
}

// serveChunk is how many samples are sent at once: 7 ms at 2.4 Msps.
const serveChunk = 1 << 14

// tellWithin is how long a client that stopped reading may keep the server.
const tellWithin = 30 * time.Second

// Serve accepts clients until ctx ends, whose error it returns.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("rtl_tcp server: %w", err)
		}
		s.Say("%s connected", c.RemoteAddr())
		sent, err := s.client(ctx, c)
		c.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.Say("%s left after %d samples", c.RemoteAddr(), sent); err != nil && !gone(err) {
			s.Say("%s: %v", c.RemoteAddr(), err)
		}
	}
}

// gone says whether an error is a client that went away.
func gone(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.As(err, &op) && !op.Timeout()
}

// client serves one client until it leaves.
func (s *Server) client(ctx context.Context, c net.Conn) (sent int64, err error) {
	src, err := s.Open()
	if err != nil {
		return 0, err
	}
	defer src.Close()
	greeting := append([]byte(magic), 0, 0, 0, 1, 0, 0, 0, byte(len(tuners[1].gains)))
	if _, err := c.Write(greeting); err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	asked := make(chan [commandN]byte, 64)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer c.Close()
	wg.Go(func() {
		defer cancel()
		for {
			var cmd [commandN]byte
			if _, err := io.ReadFull(c, cmd[:]); err != nil {
				return
			}
			select {
			case asked <- cmd:
			case <-ctx.Done():
				return
			}
		}
	})

	cu8, _ := iqfile.CodecOf("cu8")
	b := radio.Block{IQ: make([]complex64, serveChunk)}
	octets := make([]byte, serveChunk*sampleSize)
	counts, counted := false, false // now; and since what was sent last
	for {
		for more := true; more; {
			select {
			case cmd := <-asked:
				if cmd[0] == cmdTest {
					counts = cmd[4] != 0
					counted = counted || counts
				} else {
					s.obey(ctx, src, cmd, sent)
				}
			default:
				more = false
			}
		}
		if err := src.Read(ctx, &b); err != nil {
			if ctx.Err() != nil {
				return sent, nil
			}
			return sent, err
		}
		out := octets[:len(b.IQ)*sampleSize]
		if cu8.Encode(out, b.IQ); counts || counted {
			count(out, sent*sampleSize)
		}
		counted = false
		c.SetWriteDeadline(time.Now().Add(tellWithin))
		if _, err := c.Write(out); err != nil {
			return sent, err
		}
		sent += int64(len(b.IQ))
	}
}

// obey does what a client asks for. What it asks for in vain is said here, for the protocol has no answer.
func (s *Server) obey(ctx context.Context, src radio.Source, cmd [commandN]byte, sent int64) {
	var want radio.Tuning
	arg := binary.BigEndian.Uint32(cmd[1:])
	switch cmd[0] {
	case cmdFreq:
		want.FreqHz = float64(arg)
	case cmdRate:
		want.RateHz = float64(arg)
	case cmdGainMode:
		if arg != 0 {
			return // the gain follows
		}
		want.Auto = true
	case cmdGain:
		want.GainDB = float64(int32(arg)) / 10
	default:
		return // what a simulated dongle has not
	}
	if want == (radio.Tuning{}) {
		return
	}
	got, err := src.Tune(ctx, want)
	if s.Note != nil {
		s.Note(sent, want)
	}
	switch {
	case err != nil:
		s.Say("%v", err)
	case want.RateHz != 0 && got.RateHz != want.RateHz:
		s.Say("asked for %.6g Msps, which this receiver does not do: it sends %.6g", want.RateHz/1e6, got.RateHz/1e6)
	case want.FreqHz != 0:
		s.Say("%.6f MHz, %.6g Msps, gain %.1f dB", got.FreqHz/1e6, got.RateHz/1e6, got.GainDB)
	}
}
