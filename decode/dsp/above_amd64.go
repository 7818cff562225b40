//go:build amd64 && !purego

package dsp

//go:noescape
func aboveAVX2(x *float32, n int, level float32) int

// above returns an index before which nothing reaches level, and at most 32 before what does.
func above(x []float32, level float32) int {
	n := len(x) &^ 31
	if !fast || n == 0 {
		return 0
	}
	return aboveAVX2(&x[0], n, level)
}
