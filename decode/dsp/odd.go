package dsp

import "unsafe"

// Radices 3 and 5 in pure Go: 23.04 Msps has 1,536 points a symbol, 19.2 Msps 1,280, 2.4 Msps 160.

func radix3Go(y0, ya, yb, x *Vec8, tw *float32, m, s int) {
	const h = 0.86602540378443864676 // sin 60°
	w := unsafe.Slice(tw, 4*m)
	for i := range m {
		ar, ai, br, bi := w[4*i], w[4*i+1], w[4*i+2], w[4*i+3]
		for q := range s {
			in, out := s*i+q, 3*s*i+q
			x0, x1, x2 := at(x, in), at(x, in+m*s), at(x, in+2*m*s)
			o0, oa, ob := at(y0, out), at(ya, out), at(yb, out)
			for l := range 8 {
				tr, ti, dr, di := x1.Re[l]+x2.Re[l], x1.Im[l]+x2.Im[l], x1.Re[l]-x2.Re[l], x1.Im[l]-x2.Im[l]
				ur, ui, vr, vi := x0.Re[l]-tr/2, x0.Im[l]-ti/2, h*di, -h*dr
				o0.Re[l], o0.Im[l] = x0.Re[l]+tr, x0.Im[l]+ti
				pr, pi, nr, ni := ur+vr, ui+vi, ur-vr, ui-vi
				oa.Re[l], oa.Im[l] = pr*ar-pi*ai, pr*ai+pi*ar
				ob.Re[l], ob.Im[l] = nr*br-ni*bi, nr*bi+ni*br
			}
		}
	}
}

func radix5Go(y0, ya, yb, yc, yd, x *Vec8, tw *float32, m, s int) {
	const c1, c2, s1, s2 = 0.30901699437494742410, -0.80901699437494742410, 0.95105651629515357212, 0.58778525229247312917
	tws := unsafe.Slice(tw, 8*m)
	for i := range m {
		w := (*[8]float32)(tws[8*i:])
		for q := range s {
			in, out := s*i+q, 5*s*i+q
			a, b, c, d, e := at(x, in), at(x, in+m*s), at(x, in+2*m*s), at(x, in+3*m*s), at(x, in+4*m*s)
			o0, oa, ob, oc, od := at(y0, out), at(ya, out), at(yb, out), at(yc, out), at(yd, out)
			for l := range 8 {
				t1r, t1i, d1r, d1i := b.Re[l]+e.Re[l], b.Im[l]+e.Im[l], b.Re[l]-e.Re[l], b.Im[l]-e.Im[l]
				t2r, t2i, d2r, d2i := c.Re[l]+d.Re[l], c.Im[l]+d.Im[l], c.Re[l]-d.Re[l], c.Im[l]-d.Im[l]
				u1r, u1i := a.Re[l]+c1*t1r+c2*t2r, a.Im[l]+c1*t1i+c2*t2i
				u2r, u2i := a.Re[l]+c2*t1r+c1*t2r, a.Im[l]+c2*t1i+c1*t2i
				v1r, v1i := s1*d1i+s2*d2i, -s1*d1r-s2*d2r
				v2r, v2i := s2*d1i-s1*d2i, -s2*d1r+s1*d2r
				o0.Re[l], o0.Im[l] = a.Re[l]+t1r+t2r, a.Im[l]+t1i+t2i
				pr, pi := u1r+v1r, u1i+v1i
				oa.Re[l], oa.Im[l] = pr*w[0]-pi*w[1], pr*w[1]+pi*w[0]
				pr, pi = u1r-v1r, u1i-v1i
				ob.Re[l], ob.Im[l] = pr*w[2]-pi*w[3], pr*w[3]+pi*w[2]
				pr, pi = u2r+v2r, u2i+v2i
				oc.Re[l], oc.Im[l] = pr*w[4]-pi*w[5], pr*w[5]+pi*w[4]
				pr, pi = u2r-v2r, u2i-v2i
				od.Re[l], od.Im[l] = pr*w[6]-pi*w[7], pr*w[7]+pi*w[6]
			}
		}
	}
}
