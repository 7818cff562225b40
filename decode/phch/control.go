package phch

import (
	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/lte"
)

// element is one resource element of a subframe: symbol and subcarrier.
type element struct {
	l uint8
	k uint16
}

// reg is a resource-element group: four elements of one symbol, TS 36.211 §6.2.4.
type reg struct {
	l uint8
	k [4]uint16
}

// controlKey is what the layout of a control region depends on.
type controlKey struct {
	pci      lte.PCI
	ports    int
	prb      int
	cp       lte.CP
	duration lte.PHICHDuration
	resource lte.PHICHResource
	factor   int  // m_i of TS 36.211 Table 6.9-1; 1 for FDD
	short    bool // subframe 1 or 6 of TDD
	symbols  int
}

// searchCCEs is how many control channel elements the common search space spans, TS 36.213 §9.1.1.
const searchCCEs = 16

// control is the layout of a control region of known length.
type control struct {
	cces   int       // in the whole region
	search []element // those of the first searchCCEs (or all), 36 a CCE, in the order of the bits
}

// regs lists the resource-element groups of symbol l, lowest frequency first: two a resource block where some port may have
// reference signals (ports 0 and 1 count even if there is only one), three elsewhere.
func regs(pci lte.PCI, ports, prb int, cp lte.CP, l int) []reg {
	reference := l == 0 || l == 1 && ports == 4 || l == 3 && cp == lte.ExtendedCP
	var out []reg
	step := 4
	if reference {
		step = 6
	}
	for k := 0; k < 12*prb; k += step {
		r := reg{l: uint8(l)}
		n := 0
		for i := k; i < k+step; i++ {
			if !reference || i%3 != int(pci)%3 {
				r.k[n] = uint16(i)
				n++
			}
		}
		out = append(out, r)
	}
	return out
}

// newControl lays out PCFICH, PHICH and PDCCH.
func newControl(c controlKey) *control {
	symbols := max(c.symbols, 3) // the PHICH may reach beyond a control region that is shorter than it should be
	all := make([][]reg, symbols)
	taken := make([][]bool, symbols)
	for l := range all {
		all[l] = regs(c.pci, c.ports, c.prb, c.cp, l)
		taken[l] = make([]bool, len(all[l]))
	}
	for _, i := range pcfichREGs(c.pci, c.prb) {
		taken[0][i] = true
	}
	phichREGs(c, taken)

	// The remaining groups in the order of TS 36.211 §6.8.5: by subcarrier, at each by symbol.
	var free []reg
	next := make([]int, c.symbols)
	for k := range 12 * c.prb {
		for l := range next {
			i := next[l]
			if i*12*c.prb/len(all[l]) != k {
				continue
			}
			next[l]++
			if !taken[l][i] {
				free = append(free, all[l][i])
			}
		}
	}
	// Interleaved by groups as the columns of TS 36.212 §5.1.4.2.1 have it, shifted by the cell's identity.
	m := len(free)
	out := &control{cces: m / 9}
	at := make([]int, m)
	for j, z := range fec.ConvOrder(m)[:m] {
		at[z] = ((j-int(c.pci))%m + m) % m
	}
	for z := range min(out.cces, searchCCEs) * 9 {
		r := free[at[z]]
		for _, k := range r.k {
			out.search = append(out.search, element{r.l, k})
		}
	}
	return out
}

// gain is what makes a matched filter's output over the noise power a log-likelihood ratio: QPSK has 1/√2 on each axis, and
// with transmit diversity each port 1/√2 of the amplitude.
func gain(ports int) float32 {
	if ports == 1 {
		return 2.8284271
	}
	return 2
}

// soften undoes transmit diversity (TS 36.211 §6.3.4.3) over elements in the order they were filled and writes the two soft
// bits of each one's QPSK symbol (TS 36.211 §7.1.2) to llr, as log-likelihood ratios.
func soften(llr []float32, s *grid.Subframe, at []element) {
	c := s.Carrier()
	g := gain(c.Ports)
	noise := s.Noise()
	var y, h0, h1 []complex64
	for i, last := 0, [2]int{-1, -1}; i < len(at); {
		l := int(at[i].l)
		pair := 0
		if c.Ports == 4 {
			pair = i / 2 % 2
		}
		if last != [2]int{l, pair} {
			last = [2]int{l, pair}
			y = s.Symbol(l)
			h0 = s.Channel(pair, l)
			switch c.Ports {
			case 2:
				h1 = s.Channel(1, l)
			case 4:
				h1 = s.Channel(2+pair, l)
			}
		}
		k := at[i].k
		w := g / noise[k/12]
		if c.Ports == 1 {
			v := conj(h0[k]) * y[k]
			llr[2*i], llr[2*i+1] = real(v)*w, imag(v)*w
			i++
			continue
		}
		if i+1 == len(at) {
			break
		}
		k2 := at[i+1].k
		g0, g1 := (h0[k]+h0[k2])/2, (h1[k]+h1[k2])/2
		a := conj(g0)*y[k] + g1*conj(y[k2])
		b := conj(g0)*y[k2] - g1*conj(y[k])
		w2 := g / noise[k2/12]
		llr[2*i], llr[2*i+1] = real(a)*w, imag(a)*w
		llr[2*i+2], llr[2*i+3] = real(b)*w2, imag(b)*w2
		i += 2
	}
}
