//go:build !amd64 || purego

package dsp

func weigh(dst *[8]complex64, x []complex64, w []float32, stride int) { weighGo(dst, x, w, stride) }
