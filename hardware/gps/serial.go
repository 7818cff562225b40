package gps

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"go.bug.st/serial"
)

// port is a receiver on a serial line.
type port struct {
	p     serial.Port
	nmea  nmea
	buf   []byte
	chunk [512]byte
}

func openSerial(name string, baud int) (line, error) {
	p, err := serial.Open(name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, err
	}
	if err := p.SetReadTimeout(silence); err != nil {
		p.Close()
		return nil, err
	}
	return &port{p: p}, nil
}

func (s *port) Close() error { return s.p.Close() }

// maxSentence is what NMEA 0183 allows (82), and some.
const maxSentence = 256

func (s *port) next() (report, error) {
	for began := time.Now(); ; {
		for {
			i := bytes.IndexByte(s.buf, '\n')
			if i < 0 {
				break
			}
			text := string(s.buf[:min(i, maxSentence)])
			s.buf = s.buf[i+1:]
			if r, ok := s.nmea.sentence(text, time.Now()); ok {
				return r, nil
			}
		}
		if len(s.buf) > maxSentence { // binary, or the wrong rate
			s.buf = nil
		}
		if time.Since(began) > silence {
			return report{}, fmt.Errorf("no sentence: %w", os.ErrDeadlineExceeded)
		}
		n, err := s.p.Read(s.chunk[:])
		if err != nil {
			return report{}, err
		}
		s.buf = append(s.buf, s.chunk[:n]...)
	}
}
