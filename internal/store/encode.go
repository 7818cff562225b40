package store

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
)

// maxObs bounds the observations of one look that are stored; a look has tens.
const maxObs = 256

// The columns of an observation in the order of observationColumns.
const observationColumns = `id, freq_hz, pci, duplex, cp, ports, first_milli, mib, prb, phich_duration, phich_resource, sfn, spare, mib_crcs, mib_fails,
	rsrp_cdb, rssi_cdb, rsrq_cdb, sinr_cdb, cfo_chz, cfo_se_chz, clock_e4ppm, clock_se_e4ppm, stop, ghost, messages, rest`

const (
	perSample = 1000
	perDB     = 100
	perHz     = 100
	perPPM    = 10000
)

// scaled is NULL where a measurement is none.
func scaled(v float64, per float64) any {
	n := math.Round(v * per)
	if !(math.Abs(n) < 1<<53) {
		return nil
	}
	return int64(n)
}

func unscaled(n *int64, per float64) float64 {
	if n == nil {
		return math.NaN()
	}
	return float64(*n) / per
}

// rest is what has no column: of the observation itself, with everything that has one taken out.
var restShape = shapeOf(reflect.TypeFor[lte.Observation]())

// The content of a message is what was read from its octets.
type content struct {
	SIB1 *lte.SIB1
	SIBs []lte.SIBContent
}

var contentShape = shapeOf(reflect.TypeFor[content]())

// message is an octet string that a cell sent.
type message struct {
	entry   int
	octets  []byte
	content content
}

// row makes the columns of an observation; keep gives every message its id.
func row(id int64, l *survey.Look, o lte.Observation, keep func(o *lte.Observation, m message) int64) []any {
	var refs []byte
	add := func(m message) { refs = binary.AppendVarint(refs, keep(&o, m)) }
	if o.SIB1Octets != nil || o.SIB1 != nil || len(o.SIB1Others) > 0 || len(o.Messages) > 0 {
		add(message{0, o.SIB1Octets, content{SIB1: o.SIB1}})
		for _, x := range o.SIB1Others {
			add(message{0, x.Octets, content{SIB1: x.SIB1}})
		}
		for _, m := range o.Messages {
			add(message{m.Entry, m.Octets, content{SIBs: m.SIBs}})
		}
	}
	s := &o.Signal
	cols := []any{id, o.FreqHz, int(o.PCI), int(o.Duplex), int(o.CP), o.Ports, scaled(o.FirstSample-float64(l.First), perSample)}
	if m := o.MIB; m != nil {
		cols = append(cols, int(m.Raw[0])<<16|int(m.Raw[1])<<8|int(m.Raw[2]), m.PRB, int(m.PHICHDuration), int(m.PHICHResource), m.SFN, int(m.Spare))
	} else {
		cols = append(cols, nil, nil, nil, nil, nil, nil)
	}
	cols = append(cols, o.MIBCRCs, o.MIBFails, scaled(s.RSRPdBFS, perDB), scaled(s.RSSIdBFS, perDB), scaled(s.RSRQdB, perDB), scaled(s.SINRdB, perDB),
		scaled(s.CFOHz, perHz), scaled(s.CFOSEHz, perHz), scaled(s.ClockPPM, perPPM), scaled(s.ClockSE, perPPM), int(o.Stop))
	if o.Ghost == "" {
		cols = append(cols, nil)
	} else {
		cols = append(cols, o.Ghost)
	}
	return append(cols, refs, rest(l, o))
}

// rest packs what has no column; NULL if that is nothing.
func rest(l *survey.Look, o lte.Observation) []byte {
	others, messages := o.SIB1Others, o.Messages
	o.SIB1, o.SIB1Octets, o.SIB1Others, o.Messages = nil, nil, nil, nil
	for _, x := range others {
		o.SIB1Others = append(o.SIB1Others, lte.OtherSIB1{CRCs: x.CRCs})
	}
	for _, m := range messages {
		m.Octets, m.SIBs = nil, nil
		o.Messages = append(o.Messages, m)
	}
	for _, same := range []struct {
		v    *float64
		look float64
	}{{&o.StartS, l.StartS}, {&o.EndS, l.EndS}, {&o.CaptureHz, l.Tuning.FreqHz}, {&o.RateHz, l.Tuning.RateHz}} {
		if *same.v == same.look {
			*same.v = 0
		}
	}
	o.FreqHz, o.PCI, o.Duplex, o.CP, o.Ports, o.FirstSample, o.MIB = 0, 0, 0, 0, 0, 0, nil
	o.MIBCRCs, o.MIBFails, o.Stop, o.Ghost = 0, 0, 0, ""
	s := &o.Signal
	s.RSRPdBFS, s.RSSIdBFS, s.RSRQdB, s.SINRdB, s.CFOHz, s.CFOSEHz, s.ClockPPM, s.ClockSE = 0, 0, 0, 0, 0, 0, 0, 0
	if v := reflect.ValueOf(o); !v.IsZero() {
		return pack(nil, v)
	}
	return nil
}

