//go:build !amd64 || purego

package dsp

func total(x []complex64) (re, im float64) { return totalGo(x) }
func less(dst, x []complex64, m complex64) { lessGo(dst, x, m) }
