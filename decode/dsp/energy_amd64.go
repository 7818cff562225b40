//go:build amd64 && !purego

package dsp

//go:noescape
func energiesAVX2(to *[8]float32, x *Vec8, n int, from *[8]float64)

func energies(to [][8]float32, x []Vec8, from *[8]float64) {
	if fast {
		energiesAVX2(&to[0], &x[0], len(x), from)
		return
	}
	energiesGo(to, x, from)
}
