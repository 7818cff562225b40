// Package dsp holds signal processing without any word of LTE: transforms, filters, resampling and correlation.
package dsp

import (
	"fmt"
	"math"
)

// FFT is a planned discrete Fourier transform of complex64 values of one length. It is not safe for concurrent use.
// The algorithm is Stockham's autosort form (no bit reversal) with radices 4, 2, 3, 5 and any other prime by definition.
type FFT struct {
	n     int
	passs []pass
	tmp   []complex64
	conj  []complex64
}

// pass is one Stockham stage: sub-transforms of length n, stride s, radix r, twiddles w[p*(r-1)+k-1] = exp(-2πi pk/n).
type pass struct {
	n, s, r int
	w       []complex64
	dft     []complex64 // r×r, for radices without a butterfly of their own
}

// NewFFT plans a transform of n ≥ 1 points.
func NewFFT(n int) *FFT {
	if n < 1 {
		panic(fmt.Sprintf("dsp: transform of %d points", n))
	}
	f := &FFT{n: n, tmp: make([]complex64, n), conj: make([]complex64, n)}
	f.passs = plan(n)
	return f
}

func plan(n int) []pass {
	var ps []pass
	for s := 1; n > 1; {
		r := radix(n)
		m := n / r
		p := pass{n: n, s: s, r: r, w: make([]complex64, m*(r-1))}
		for i := range m {
			for k := 1; k < r; k++ {
				p.w[i*(r-1)+k-1] = unit(-float64(i*k) / float64(n))
			}
		}
		if r != 2 && r != 4 && r != 3 && r != 5 {
			p.dft = make([]complex64, r*r)
			for i := range r {
				for k := range r {
					p.dft[i*r+k] = unit(-float64(i*k%r) / float64(r))
				}
			}
		}
		ps = append(ps, p)
		n, s = m, s*r
	}
	return ps
}

func radix(n int) int {
	for _, r := range []int{4, 2, 3, 5} {
		if n%r == 0 {
			return r
		}
	}
	for r := 7; r*r <= n; r += 2 {
		if n%r == 0 {
			return r
		}
	}
	return n
}

// unit is exp(2πi turns).
func unit(turns float64) complex64 {
	s, c := math.Sincos(2 * math.Pi * turns)
	return complex(float32(c), float32(s))
}

// Len is the number of points.
func (f *FFT) Len() int { return f.n }

// Forward writes the transform of src (n values, sign -1 in the exponent) to dst; they may be the same slice.
func (f *FFT) Forward(dst, src []complex64) {
	_ = dst[f.n-1]
	if len(f.passs) == 0 {
		dst[0] = src[0]
		return
	}
	in, a, b := src[:f.n], f.tmp, dst[:f.n]
	if len(f.passs)%2 == 1 {
		a, b = b, a
	}
	if &in[0] == &a[0] { // the first pass would overwrite its own input
		copy(f.conj, in)
		in = f.conj
	}
	for i := range f.passs {
		f.passs[i].run(a, in)
		in, a, b = a, b, a
	}
}

// Inverse writes the unnormalised inverse transform of src to dst: Inverse(Forward(x)) = n x.
func (f *FFT) Inverse(dst, src []complex64) {
	for i, v := range src[:f.n] {
		dst[i] = complex(imag(v), real(v))
	}
	f.Forward(dst, dst)
	for i, v := range dst[:f.n] {
		dst[i] = complex(imag(v), real(v))
	}
}

func (p *pass) run(dst, src []complex64) {
	m, s, r := p.n/p.r, p.s, p.r
	switch r {
	case 4:
		for i := range m {
			w1, w2, w3 := p.w[3*i], p.w[3*i+1], p.w[3*i+2]
			x0, x1, x2, x3 := src[s*i:s*i+s], src[s*(i+m):][:s], src[s*(i+2*m):][:s], src[s*(i+3*m):][:s]
			y0, y1, y2, y3 := dst[s*4*i:][:s], dst[s*(4*i+1):][:s], dst[s*(4*i+2):][:s], dst[s*(4*i+3):][:s]
			for q := range x0 {
				a, b, c, d := x0[q], x1[q], x2[q], x3[q]
				apc, amc, bpd, bmd := a+c, a-c, b+d, b-d
				j := complex(-imag(bmd), real(bmd))
				y0[q], y1[q], y2[q], y3[q] = apc+bpd, (amc-j)*w1, (apc-bpd)*w2, (amc+j)*w3
			}
		}
	case 2:
		for i := range m {
			w := p.w[i]
			x0, x1 := src[s*i:s*i+s], src[s*(i+m):][:s]
			y0, y1 := dst[s*2*i:][:s], dst[s*(2*i+1):][:s]
			for q := range x0 {
				a, b := x0[q], x1[q]
				y0[q], y1[q] = a+b, (a-b)*w
			}
		}
	case 3:
		const h = 0.86602540378443864676 // sin 60°
		for i := range m {
			w1, w2 := p.w[2*i], p.w[2*i+1]
			x0, x1, x2 := src[s*i:s*i+s], src[s*(i+m):][:s], src[s*(i+2*m):][:s]
			y0, y1, y2 := dst[s*3*i:][:s], dst[s*(3*i+1):][:s], dst[s*(3*i+2):][:s]
			for q := range x0 {
				a, b, c := x0[q], x1[q], x2[q]
				t, d := b+c, b-c
				u := complex(real(a)-real(t)/2, imag(a)-imag(t)/2)
				v := complex(h*imag(d), -h*real(d))
				y0[q], y1[q], y2[q] = a+t, (u+v)*w1, (u-v)*w2
			}
		}
	case 5:
		const c1, c2, s1, s2 = 0.30901699437494742410, -0.80901699437494742410, 0.95105651629515357212, 0.58778525229247312917
		for i := range m {
			w := p.w[4*i : 4*i+4]
			for q := range s {
				a, b, c, d, e := src[s*i+q], src[s*(i+m)+q], src[s*(i+2*m)+q], src[s*(i+3*m)+q], src[s*(i+4*m)+q]
				t1, t2, d1, d2 := b+e, c+d, b-e, c-d
				u1 := complex(real(a)+c1*real(t1)+c2*real(t2), imag(a)+c1*imag(t1)+c2*imag(t2))
				u2 := complex(real(a)+c2*real(t1)+c1*real(t2), imag(a)+c2*imag(t1)+c1*imag(t2))
				v1 := complex(s1*imag(d1)+s2*imag(d2), -s1*real(d1)-s2*real(d2))
				v2 := complex(s2*imag(d1)-s1*imag(d2), -s2*real(d1)+s1*real(d2))
				y := dst[s*5*i+q:]
				y[0], y[s], y[2*s], y[3*s], y[4*s] = a+t1+t2, (u1+v1)*w[0], (u2+v2)*w[1], (u2-v2)*w[2], (u1-v1)*w[3]
			}
		}
	default:
		for i := range m {
			for q := range s {
				for k := range r {
					var sum complex64
					for j := range r {
						sum += src[s*(i+j*m)+q] * p.dft[j*r+k]
					}
					if k > 0 {
						sum *= p.w[i*(r-1)+k-1]
					}
					dst[s*(r*i+k)+q] = sum
				}
			}
		}
	}
}
