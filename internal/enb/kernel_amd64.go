//go:build amd64 && !purego

package enb

import "golang.org/x/sys/cpu"

// fast tells whether this machine has what the assembly needs.
var fast = cpu.X86.HasAVX2 && cpu.X86.HasFMA

//go:noescape
func interpolateAVX2(dst, x *complex64, bank *float32, frac, stepFrac uint64, step int, rotor *[4]complex64, turn complex64, n int)

//go:noescape
func mulAVX2(dst, a, b *complex64, n int)

//go:noescape
func mulAddAVX2(dst, a, b *complex64, n int)

//go:noescape
func lerpAVX2(dst, a, b *float32, u float32, n int)

func interpolate(dst, x []complex64, bank *filterBank, p position, rotor [4]complex64, turn complex64) {
	if fast {
		interpolateAVX2(&dst[0], &x[0], &bank[0][0], p.frac, p.stepFrac, p.step, &rotor, turn, len(dst))
		return
	}
	interpolateGo(dst, x, bank, p, rotor, turn)
}

func mul(dst, a, b []complex64) {
	n := 0
	if fast {
		if n = len(dst) &^ 3; n > 0 {
			mulAVX2(&dst[0], &a[0], &b[0], n)
		}
	}
	mulGo(dst[n:], a[n:], b[n:])
}

func mulAdd(dst, a, b []complex64) {
	n := 0
	if fast {
		if n = len(dst) &^ 3; n > 0 {
			mulAddAVX2(&dst[0], &a[0], &b[0], n)
		}
	}
	mulAddGo(dst[n:], a[n:], b[n:])
}

func lerp(dst, a, b []complex64, u float32) {
	n := 0
	if fast {
		if n = len(dst) &^ 3; n > 0 {
			lerpAVX2(floats(&dst[0]), floats(&a[0]), floats(&b[0]), u, 2*n)
		}
	}
	lerpGo(dst[n:], a[n:], b[n:], u)
}
