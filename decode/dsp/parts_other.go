//go:build !amd64 || purego

package dsp

func parts(sums *[8]complex64, x, w *[128]complex64) float32 { return partsGo(sums, x, w) }
