package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// capture writes packets as pcapng (draft-ietf-opsawg-pcapng §4): a section, an interface for each carrier, and packets with their time
// and a comment.
type capture struct {
	w        *bufio.Writer
	carriers map[string]uint32
}

// Types of blocks and options.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6

	optComment     = 1
	optName        = 2
	optDescription = 3
	optProgram     = 4
	optResolution  = 9

	linkIPv4    = 228
	nanoseconds = 9 // 10^-9
)

func newCapture(w io.Writer, program string) (*capture, error) {
	c := &capture{w: bufio.NewWriter(w), carriers: map[string]uint32{}}
	b := binary.LittleEndian.AppendUint32(nil, 0x1a2b3c4d)
	b = append(b, 1, 0, 0, 0) // version 1.0
	b = binary.LittleEndian.AppendUint64(b, 1<<64-1)
	return c, c.block(blockSection, endOptions(option(b, optProgram, []byte(clean(program)))))
}

// option adds one to a block.
func option(b []byte, code uint16, value []byte) []byte {
	value = value[:min(len(value), 1<<15)]
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func endOptions(b []byte) []byte { return append(b, 0, 0, 0, 0) }

func pad(b []byte) []byte {
	for len(b)%4 > 0 {
		b = append(b, 0)
	}
	return b
}

func (c *capture) block(kind uint32, body []byte) error {
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(12+len(body)))
	b = binary.LittleEndian.AppendUint32(append(b, body...), uint32(12+len(body)))
	_, err := c.w.Write(b)
	return err
}

// carrier is the number of a carrier's interface.
func (c *capture) carrier(name string, freqHz float64) (uint32, error) {
	if id, ok := c.carriers[name]; ok {
		return id, nil
	}
	id := uint32(len(c.carriers))
	c.carriers[name] = id
	b := []byte{linkIPv4, 0, 0, 0, 0, 0, 0, 0} // packets of any length
	b = option(b, optName, []byte(name))
	b = option(b, optDescription, fmt.Appendf(nil, "LTE downlink carrier on %.1f kHz", freqHz/1e3))
	return id, c.block(blockInterface, endOptions(option(b, optResolution, []byte{nanoseconds})))
}

// add writes one packet; what is no broadcast message is refused.
func (c *capture) add(p Packet) error {
	if _, ok := subtype(p.Channel); !ok {
		return fmt.Errorf("export: a message of channel %q is not for others", p.Channel)
	}
	name := fmt.Sprintf("%.6g MHz", p.FreqHz/1e6)
	if p.EARFCN != nil {
		name = fmt.Sprintf("EARFCN %d, %s", *p.EARFCN, name)
	}
	id, err := c.carrier(name, p.FreqHz)
	if err != nil {
		return err
	}
	at := p.Time
	if at.Before(time.Unix(0, 0)) {
		at = time.Unix(0, 0)
	}
	ns := uint64(at.UnixNano())
	data := p.udp()
	b := make([]byte, 0, 64+len(data))
	for _, v := range []uint32{id, uint32(ns >> 32), uint32(ns), uint32(len(data)), uint32(len(data))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	note := join(fmt.Sprintf("PCI %d, %s, SINR %.1f dB", p.PCI, name, p.SINRdB), clean(p.Note))
	return c.block(blockPacket, endOptions(option(pad(append(b, data...)), optComment, []byte(note))))
}

func (c *capture) close() error { return c.w.Flush() }
