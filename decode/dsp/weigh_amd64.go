//go:build amd64 && !purego

package dsp

//go:noescape
func weighAVX2(dst *[8]complex64, x *complex64, n int, w *float32, stride int)

func weigh(dst *[8]complex64, x []complex64, w []float32, stride int) {
	if fast {
		weighAVX2(dst, &x[0], len(x), &w[0], stride)
		return
	}
	weighGo(dst, x, w, stride)
}
