//go:build !amd64 || purego

package dsp

type inPlace struct{}

func newInPlace(int, int) *inPlace { return nil }

func (*inPlace) power(*Correlator, []float32, int, []Vec8, []complex64, *[8]float32) {}
