//go:build !amd64 || purego

package dsp

func pack(dst []Vec8, src *[8]*complex64)   { packGo(dst, src) }
func unpack(dst *[8]*complex64, src []Vec8) { unpackGo(dst, src) }
func gather(dst []Vec8, src *[8]*Vec8)      { gatherGo(dst, src) }
func turn(dst, x []Vec8, w, r *Vec8)        { turnGo(dst, x, w, r) }
