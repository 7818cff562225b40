//go:build !amd64 || purego

package dsp

func (c *Correlator) wide([]float32, int, []Vec8, []complex64, *[8]float32) bool { return false }
