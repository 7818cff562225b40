package sync

import (
	"math"
	"slices"

	"github.com/straycell/straycell/decode/dsp"
)

const (
	blockFFT = 512                  // points of one correlation block at Rate
	blockHop = 384                  // correlations a block yields: 25 blocks are one half frame
	binHz    = Rate / blockFFT      // 3.75 kHz
	passBins = 256                  // bins the 62 subcarriers and their skirts fill
	stepBins = 2                    // frequency hypotheses stand 7.5 kHz apart: at most 0.9 dB lost between two
	hfBlocks = HalfFrame / blockHop // blocks of a half frame
	StepHz   = stepBins * binHz     // distance between two frequency hypotheses, Hz
	// From so many hypotheses on, each is glimpsed at before it is searched in full.
	glimpseBins = 400
	glimpseHF   = 4 // half frames of a glimpse
	maxGlimpses = 600
	ppmPerHF    = HalfFrame * 1e-6 // samples of drift per half frame and ppm
	peakGuard   = 4                // samples around a peak that belong to it
	maxPeaks    = 64               // peaks a search returns
	// A Zadoff-Chu sequence shifted in frequency looks like itself shifted in time: around every strong peak stands a ridge
	// of lesser ones. Of overlapping peaks within ridgeHz only the ridgePeaks strongest are worth a closer look.
	ridgeHz    = 400e3
	ridgePeaks = 4
	ridgeSpots = 16 // the same of a glimpse, which falls between samples and tells less
)

// Peak is a place in time and frequency where a PSS seems to repeat.
type Peak struct {
	NID2     int
	FreqHz   float64 // offset of the carrier from the look's centre, to half of StepHz
	Sample   float64 // start of the first PSS symbol (after its cyclic prefix) at Rate, in [0, HalfFrame)
	DriftPPM float64 // how much faster the transmitter's clock runs than ours, coarse
	Power    float64 // summed correlation power; noise alone gives HalfFrames on average
}

// Spectra holds the short-time spectra of one look, shared by all hypotheses of root and offset.
type Spectra struct {
	n          int // points per block at the look's own rate
	blocks     int
	halfFrames int
	samples    int            // at Rate
	groups     [][]dsp.Vec8   // eight consecutive blocks each: n bins, and the first passBins again
	energy     [][][8]float32 // as groups: prefix sums of |X|² over the n bins, lowest frequency first
}

// Searcher holds the plans and buffers of the PSS search.
type Searcher struct {
	fft        map[int]*dsp.FFT8
	ifft       *dsp.FFT8       // of Extract
	fine       *dsp.Correlator // at Rate
	coarse     *dsp.Correlator // at half of it, for a glimpse
	tmpl       [3][]complex64  // conjugate spectra of the three sequences, passBins wide, lowest frequency first
	tmplE      [3]float64
	buf        []dsp.Vec8
	rows       []float32
	near       []float32 // correlation power of the blocks a spot touches
	levels     []level
	tiles      [][]float32 // rows of a tile's sums
	room       []float32   // for them
	which      []int32     // of the samples whose power counts: the line it is of
	top        []float32
	spec       Spectra
	glimpseMin float32
	spare      []complex64 // of Extract: where blocks go that nobody wants
	window     []complex64 // of Extract: flat in the middle, raised cosine at the edges
}

// NewSearcher plans the search.
func NewSearcher() *Searcher {
	s := &Searcher{fft: map[int]*dsp.FFT8{}, ifft: dsp.NewFFT8(blockFFT),
		fine: dsp.NewCorrelator(blockFFT, passBins), coarse: dsp.NewCorrelator(blockFFT/2, passBins), glimpseMin: float32(gammaTail(glimpseHF, 5e-5)), buf: make([]dsp.Vec8, blockFFT), top: make([]float32, HalfFrame), which: make([]int32, HalfFrame),
		spare: make([]complex64, blockHop)}
	f := dsp.NewFFT(blockFFT)
	s.window = make([]complex64, blockFFT)
	for i := range s.window {
		f := math.Abs(float64(i - blockFFT/2))
		t := max(0, min(1, (f-208)/(blockFFT/2-208)))
		s.window[i] = complex(float32(1+math.Cos(math.Pi*t))/2, 0)
	}
	for r := range s.tmpl {
		x := make([]complex64, blockFFT)
		for i, v := range pssSymbol(r) {
			x[i] = v
		}
		f.Forward(x, x)
		s.tmpl[r] = make([]complex64, passBins)
		for i := range s.tmpl[r] {
			v := x[(i-passBins/2+blockFFT)%blockFFT]
			s.tmpl[r][i] = complex(real(v), -imag(v))
			s.tmplE[r] += float64(real(v)*real(v) + imag(v)*imag(v))
		}
	}
	return s
}

