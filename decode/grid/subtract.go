package grid

// Cancel removes the cell's reference signals from the samples it was loaded from, each through the channel that the
// neighbouring ones give. Subframes opened before are not changed by it.
func (c *Carrier) Cancel(iq []complex64) {
	c.sub.scratch(c.Width())
	h := &c.sub.h[0]
	ls := crsSymbols(c.Timing.CP)
	c.syms, c.where = c.syms[:0], c.where[:0]
	for s := range 2 * c.Subframes {
		for kind, l := range ls {
			if c.have[s*3+kind] && c.trusted(s, kind) {
				c.syms, c.where = append(c.syms, Symbol{s, l}), append(c.where, s*3+kind)
			}
		}
	}
	slot, known := -1, false
	c.demod.Subtract(iq, c.Timing, c.syms, c.Width(), func(i int, sub []complex64) bool {
		s, kind := c.where[i]/3, c.where[i]%3
		if s != slot {
			slot, known = s, true
			for port := range c.Ports {
				_, got := c.Estimate(h[port][:c.Width()], port, s, s, c.model, false)
				known = known && got
			}
		}
		if !known {
			return false
		}
		for port := range c.Ports {
			shift, sent := CRSShift(c.PCI, c.Timing.CP, port, s%20, ls[kind])
			if !sent {
				continue
			}
			for m, v := range c.ref[s%20][kind] {
				sub[shift+6*m] = v * h[port][shift+6*m]
			}
		}
		return true
	})
}
