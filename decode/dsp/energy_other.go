//go:build !amd64 || purego

package dsp

func energies(to [][8]float32, x []Vec8, from *[8]float64) { energiesGo(to, x, from) }