// pssSymbol is the useful part of a PSS symbol at Rate: 128 samples.
func pssSymbol(nid2 int) []complex64 {
	x := make([]complex64, 128)
	for n, v := range PSS(nid2) {
		x[(Subcarrier(n)+128)%128] = v
	}
	dsp.NewFFT(128).Inverse(x, x)
	return x
}

// Analyse computes the spectra of iq, samples at rateHz (a multiple of 15 kHz, at least Rate). The result is valid until
// the next call.
func (s *Searcher) Analyse(iq []complex64, rateHz float64) *Spectra {
	n := int(math.Round(rateHz / binHz))
	hop := n * blockHop / blockFFT
	sp := &s.spec
	sp.n = n
	sp.blocks = (len(iq) + hop - 1) / hop
	groups := (sp.blocks + 7) / 8
	sp.samples = len(iq) * blockFFT / n
	sp.halfFrames = len(iq) / (hop * hfBlocks)
	f := s.fft[n]
	if f == nil {
		f = dsp.NewFFT8(n)
		s.fft[n] = f
	}
	for len(sp.groups) < groups {
		sp.groups = append(sp.groups, nil)
	}
	for len(sp.energy) < groups {
		sp.energy = append(sp.energy, nil)
	}
	for g := range groups {
		if len(sp.groups[g]) != n+passBins {
			sp.groups[g], sp.energy[g] = make([]dsp.Vec8, n+passBins), make([][8]float32, n+1)
		}
		x := sp.groups[g][:n]
		var in [8][]complex64
		for l := range 8 {
			from := min((8*g+l)*hop, len(iq))
			if in[l] = iq[from:min(from+n, len(iq))]; len(in[l]) < n {
				in[l] = append(append(make([]complex64, 0, n), in[l]...), make([]complex64, n-len(in[l]))...)
			}
		}
		dsp.Pack(x, &in)
		f.Forward(x)
		copy(sp.groups[g][n:], x)
		var sum [8]float64
		e := sp.energy[g][1:]
		for _, part := range [2][]dsp.Vec8{x[n-n/2:], x[:n-n/2]} {
			dsp.Energies(e, part, &sum)
			e = e[len(part):]
		}
	}
	return sp
}

// HalfFrames is the number of whole half frames in the look.
func (sp *Spectra) HalfFrames() int { return sp.halfFrames }

// Search correlates the spectra with the three PSS at each offset (Hz from the look's centre, rounded to binHz) and sums the
// power over half frames along every clock error up to driftPPM on either side of driftMid. Of many offsets, only those
// within middleHz of the centre are sure to be searched in full. It returns the peaks whose summed power noise would reach
// with probability pFalse per sample, strongest first, each the highest of its neighbourhood in time and frequency.
func (s *Searcher) Search(sp *Spectra, offsetsHz []float64, middleHz, driftMid, driftPPM, pFalse float64) []Peak {
	if sp.halfFrames == 0 {
		return nil
	}
	thr := float32(gammaTail(sp.halfFrames, pFalse))
	bins := make([]int, len(offsetsHz))
	for i, off := range offsetsHz {
		bins[i] = int(math.Round(off / binHz))
	}
	slices.Sort(bins)
	bins = slices.Compact(bins)
	full, spots := s.hypotheses(sp, bins, int(middleHz/binHz))
	s.levels = newLevels(sp.halfFrames, driftMid, driftPPM)
	var peaks []Peak
	for _, h := range full {
		s.correlate(sp, h.root, h.bin)
		peaks = s.stack(peaks, sp.halfFrames, h.root, float64(h.bin)*binHz, driftMid, thr)
	}
	for _, p := range spots {
		if q := s.spot(sp, p, driftMid, driftPPM); q.Power >= float64(thr) {
			peaks = append(peaks, q)
		}
	}
	return prune(peaks, maxPeaks, ridgePeaks)
}

