//go:build amd64 && !purego

package dsp

//go:noescape
func partsAVX2(sums *[8]complex64, x, w *[128]complex64) float32

func parts(sums *[8]complex64, x, w *[128]complex64) float32 {
	if fast {
		return partsAVX2(sums, x, w)
	}
	return partsGo(sums, x, w)
}
