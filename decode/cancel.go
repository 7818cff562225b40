package decode

import (
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/phch"
	"github.com/straycell/straycell/decode/sync"
)

// cancel removes from iq what is known of a cell: reference signals, PBCH, PSS and SSS of the middle six resource blocks,
// each through the channel its reference signals give. The pilots must hold the cell as seen in iq.
//
// The synchronisation signals are taken as sent through one fixed combination of the ports' channels, fitted over the whole
// run: a second cell with the same PSS, aligned within a few samples, has another channel and another offset and stays. Real
// networks also change the combination from one half frame to the next (no port is promised, TS 36.211 §6.11.1.2); where
// that leaves much less, each half frame has its own, fitted over PSS and SSS together since the SSS is the cell's alone.
func (s *stage) cancel(iq []complex64, c *cell) {
	p := s.pilots
	ports := max(c.block.Ports, 1)
	snr := linear(c.signal.SINRdB)
	sm := p.Smooth(cancelSmoothings, snr)
	h := make([][4]grid.Estimate, p.Slots)
	ok := make([]bool, p.Slots)
	for slot := range h {
		ok[slot] = true
		for port := range ports {
			ok[slot] = p.Channel(&h[slot][port], port, slot, sm, snr) && ok[slot]
		}
	}
	var sent [2]struct { // PBCH of two neighbouring periods
		sfn int
		s   *phch.Sent
	}
	sent[0].sfn, sent[1].sfn = -1, -1
	number := func(frame int) int { return ((c.block.MIB.SFN+frame-c.block.Frame)%1024 + 1024) % 1024 }
	pbch := func(frame int) *phch.Sent {
		n := number(frame) &^ 3
		e := &sent[n>>2&1]
		if e.sfn != n {
			e.sfn, e.s = n, phch.Encode(&c.block, c.sync.PCI, c.sync.CP, n)
		}
		return e.s
	}
	syms, what := cancelSymbols(p.Slots, c.sync.Duplex, c.sync.CP)

	// Fit the combination of ports for PSS and SSS.
	nid1, nid2 := c.sync.PCI.NID1(), c.sync.PCI.NID2()
	pss := sync.PSS(nid2)
	sss := [2][62]float32{sync.SSS(nid1, nid2, 0), sync.SSS(nid1, nid2, 1)}
	value := func(w signal, slot, n int) complex64 {
		if w == sssSymbol {
			return complex(sss[slot/10%2][n], 0)
		}
		return pss[n]
	}
	var whole [2]fit // of all PSS, of all SSS
	parts := make([]fit, p.Slots/10+1)
	p.Demod().Run(iq, c.timing, syms, grid.Width, func(i int, sub []complex64) {
		w, slot := what[i], syms[i].Slot
		if w == referenceSymbol || !ok[slot] || !p.Demod().Inside(c.timing, syms[i], len(iq)) {
			return
		}
		for n := range 62 {
			d := value(w, slot, n)
			var x [4]complex64
			for port := range ports {
				x[port] = h[slot][port][n+5] * d
			}
			whole[w-pssSymbol].add(&x, sub[n+5], ports)
			parts[slot/10].add(&x, sub[n+5], ports)
		}
	})
	var weights [2][4]complex64
	var still, turning, all float64 // what stays of the power with one combination, or one for each half frame
	for i := range whole {
		weights[i] = whole[i].solve(ports)
		still += whole[i].rest(weights[i], ports)
	}
	each := make([][4]complex64, len(parts))
	for i := range parts {
		each[i] = parts[i].solve(ports)
		turning += parts[i].rest(each[i], ports)
		all += parts[i].power
	}
	weight := func(w signal, slot, port int) complex64 { return weights[w-pssSymbol][port] }
	if turning < 0.5*still && still > 0.05*all {
		weight = func(_ signal, slot, port int) complex64 { return each[slot/10][port] }
	}

	crs := s.reference(c.sync.PCI, c.sync.CP)
	var tx [4][grid.Width]complex64
	p.Demod().Subtract(iq, c.timing, syms, grid.Width, func(i int, sub []complex64) bool {
		slot, l := syms[i].Slot, syms[i].L
		if !ok[slot] {
			return false
		}
		if w := what[i]; w != referenceSymbol {
			for n := range 62 {
				d := value(w, slot, n)
				for port := range ports {
					sub[n+5] += weight(w, slot, port) * h[slot][port][n+5] * d
				}
			}
			return true
		}
		clear(tx[:ports])
		if slot%20 == 1 && l < 4 && c.mib {
			pbch(slot/20).Symbol(&tx, number(slot/20), l)
		}
		for port := range ports {
			crs.Place(&tx[port], port, slot%20, l)
			for k, v := range tx[port] {
				sub[k] += v * h[slot][port][k]
			}
		}
		return true
	})
}