// hypothesis is one sequence at one offset.
type hypothesis struct{ root, bin int }

// hypotheses lists what is searched in full: all that cover the bins, or, where those are many, only the middle of the look,
// where the carrier it was tuned to stands. What a glimpse at the first 20 ms of the others, at half the rate, finds worth a
// second look comes as spots.
func (s *Searcher) hypotheses(sp *Spectra, bins []int, middle int) (full []hypothesis, spots []Peak) {
	for r := range s.tmpl {
		for _, bin := range cover(bins, r) {
			full = append(full, hypothesis{r, bin})
		}
	}
	if len(bins) <= glimpseBins || sp.halfFrames <= glimpseHF {
		return full, nil
	}
	all := full
	full = nil
	for _, h := range all {
		if h.bin >= -middle && h.bin <= middle {
			full = append(full, h)
			continue
		}
		s.transform(sp, h.root, h.bin, glimpseHF, s.coarse)
		const n = HalfFrame / 2
		sum := s.top[:n]
		dsp.Add(sum, s.rows[:n], s.rows[n:2*n])
		for i := 2; i < glimpseHF; i++ {
			dsp.Add(sum, sum, s.rows[i*n:(i+1)*n])
		}
		for t := dsp.Above(sum, s.glimpseMin); t < n; t += 1 + dsp.Above(sum[t+1:], s.glimpseMin) {
			if v := sum[t]; v >= sum[max(t-1, 0)] && v >= sum[min(t+1, n-1)] {
				spots = append(spots, Peak{NID2: h.root, FreqHz: float64(h.bin) * binHz, Sample: 2 * float64(t), Power: float64(v)})
			}
		}
	}
	return full, prune(spots, maxGlimpses, ridgeSpots)
}

// correlate fills s.rows with the normalised correlation power of every sample of the look (1 on average in noise).
func (s *Searcher) correlate(sp *Spectra, root, bin int) {
	s.transform(sp, root, bin, sp.halfFrames, s.fine)
}

// transform correlates the first half frames, with as many points per block as c has (the rate follows).
func (s *Searcher) transform(sp *Spectra, root, bin, halfFrames int, c *dsp.Correlator) {
	hop := c.Values()
	groups := (halfFrames*hfBlocks + 7) / 8
	if need := groups * 8 * hop; len(s.rows) < need {
		s.rows = make([]float32, need)
	}
	n := sp.n
	lo := ((bin-passBins/2)%n + n) % n
	for g := range groups {
		scale := band(sp.energy[g], lo+n/2, passBins)
		for l, p := range scale {
			if scale[l] = 0; p > 0 {
				scale[l] = float32(passBins / (s.tmplE[root] * float64(p)))
			}
		}
		c.Power(s.rows[g*8*hop:], hop, sp.groups[g][lo:], s.tmpl[root], &scale)
	}
}

// band sums the energy of width bins from index lo (0 is the lowest frequency), wrapping round the band.
func band(e [][8]float32, lo, width int) (sum [8]float32) {
	n := len(e) - 1
	lo = (lo%n + n) % n
	from, to := &e[lo], &e[min(lo+width, n)]
	for l := range sum {
		sum[l] = to[l] - from[l]
	}
	if rest := lo + width - n; rest > 0 {
		for l, v := range e[rest] {
			sum[l] += v
		}
	}
	return sum
}

// Level is the summed power of halfFrames half frames that noise reaches with probability p.
func Level(halfFrames int, p float64) float64 { return gammaTail(halfFrames, p) }

// gammaTail is the level that the sum of n unit exponentials exceeds with probability p (Wilson and Hilferty 1931).
func gammaTail(n int, p float64) float64 {
	k := float64(n)
	z := math.Sqrt2 * math.Erfinv(1-2*p)
	c := 1 - 1/(9*k) + z/(3*math.Sqrt(k))
	return k * c * c * c
}
