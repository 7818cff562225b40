package export

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// Packet is one broadcast message as it was received. Paging never is one.
type Packet struct {
	Channel rrc.Channel // BCCHBCH or BCCHDLSCH
	Octets  []byte
	Time    time.Time
	FreqHz  float64 // of the carrier
	EARFCN  *uint32
	PCI     lte.PCI
	SFN     int // -1: unknown
	Subframe,
	RV int
	SINRdB float64
	Note   string
}

// GSMTAP, version 2, as the Osmocom project defines it in libosmocore's gsmtap.h and Wireshark reads it: sixteen octets in UDP
// to port 4729.
const (
	gsmtapPort    = 4729
	gsmtapVersion = 2
	gsmtapWords   = 4
	gsmtapLTERRC  = 0x0d // type: LTE RRC
	gsmtapARFCNs  = 1<<14 - 1
)

// subtype says which message of LTE RRC it is.
func subtype(c rrc.Channel) (byte, bool) {
	switch c {
	case rrc.BCCHBCH:
		return 4, true
	case rrc.BCCHDLSCH:
		return 5, true
	}
	return 0, false
}

// gsmtap puts the header before a message. Of a channel number the format holds 14 bits: larger ones are in the packet's
// comment alone. There is no field for a level that is not in dBm.
func (p *Packet) gsmtap() []byte {
	sub, _ := subtype(p.Channel)
	b := make([]byte, 16, 16+len(p.Octets))
	b[0], b[1], b[2] = gsmtapVersion, gsmtapWords, gsmtapLTERRC
	if p.EARFCN != nil && *p.EARFCN <= gsmtapARFCNs {
		binary.BigEndian.PutUint16(b[4:], uint16(*p.EARFCN))
	}
	b[7] = byte(int8(math.Max(-128, math.Min(127, math.Round(p.SINRdB)))))
	if p.SFN >= 0 {
		binary.BigEndian.PutUint32(b[8:], uint32(p.SFN))
	}
	b[12] = sub
	if p.Channel == rrc.BCCHDLSCH && p.Subframe > 0 {
		b[14] = byte(p.Subframe)
	}
	return append(b, p.Octets...)
}

// udp is the packet as if it had been sent to Wireshark on this computer.
func (p *Packet) udp() []byte {
	tap := p.gsmtap()
	b := make([]byte, 28, 28+len(tap))
	b[0], b[8], b[9] = 0x45, 64, 17
	binary.BigEndian.PutUint16(b[2:], uint16(28+len(tap)))
	copy(b[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
	var sum uint32
	for i := 0; i < 20; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum))
	binary.BigEndian.PutUint16(b[20:], gsmtapPort)
	binary.BigEndian.PutUint16(b[22:], gsmtapPort)
	binary.BigEndian.PutUint16(b[24:], uint16(8+len(tap)))
	return append(b, tap...) // no checksum: IPv4 asks for none
}