// cancelSmoothings are the channel models tried for cancelling.
var cancelSmoothings = []grid.Smoothing{{Slots: 60, SpanUS: 3}, {Slots: 20, SpanUS: 3}, {Slots: 8, SpanUS: 3}, {Slots: 3, SpanUS: 5}}

type signal int

const (
	referenceSymbol signal = iota
	pssSymbol
	sssSymbol
)

// cancelSymbols lists the symbols that hold something known, TS 36.211 §6.6.4, §6.10.1.2, §6.11.1.2 and §6.11.2.2.
func cancelSymbols(slots int, d lte.Duplex, cp lte.CP) (syms []grid.Symbol, what []signal) {
	last := cp.SymbolsPerSlot() - 1
	put := func(slot, l int, w signal) {
		if slot < slots {
			syms, what = append(syms, grid.Symbol{Slot: slot, L: l}), append(what, w)
		}
	}
	for slot := range slots {
		for l := range last + 1 {
			if grid.Reference(d, cp, slot, l) || slot%20 == 1 && l < 4 {
				put(slot, l, referenceSymbol)
			}
		}
		switch {
		case slot%10 == 0 && d == lte.FDD:
			put(slot, last-1, sssSymbol)
			put(slot, last, pssSymbol)
		case slot%10 == 0 && d == lte.TDD:
			put(slot+1, last, sssSymbol)
			put(slot+2, 2, pssSymbol)
		}
	}
	return syms, what
}

// fit is a least-squares fit of one observation as a sum of up to four known values.
type fit struct {
	a     [4][4]complex128
	b     [4]complex128
	power float64 // of the observations
}

func (f *fit) add(x *[4]complex64, y complex64, n int) {
	for i := range n {
		xi := complex128(complex(real(x[i]), -imag(x[i])))
		for j := range n {
			f.a[i][j] += xi * complex128(x[j])
		}
		f.b[i] += xi * complex128(y)
	}
	f.power += float64(real(y)*real(y) + imag(y)*imag(y))
}

// rest is the power that weights leave unexplained.
func (f *fit) rest(w [4]complex64, n int) float64 {
	e := f.power
	for i := range n {
		wi := complex128(complex(real(w[i]), -imag(w[i])))
		e -= 2 * real(wi*f.b[i])
		for j := range n {
			e += real(wi * f.a[i][j] * complex128(w[j]))
		}
	}
	return e
}

// solve is Gaussian elimination on the normal equations, slightly loaded so that equal channels do no harm.
func (f *fit) solve(n int) (w [4]complex64) {
	a, b := f.a, f.b
	for i := range n {
		a[i][i] += complex(1e-3*real(a[i][i])+1e-30, 0)
	}
	for i := range n {
		for r := i + 1; r < n; r++ {
			m := a[r][i] / a[i][i]
			for k := i; k < n; k++ {
				a[r][k] -= m * a[i][k]
			}
			b[r] -= m * b[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
		w[i] = complex64(b[i])
	}
	return w
}
