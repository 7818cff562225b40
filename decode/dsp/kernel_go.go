package dsp

import "unsafe"

// The pure-Go kernels. On machines without their own assembly they are what runs; elsewhere tests compare the two.

// at is element i of the array p points into; callers have checked the bounds once for the whole pass.
func at(p *Vec8, i int) *Vec8 {
	return (*Vec8)(unsafe.Add(unsafe.Pointer(p), i*int(unsafe.Sizeof(Vec8{}))))
}

func radix4Go(y0, ya, y2, yb, x *Vec8, tw *float32, m, s int) {
	w := unsafe.Slice(tw, 6*m)
	for i := range m {
		ar, ai, cr, ci, br, bi := w[6*i], w[6*i+1], w[6*i+2], w[6*i+3], w[6*i+4], w[6*i+5]
		for q := range s {
			in, out := s*i+q, 4*s*i+q
			x0, x1, x2, x3 := at(x, in), at(x, in+m*s), at(x, in+2*m*s), at(x, in+3*m*s)
			o0, oa, o2, ob := at(y0, out), at(ya, out), at(y2, out), at(yb, out)
			for l := range 8 {
				pr, pi, mr, mi := x0.Re[l]+x2.Re[l], x0.Im[l]+x2.Im[l], x0.Re[l]-x2.Re[l], x0.Im[l]-x2.Im[l]
				qr, qi, nr, ni := x1.Re[l]+x3.Re[l], x1.Im[l]+x3.Im[l], x1.Re[l]-x3.Re[l], x1.Im[l]-x3.Im[l]
				o0.Re[l], o0.Im[l] = pr+qr, pi+qi
				pr, pi = pr-qr, pi-qi
				o2.Re[l], o2.Im[l] = pr*cr-pi*ci, pr*ci+pi*cr
				ur, ui, vr, vi := mr+ni, mi-nr, mr-ni, mi+nr
				oa.Re[l], oa.Im[l] = ur*ar-ui*ai, ur*ai+ui*ar
				ob.Re[l], ob.Im[l] = vr*br-vi*bi, vr*bi+vi*br
			}
		}
	}
}

func radix2Go(y0, y1, x *Vec8, tw *float32, m, s int) {
	w := unsafe.Slice(tw, 2*m)
	for i := range m {
		wr, wi := w[2*i], w[2*i+1]
		for q := range s {
			in, out := s*i+q, 2*s*i+q
			x0, x1, o0, o1 := at(x, in), at(x, in+m*s), at(y0, out), at(y1, out)
			for l := range 8 {
				dr, di := x0.Re[l]-x1.Re[l], x0.Im[l]-x1.Im[l]
				o0.Re[l], o0.Im[l] = x0.Re[l]+x1.Re[l], x0.Im[l]+x1.Im[l]
				o1.Re[l], o1.Im[l] = dr*wr-di*wi, dr*wi+di*wr
			}
		}
	}
}

func mulGo(dst, x *Vec8, w *complex64, n int) {
	for i, c := range unsafe.Slice(w, n) {
		wr, wi := real(c), imag(c)
		a, o := at(x, i), at(dst, i)
		for l := range 8 {
			re, im := a.Re[l], a.Im[l]
			o.Re[l], o.Im[l] = re*wr-im*wi, re*wi+im*wr
		}
	}
}

func powerGo(dst *float32, stride int, x *Vec8, scale *[8]float32, n int) {
	for l := range 8 {
		d := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(dst), 4*l*stride)), n)
		for i := range d {
			v := at(x, i)
			d[i] = (v.Re[l]*v.Re[l] + v.Im[l]*v.Im[l]) * scale[l]
		}
	}
}

func addGo(dst, a, b []float32) {
	b, dst = b[:len(a)], dst[:len(a)]
	for i, v := range a {
		dst[i] = v + b[i]
	}
}

func maxGo(dst, a []float32) {
	dst = dst[:len(a)]
	for i, v := range a {
		dst[i] = max(dst[i], v)
	}
}

func dotGo(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float32
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		s0 += v * b[i]
	}
	return s0 + s1 + s2 + s3
}

func clampGo(dst, x []float32, limit float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = max(-limit, min(limit, v))
	}
}
