package lte

import "math"

// EARFCN is the E-UTRA absolute radio frequency channel number of a downlink carrier, TS 36.101 §5.7.3.
type EARFCN uint32

// Band is one row of TS 36.101 Table 5.7.3-1 (downlink side).
type Band struct {
	Number int
	Duplex Duplex
	LowHz  float64 // F_DL_low
	First  EARFCN  // N_Offs-DL
	Last   EARFCN  // last downlink EARFCN
}

// RasterHz is the channel raster, TS 36.101 §5.7.2.
const RasterHz = 100e3

// HighHz is the upper edge of the band.
func (b Band) HighHz() float64 { return b.LowHz + RasterHz*float64(b.Last-b.First+1) }

// Bands lists the downlink bands of TS 36.101 Table 5.7.3-1, in order of their number.
var Bands = []Band{
	{1, FDD, 2110e6, 0, 599},
	{2, FDD, 1930e6, 600, 1199},
	{3, FDD, 1805e6, 1200, 1949},
	{4, FDD, 2110e6, 1950, 2399},
	{5, FDD, 869e6, 2400, 2649},
	{6, FDD, 875e6, 2650, 2749},
	{7, FDD, 2620e6, 2750, 3449},
	{8, FDD, 925e6, 3450, 3799},
	{9, FDD, 1844.9e6, 3800, 4149},
	{10, FDD, 2110e6, 4150, 4749},
	{11, FDD, 1475.9e6, 4750, 4949},
	{12, FDD, 729e6, 5010, 5179},
	{13, FDD, 746e6, 5180, 5279},
	{14, FDD, 758e6, 5280, 5379},
	{17, FDD, 734e6, 5730, 5849},
	{18, FDD, 860e6, 5850, 5999},
	{19, FDD, 875e6, 6000, 6149},
	{20, FDD, 791e6, 6150, 6449},
	{21, FDD, 1495.9e6, 6450, 6599},
	{22, FDD, 3510e6, 6600, 7399},
	{23, FDD, 2180e6, 7500, 7699},
	{24, FDD, 1525e6, 7700, 8039},
	{25, FDD, 1930e6, 8040, 8689},
	{26, FDD, 859e6, 8690, 9039},
	{27, FDD, 852e6, 9040, 9209},
	{28, FDD, 758e6, 9210, 9659},
	{29, FDD, 717e6, 9660, 9769},
	{30, FDD, 2350e6, 9770, 9869},
	{31, FDD, 462.5e6, 9870, 9919},
	{32, FDD, 1452e6, 9920, 10359},
	{33, TDD, 1900e6, 36000, 36199},
	{34, TDD, 2010e6, 36200, 36349},
	{35, TDD, 1850e6, 36350, 36949},
	{36, TDD, 1930e6, 36950, 37549},
	{37, TDD, 1910e6, 37550, 37749},
	{38, TDD, 2570e6, 37750, 38249},
	{39, TDD, 1880e6, 38250, 38649},
	{40, TDD, 2300e6, 38650, 39649},
	{41, TDD, 2496e6, 39650, 41589},
	{42, TDD, 3400e6, 41590, 43589},
	{43, TDD, 3600e6, 43590, 45589},
	{44, TDD, 703e6, 45590, 46589},
	{45, TDD, 1447e6, 46590, 46789},
	{46, TDD, 5150e6, 46790, 54539},
	{47, TDD, 5855e6, 54540, 55239},
	{48, TDD, 3550e6, 55240, 56739},
	{49, TDD, 3550e6, 56740, 58239},
	{50, TDD, 1432e6, 58240, 59089},
	{51, TDD, 1427e6, 59090, 59139},
	{52, TDD, 3300e6, 59140, 60139},
	{53, TDD, 2483.5e6, 60140, 60254},
	{65, FDD, 2110e6, 65536, 66435},
	{66, FDD, 2110e6, 66436, 67335},
	{67, FDD, 738e6, 67336, 67535},
	{68, FDD, 753e6, 67536, 67835},
	{69, FDD, 2570e6, 67836, 68335},
	{70, FDD, 1995e6, 68336, 68585},
	{71, FDD, 617e6, 68586, 68935},
	{72, FDD, 461e6, 68936, 68985},
	{73, FDD, 460e6, 68986, 69035},
	{74, FDD, 1475e6, 69036, 69465},
	{75, FDD, 1432e6, 69466, 70315},
	{76, FDD, 1427e6, 70316, 70365},
	{85, FDD, 728e6, 70366, 70545},
	{87, FDD, 420e6, 70546, 70595},
	{88, FDD, 422e6, 70596, 70645},
	{103, FDD, 757e6, 70646, 70655},
	{106, FDD, 935e6, 70656, 70705},
}

// BandByNumber returns the row of a band.
func BandByNumber(n int) (Band, bool) {
	for _, b := range Bands {
		if b.Number == n {
			return b, true
		}
	}
	return Band{}, false
}

// Band returns the band an EARFCN belongs to.
func (e EARFCN) Band() (Band, bool) {
	for _, b := range Bands {
		if e >= b.First && e <= b.Last {
			return b, true
		}
	}
	return Band{}, false
}

// FreqHz is the downlink carrier frequency, TS 36.101 §5.7.3; 0 for a number outside every band.
func (e EARFCN) FreqHz() float64 {
	b, ok := e.Band()
	if !ok {
		return 0
	}
	return b.LowHz + RasterHz*float64(e-b.First)
}

// EARFCNs lists the channel numbers a raster frequency may have in bands of this duplex mode (all when unknown),
// lowest band first. The frequency must be within 1 kHz of the raster.
func EARFCNs(freqHz float64, d Duplex) []EARFCN {
	var out []EARFCN
	for _, b := range Bands {
		if d != DuplexUnknown && b.Duplex != d {
			continue
		}
		n := math.Round((freqHz - b.LowHz) / RasterHz)
		if n < 0 || n > float64(b.Last-b.First) || math.Abs(b.LowHz+n*RasterHz-freqHz) > 1e3 {
			continue
		}
		out = append(out, b.First+EARFCN(n))
	}
	return out
}
