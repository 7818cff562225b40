//go:build amd64 && !purego

package dsp

//go:noescape
func packAVX2(dst *Vec8, src *[8]*complex64, n int)

//go:noescape
func unpackAVX2(dst *[8]*complex64, src *Vec8, n int)

//go:noescape
func gatherAVX2(dst *Vec8, src *[8]*Vec8, n int)

//go:noescape
func turnAVX2(dst, x, w, r *Vec8, n int)

// pack and unpack take a multiple of four values.
func pack(dst []Vec8, src *[8]*complex64) {
	if fast {
		packAVX2(&dst[0], src, len(dst))
		return
	}
	packGo(dst, src)
}

func unpack(dst *[8]*complex64, src []Vec8) {
	if fast {
		unpackAVX2(dst, &src[0], len(src))
		return
	}
	unpackGo(dst, src)
}

func gather(dst []Vec8, src *[8]*Vec8) {
	if fast {
		gatherAVX2(&dst[0], src, len(dst))
		return
	}
	gatherGo(dst, src)
}

func turn(dst, x []Vec8, w, r *Vec8) {
	if fast {
		turnAVX2(&dst[0], &x[0], w, r, len(dst))
		return
	}
	turnGo(dst, x, w, r)
}
