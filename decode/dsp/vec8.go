package dsp

// Vec8 is one complex value of each of eight signals that are processed side by side. A []Vec8 is what the kernels work
// on: eight transforms at once need no shuffles, so they run at the machine's full vector width.
type Vec8 struct{ Re, Im [8]float32 }

// FFT8 is eight transforms of one length at once. It is not safe for concurrent use.
type FFT8 struct {
	n        int
	fwd, inv []pass8
	tmp      []Vec8
}

type pass8 struct {
	pass
	tw  []float32 // twiddles as re, im pairs in the order the kernels take them
	inv bool
}

// NewFFT8 plans eight transforms of n points.
func NewFFT8(n int) *FFT8 {
	f := &FFT8{n: n, tmp: make([]Vec8, n)}
	for _, p := range plan(n) {
		f.fwd = append(f.fwd, newPass8(p, false))
		f.inv = append(f.inv, newPass8(p, true))
	}
	return f
}

func newPass8(p pass, inv bool) pass8 {
	q := pass8{pass: p, inv: inv}
	if inv {
		q.w = conjugate(p.w)
		q.dft = conjugate(p.dft)
	}
	for i := range p.n / p.r {
		w := q.w[i*(p.r-1) : (i+1)*(p.r-1)]
		// Inverse, the kernels write output k where r-k belongs, so the twiddles are exchanged too. Radix 5 has them in the order
		// of its kernel's outputs: 1, 4, 2, 3.
		switch {
		case p.r == 4 && inv:
			w = []complex64{w[2], w[1], w[0]}
		case p.r == 3 && inv:
			w = []complex64{w[1], w[0]}
		case p.r == 5 && inv:
			w = []complex64{w[3], w[0], w[2], w[1]}
		case p.r == 5:
			w = []complex64{w[0], w[3], w[1], w[2]}
		}
		for _, c := range w {
			q.tw = append(q.tw, real(c), imag(c))
		}
	}
	return q
}

func conjugate(x []complex64) []complex64 {
	y := make([]complex64, len(x))
	for i, v := range x {
		y[i] = complex(real(v), -imag(v))
	}
	return y
}

// Len is the number of points of each transform.
func (f *FFT8) Len() int { return f.n }

// Forward transforms x in place (sign -1).
func (f *FFT8) Forward(x []Vec8) { f.run(f.fwd, x) }

// Inverse is the unnormalised inverse transform in place (sign +1).
func (f *FFT8) Inverse(x []Vec8) { f.run(f.inv, x) }

func (f *FFT8) run(ps []pass8, x []Vec8) {
	x = x[:f.n]
	a, b := x, f.tmp
	for i := range ps {
		ps[i].run(b, a)
		a, b = b, a
	}
	if len(ps)%2 == 1 {
		copy(x, f.tmp)
	}
}

func (p *pass8) run(dst, src []Vec8) {
	m, s := p.n/p.r, p.s
	_, _ = dst[p.n*s-1], src[p.n*s-1]
	switch p.r {
	case 4:
		ya, yb := s, 3*s
		if p.inv {
			ya, yb = yb, ya
		}
		radix4(&dst[0], &dst[ya], &dst[2*s], &dst[yb], &src[0], &p.tw[0], m, s)
	case 2:
		radix2(&dst[0], &dst[s], &src[0], &p.tw[0], m, s)
	case 3:
		ya, yb := s, 2*s
		if p.inv {
			ya, yb = yb, ya
		}
		radix3(&dst[0], &dst[ya], &dst[yb], &src[0], &p.tw[0], m, s)
	case 5:
		ya, yb, yc, yd := s, 4*s, 2*s, 3*s
		if p.inv {
			ya, yb, yc, yd = yb, ya, yd, yc
		}
		radix5(&dst[0], &dst[ya], &dst[yb], &dst[yc], &dst[yd], &src[0], &p.tw[0], m, s)
	default:
		p.slow(dst, src)
	}
}

// slow is any other radix by its definition; it is used only for the first factors of unusual lengths.
func (p *pass8) slow(dst, src []Vec8) {
	m, s, r := p.n/p.r, p.s, p.r
	root := make([]complex64, r)
	for k := range root {
		root[k] = unit(float64(k) / float64(r))
		if !p.inv {
			root[k] = complex(real(root[k]), -imag(root[k]))
		}
	}
	for i := range m {
		for q := range s {
			for k := range r {
				var sum Vec8
				for j := range r {
					w := root[j*k%r]
					wr, wi := real(w), imag(w)
					x := &src[s*(i+j*m)+q]
					for l := range 8 {
						sum.Re[l] += x.Re[l]*wr - x.Im[l]*wi
						sum.Im[l] += x.Re[l]*wi + x.Im[l]*wr
					}
				}
				y := &dst[s*(r*i+k)+q]
				wr, wi := float32(1), float32(0)
				if k > 0 {
					w := p.w[i*(r-1)+k-1]
					wr, wi = real(w), imag(w)
				}
				for l := range 8 {
					y.Re[l] = sum.Re[l]*wr - sum.Im[l]*wi
					y.Im[l] = sum.Re[l]*wi + sum.Im[l]*wr
				}
			}
		}
	}
}
