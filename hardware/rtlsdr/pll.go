package rtlsdr

// The R820T's synthesiser, for which the libraries have no reading back: the frequency is a multiple of a step that differs
// between 27 Hz and 900 Hz with the band, and librtlsdr returns what it was asked for.
//
// LO = 2·28.8 MHz·(N + S/65536) / D, with D a power of two that brings D·LO between 1770 and 3540 MHz. The wanted carrier is
// brought to an intermediate frequency, which depends on the bandwidth of the tuner's filters, and from there to zero by the
// demodulator's mixer in steps of 28.8 MHz/2^22.
const (
	xtalHz  = 28.8e6
	vcoMin  = 1770000 // kHz
	vcoMax  = 2 * vcoMin
	mixMost = 64
)

// ifHz is the intermediate frequency that librtlsdr gives the R820T's filters at a sample rate: they are made of a
// low-pass and two high-passes, and the frequency is the middle of what is left between them.
func ifHz(rateHz int) int {
	lowPass := []int{1700000, 1600000, 1550000, 1450000, 1200000, 900000, 700000, 550000, 450000, 350000}
	const highPass1, highPass2 = 350000, 380000
	switch bw := rateHz; {
	case bw > 6000000:
		return 4570000
	case bw > lowPass[0]+highPass1+highPass2:
		return 3570000
	default:
		mid, width := 2300000, 0
		if bw > lowPass[0]+highPass1 {
			bw, mid, width = bw-highPass2, mid+highPass2, width+highPass2
		}
		if bw > lowPass[0] {
			bw, mid, width = bw-highPass1, mid+highPass1, width+highPass1
		}
		i := 0
		for i < len(lowPass) && bw <= lowPass[i] {
			i++
		}
		return mid - (width+lowPass[max(0, i-1)])/2
	}
}

// trueHz is where an R820T or R828D really stands when librtlsdr was asked for hz at a sample rate. old is the arithmetic of
// versions up to 0.6: it cuts the fraction to whole kilohertz and takes it apart bit by bit. It is 0 where there is no D: the
// library overflows then, and the tuner stands anywhere.
func trueHz(hz uint32, rateHz int, old bool) float64 {
	lo := uint64(hz) + uint64(ifHz(rateHz))
	mix := uint64(2)
	for k := (lo + 500) / 1000; mix <= mixMost && (k*mix < vcoMin || k*mix >= vcoMax); {
		mix *= 2
	}
	if mix > mixMost {
		return 0
	}
	vco := lo * mix
	const ref = 28800000
	var steps uint64 // of 2·ref/65536
	if old {
		n := vco / (2 * ref)
		steps = n<<16 + uint64(fraction(uint32((vco-2*ref*n)/1000)))
	} else {
		steps = (ref + vco<<16) / (2 * ref)
	}
	real := float64(steps) * 2 * ref / 65536 / float64(mix)
	mixer := float64(int64(float64(ifHz(rateHz))*(1<<22)/xtalHz)) * xtalHz / (1 << 22)
	return real - mixer
}

// fraction takes kilohertz of a fraction of 57.6 MHz apart, the highest bit first.
func fraction(kHz uint32) (steps uint16) {
	const ref = 2 * 28800
	for n := uint32(2); kHz > 1; n <<= 1 {
		if kHz > ref/n {
			steps += uint16(32768 / (n / 2))
			kHz -= ref / n
			if n >= 0x8000 {
				break
			}
		}
		if n >= 0x10000 {
			break
		}
	}
	return steps
}
