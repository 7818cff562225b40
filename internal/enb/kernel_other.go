//go:build !amd64 || purego

package enb

func interpolate(dst, x []complex64, bank *filterBank, p position, rotor [4]complex64, turn complex64) {
	interpolateGo(dst, x, bank, p, rotor, turn)
}
func mul(dst, a, b []complex64)             { mulGo(dst, a, b) }
func mulAdd(dst, a, b []complex64)          { mulAddGo(dst, a, b) }
func lerp(dst, a, b []complex64, u float32) { lerpGo(dst, a, b, u) }
