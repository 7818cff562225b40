// Package rtltcp speaks the protocol of rtl_tcp, by which a dongle is used over a network: a client as a live source, and a
// server that offers any radio.Source to the programs that know the protocol.
//
// The server greets with twelve octets: "RTL0", the kind of tuner and the number of its gains, both 32 bits, most
// significant octet first. After that it sends samples, I and Q in one unsigned octet each, for ever. The client sends
// commands of five octets: a number and a 32-bit argument. Nothing is answered, so neither side learns what the other made
// of it.
package rtltcp

import "fmt"

// Commands that a client sends.
const (
	cmdFreq     = 0x01 // Hz
	cmdRate     = 0x02 // samples a second
	cmdGainMode = 0x03 // 0 automatic, 1 manual
	cmdGain     = 0x04 // tenths of a decibel
	cmdPPM      = 0x05
	cmdTest     = 0x07 // 1: octets that count up instead of samples
	cmdBias     = 0x0e // 1: feed the antenna
)

const (
	magic      = "RTL0"
	greetingN  = 12
	commandN   = 5
	maxFreqHz  = 1<<32 - 1
	sampleSize = 2
)

// tuners are the kinds of tuner by their number in the greeting, with their gains in tenths of a decibel as librtlsdr
// offers them.
var tuners = []struct {
	name  string
	gains []int
}{
	{"unknown tuner", nil},
	{"E4000", []int{-10, 15, 40, 65, 90, 115, 140, 165, 190, 215, 240, 290, 340, 420}},
	{"FC0012", []int{-99, -40, 71, 179, 192}},
	{"FC0013", []int{-99, -73, -65, -63, -60, -58, -54, 58, 61, 63, 65, 67, 68, 70, 71, 179, 181, 182, 184, 186, 188, 191, 197}},
	{"FC2580", nil},
	{"R820T", r82xxGains},
	{"R828D", r82xxGains},
}

var r82xxGains = []int{0, 9, 14, 27, 37, 77, 87, 125, 144, 157, 166, 197, 207, 229, 254, 280, 297, 328, 338, 364, 372, 386, 402,
	421, 434, 439, 445, 480, 496}

// tunerName is the name of a tuner.
func tunerName(kind uint32) string {
	if int64(kind) < int64(len(tuners)) {
		return tuners[kind].name
	}
	return fmt.Sprintf("tuner %d", kind)
}

// tunerGains lists a tuner's gains in dB.
func tunerGains(kind uint32) []float64 {
	if int64(kind) >= int64(len(tuners)) {
		return nil
	}
	var out []float64
	for _, g := range tuners[kind].gains {
		out = append(out, float64(g)/10)
	}
	return out
}
