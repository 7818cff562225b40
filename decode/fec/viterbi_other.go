//go:build !amd64 || purego

package fec

func convSteps(m *[2][64]float32, back []uint64, soft [][4]float32) { convStepsGo(m, back, soft) }
