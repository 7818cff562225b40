package dsp

import "unsafe"

// still stands for the signal of a lane that has none.
var still [2048]complex64

// Pack lays eight signals side by side: dst[i] takes value i of each; an empty one counts as zeros, the others have at least
// len(dst) values.
func Pack(dst []Vec8, src *[8][]complex64) {
	n := len(dst)
	if n > len(still) {
		for i := 0; i < n; i += len(still) {
			var part [8][]complex64
			for l, s := range src {
				if len(s) > 0 {
					part[l] = s[i:n]
				}
			}
			Pack(dst[i:min(i+len(still), n)], &part)
		}
		return
	}
	var from [8]*complex64
	for l, s := range src {
		if len(s) == 0 {
			s = still[:]
		}
		if n > 0 {
			_ = s[n-1]
			from[l] = &s[0]
		}
	}
	whole := n &^ 3
	if whole > 0 {
		pack(dst[:whole], &from)
	}
	for i := whole; i < n; i++ {
		for l := range from {
			v := *value(from[l], i)
			dst[i].Re[l], dst[i].Im[l] = real(v), imag(v)
		}
	}
}

// Unpack takes eight signals apart: dst[l][i] is lane l of src[i]. Each dst has at least len(src) values.
func Unpack(dst *[8][]complex64, src []Vec8) {
	n := len(src)
	if n == 0 {
		return
	}
	var to [8]*complex64
	for l, d := range dst {
		_ = d[n-1]
		to[l] = &d[0]
	}
	whole := n &^ 3
	if whole > 0 {
		unpack(&to, src[:whole])
	}
	for i := whole; i < n; i++ {
		for l := range to {
			*value(to[l], i) = complex(src[i].Re[l], src[i].Im[l])
		}
	}
}

// Gather takes each signal from somewhere else: lane l of dst[i] is lane l of src[l][i], or 0 where src[l] is empty; the others have at
// least len(dst) values.
func Gather(dst []Vec8, src *[8][]Vec8) {
	n := len(dst)
	for i := 0; i < n; i += len(quiet) {
		var from [8]*Vec8
		for l, s := range src {
			if len(s) == 0 {
				from[l] = &quiet[0]
				continue
			}
			from[l] = &s[i:n][0]
		}
		gather(dst[i:min(i+len(quiet), n)], &from)
	}
}

// quiet stands for the signals of a lane that has none.
var quiet [256]Vec8

// Turn writes x[i]·w to dst[i] and turns w on by r after each, signal by signal; w is left where it would go on. dst may be x.
func Turn(dst, x []Vec8, w, r *Vec8) {
	if len(dst) > 0 {
		turn(dst, x[:len(dst)], w, r)
	}
}

// Set makes v the value of signal l.
func (x *Vec8) Set(l int, v complex64) { x.Re[l], x.Im[l] = real(v), imag(v) }

func value(p *complex64, i int) *complex64 {
	return (*complex64)(unsafe.Add(unsafe.Pointer(p), i*int(unsafe.Sizeof(*p))))
}

func packGo(dst []Vec8, src *[8]*complex64) {
	for l, p := range src {
		for i, v := range unsafe.Slice(p, len(dst)) {
			dst[i].Re[l], dst[i].Im[l] = real(v), imag(v)
		}
	}
}

func unpackGo(dst *[8]*complex64, src []Vec8) {
	for l, p := range dst {
		d := unsafe.Slice(p, len(src))
		for i := range d {
			d[i] = complex(src[i].Re[l], src[i].Im[l])
		}
	}
}

func gatherGo(dst []Vec8, src *[8]*Vec8) {
	for l, p := range src {
		for i := range dst {
			v := at(p, i)
			dst[i].Re[l], dst[i].Im[l] = v.Re[l], v.Im[l]
		}
	}
}

func turnGo(dst, x []Vec8, w, r *Vec8) {
	for i := range dst {
		for l := range 8 {
			re, im, wr, wi := x[i].Re[l], x[i].Im[l], w.Re[l], w.Im[l]
			dst[i].Re[l], dst[i].Im[l] = re*wr-im*wi, re*wi+im*wr
			w.Re[l], w.Im[l] = wr*r.Re[l]-wi*r.Im[l], wr*r.Im[l]+wi*r.Re[l]
		}
	}
}
