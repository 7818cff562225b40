package dsp

// Above is the index of the first of x that is at least level, or the length of x.
func Above(x []float32, level float32) int {
	i := above(x, level)
	for i < len(x) && !(x[i] >= level) {
		i++
	}
	return i
}
