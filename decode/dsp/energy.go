package dsp

// Energies writes to[i], for each signal, the energy of x[0] to x[i], with from's added to it, and leaves the last of it in from.
func Energies(to [][8]float32, x []Vec8, from *[8]float64) {
	if len(x) > 0 {
		energies(to[:len(x)], x, from)
	}
}

func energiesGo(to [][8]float32, x []Vec8, from *[8]float64) {
	for i := range x {
		v, e := &x[i], &to[i]
		for l := range 8 {
			re, im := v.Re[l]*v.Re[l], v.Im[l]*v.Im[l]
			from[l] += float64(re + im)
			e[l] = float32(from[l])
		}
	}
}
