package dsp

// Correlator correlates eight signals at once in the frequency domain: it multiplies the middle of their spectra by a template's,
// transforms back and takes powers. It is not safe for concurrent use.
type Correlator struct {
	bins int
	fft  *FFT8
	buf  []Vec8
	fast *inPlace // where this machine has kernels for it
}

// NewCorrelator plans inverse transforms of n points of which bins about 0 may be filled.
func NewCorrelator(n, bins int) *Correlator {
	return &Correlator{bins: bins, fft: NewFFT8(n), buf: make([]Vec8, n), fast: newInPlace(n, bins)}
}

// Len is the number of points of a transform, Values that of the correlations each is good for: three quarters.
func (c *Correlator) Len() int    { return c.fft.n }
func (c *Correlator) Values() int { return c.fft.n / 4 * 3 }

// Power writes the power of each of signal l's correlations times scale[l] to dst[l*stride:]. x is as many bins of the signals'
// spectra as were planned, lowest frequency first, w the template's.
func (c *Correlator) Power(dst []float32, stride int, x []Vec8, w []complex64, scale *[8]float32) {
	_, _, _ = dst[7*stride+c.Values()-1], x[c.bins-1], w[c.bins-1]
	if c.fast != nil {
		c.fast.power(c, dst, stride, x, w, scale)
		return
	}
	n, h := c.fft.n, c.bins/2
	Mul(c.buf[:c.bins-h], x[h:], w[h:c.bins])
	clear(c.buf[c.bins-h : n-h])
	Mul(c.buf[n-h:], x, w[:h])
	c.fft.Inverse(c.buf)
	Power(dst, stride, c.buf[:c.Values()], scale)
}
