package grid

// Subframe is one subframe of a Carrier with its channel. It is valid until the next one is opened.
type Subframe struct {
	Index  int // counted from Timing.Frame
	SFN    int
	Number int // 0 to 9

	carrier *Carrier
	symbols [14][]complex64
	got     [14]bool
	h       [2][4][]complex64
	slots   int // estimates: one for both slots, or one each
	noise   []float32
	perPRB  []float32
}

// scratch is room for one estimate.
func (s *Subframe) scratch(width int) []complex64 {
	if cap(s.h[0][0]) < width {
		for i := range s.h {
			for p := range s.h[i] {
				s.h[i][p] = make([]complex64, width)
			}
		}
		for l := range s.symbols {
			s.symbols[l] = make([]complex64, width)
		}
	}
	return s.h[0][0][:width]
}

// averaged is how many slots on either side make one estimate for a whole subframe good enough.
const averaged = 6

// Open demodulates the first eight symbols of a subframe, control region included, and estimates the channel of every port
// and the noise, taking the subframe for one that is wholly downlink (or a special one). It returns nil when the subframe is
// not wholly in view.
func (c *Carrier) Open(index int) *Subframe {
	per := c.Timing.CP.SymbolsPerSlot()
	if index < 0 || index >= c.Subframes ||
		!c.demod.Inside(c.Timing, Symbol{2 * index, 0}, len(c.iq)) || !c.demod.Inside(c.Timing, Symbol{2*index + 1, per - 1}, len(c.iq)) {
		return nil
	}
	s := &c.sub
	s.scratch(c.Width())
	s.carrier, s.Index, s.SFN, s.Number = c, index, c.sfn(index), index%10
	clear(s.got[:])
	s.load(0, 8)
	s.slots = 2
	if c.model.Slots >= averaged {
		s.slots = 1
	}
	var self float32
	for i := range s.slots {
		first, last := 2*index+i, 2*index+i
		if s.slots == 1 {
			last++
		}
		for port := range c.Ports {
			h := s.h[i][port][:c.Width()]
			w, ok := c.Estimate(h, port, first, last, c.model, true)
			if !ok {
				clear(h)
			}
			if port == 0 {
				self = w
			}
		}
	}
	s.measure(self)
	return s
}

// load demodulates symbols from up to, but not including, to.
func (s *Subframe) load(from, to int) {
	c := s.carrier
	per := c.Timing.CP.SymbolsPerSlot()
	c.syms = c.syms[:0]
	for l := from; l < min(to, 2*per); l++ {
		c.syms = append(c.syms, Symbol{2*s.Index + l/per, l % per})
	}
	c.demod.Run(c.iq, c.Timing, c.syms, c.Width(), func(i int, sub []complex64) {
		copy(s.symbols[from+i], sub)
		s.got[from+i] = true
	})
}

// measure fills the noise per resource block: what the reference elements of ports 0 and 1 in this subframe miss the
// estimate by, over a few blocks.
func (s *Subframe) measure(self float32) {
	const reach = 3 // resource blocks on either side
	c := s.carrier
	if cap(s.noise) < c.PRB {
		s.noise = make([]float32, c.PRB)
		s.perPRB = make([]float32, c.PRB)
	}
	s.noise, s.perPRB = s.noise[:c.PRB], s.perPRB[:c.PRB]
	clear(s.perPRB)
	n := 0
	for port := range min(2, c.Ports) {
		for slot := 2 * s.Index; slot < 2*s.Index+2; slot++ {
			h := s.h[(slot&1)*(s.slots-1)][port]
			for kind := 0; kind < 3; kind += 2 {
				v, odd, ok := c.pilot(port, slot, kind)
				if !ok {
					continue
				}
				first := int(c.PCI)%3 + 3*(odd)
				for m, x := range v {
					s.perPRB[m/2] += power(x - h[first+6*m])
				}
				n += 2
			}
		}
	}
	scale := 1 / (max(float32(n), 1) * max(1-self, 0.1))
	for p := range s.noise {
		var sum float32
		blocks := 0
		for q := max(0, p-reach); q <= min(c.PRB-1, p+reach); q++ {
			if c.visible[q] {
				sum += s.perPRB[q]
				blocks++
			}
		}
		s.noise[p] = max(sum*scale/float32(max(blocks, 1)), 1e-20)
	}
}

// Symbol is the subcarriers of symbol l (0 to 13, or 11 with the extended cyclic prefix), lowest frequency first, the
// carrier itself left out.
func (s *Subframe) Symbol(l int) []complex64 {
	if !s.got[l] {
		s.load(8, 14)
	}
	return s.symbols[l][:s.carrier.Width()]
}

// Channel is the channel of a port at symbol l.
func (s *Subframe) Channel(port, l int) []complex64 {
	slot := 0
	if s.slots == 2 && l >= s.carrier.Timing.CP.SymbolsPerSlot() {
		slot = 1
	}
	return s.h[slot][port][:s.carrier.Width()]
}

// Noise is the power of noise and interference per resource element, by resource block, in the units of Symbol.
func (s *Subframe) Noise() []float32 { return s.noise }

// Carrier is the carrier it is a subframe of.
func (s *Subframe) Carrier() *Carrier { return s.carrier }