// columns receives one row of observationColumns.
type columns struct {
	id                           int64
	freqHz                       float64
	pci, duplex, cp, ports       int
	first                        *int64
	mib, prb, duration, resource *int
	sfn, spare                   *int
	crcs, fails                  int
	rsrp, rssi, rsrq, sinr       *int64
	cfo, cfoSE, clock, clockSE   *int64
	stop                         int
	ghost                        *string
	messages, rest               []byte
}

func (c *columns) pointers() []any {
	return []any{&c.id, &c.freqHz, &c.pci, &c.duplex, &c.cp, &c.ports, &c.first, &c.mib, &c.prb, &c.duration, &c.resource, &c.sfn, &c.spare,
		&c.crcs, &c.fails, &c.rsrp, &c.rssi, &c.rsrq, &c.sinr, &c.cfo, &c.cfoSE, &c.clock, &c.clockSE, &c.stop, &c.ghost, &c.messages, &c.rest}
}

// observation is what row made columns of. A file may hold anything: what cannot be is an error.
func (c *columns) observation(l *survey.Look, shape string, get func(int64) (*message, error)) (lte.Observation, error) {
	var o lte.Observation
	if len(c.rest) > 0 {
		u := unpacker{b: c.rest}
		if _, err := u.value(shape, reflect.ValueOf(&o).Elem()); err != nil {
			return o, err
		}
	}
	for _, same := range []struct {
		v    *float64
		look float64
	}{{&o.StartS, l.StartS}, {&o.EndS, l.EndS}, {&o.CaptureHz, l.Tuning.FreqHz}, {&o.RateHz, l.Tuning.RateHz}} {
		if *same.v == 0 {
			*same.v = same.look
		}
	}
	if c.pci < 0 || c.pci >= lte.PCIs {
		return o, errTorn
	}
	o.FreqHz, o.PCI, o.Duplex, o.CP, o.Ports = c.freqHz, lte.PCI(c.pci), lte.Duplex(c.duplex), lte.CP(c.cp), c.ports
	if c.first == nil {
		return o, errTorn
	}
	o.FirstSample = float64(l.First*perSample+*c.first) / perSample
	o.MIBCRCs, o.MIBFails, o.Stop = c.crcs, c.fails, lte.Stop(c.stop)
	if c.ghost != nil {
		o.Ghost = *c.ghost
	}
	if c.mib != nil && c.prb != nil && c.duration != nil && c.resource != nil && c.sfn != nil && c.spare != nil {
		o.MIB = &lte.MIB{PRB: *c.prb, PHICHDuration: lte.PHICHDuration(*c.duration), PHICHResource: lte.PHICHResource(*c.resource),
			SFN: *c.sfn, Spare: uint16(*c.spare), Raw: [3]byte{byte(*c.mib >> 16), byte(*c.mib >> 8), byte(*c.mib)}}
	}
	s := &o.Signal
	s.RSRPdBFS, s.RSSIdBFS, s.RSRQdB, s.SINRdB = unscaled(c.rsrp, perDB), unscaled(c.rssi, perDB), unscaled(c.rsrq, perDB), unscaled(c.sinr, perDB)
	s.CFOHz, s.CFOSEHz, s.ClockPPM, s.ClockSE = unscaled(c.cfo, perHz), unscaled(c.cfoSE, perHz), unscaled(c.clock, perPPM), unscaled(c.clockSE, perPPM)
	return o, c.heard(&o, get)
}

// heard puts the messages back.
func (c *columns) heard(o *lte.Observation, get func(int64) (*message, error)) error {
	if len(c.messages) == 0 {
		return nil
	}
	b := c.messages
	next := func() (*message, error) {
		id, n := binary.Varint(b)
		if n <= 0 {
			return nil, errTorn
		}
		b = b[n:]
		return get(id)
	}
	m, err := next()
	if err != nil {
		return err
	}
	o.SIB1, o.SIB1Octets = m.content.SIB1, m.octets
	for i := range o.SIB1Others {
		if m, err = next(); err != nil {
			return err
		}
		o.SIB1Others[i].SIB1, o.SIB1Others[i].Octets = m.content.SIB1, m.octets
	}
	for i := range o.Messages {
		if m, err = next(); err != nil {
			return err
		}
		o.Messages[i].Octets, o.Messages[i].SIBs = m.octets, m.content.SIBs
	}
	return nil
}
