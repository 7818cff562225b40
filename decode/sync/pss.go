// Package sync finds cells: primary and secondary synchronisation signals, frame timing, carrier offset and clock error,
// several cells per carrier and several carriers per look.
package sync

import (
	"math"
	"math/cmplx"
)

// Rate is the sample rate the synchronisation stages work at, samples per second: 128 per symbol of 15 kHz.
const Rate = 1.92e6

// HalfFrame is 5 ms at Rate: the PSS repeats with it.
const HalfFrame = 9600

// pssRoots are the Zadoff-Chu root indices of TS 36.211 Table 6.11.1.1-1, by NID2.
var pssRoots = [3]int{25, 29, 34}

// PSS returns d(0) to d(61) of TS 36.211 §6.11.1.1; the middle of the spectrum (the carrier) lies between d(30) and d(31).
func PSS(nid2 int) [62]complex64 {
	var d [62]complex64
	u := float64(pssRoots[nid2])
	for n := range d {
		m := float64(n)
		if n > 30 {
			m++
		}
		d[n] = complex64(cmplx.Rect(1, -math.Pi*u*m*(m+1)/63))
	}
	return d
}

// Subcarrier is the index, relative to the carrier, of element n of a 62-element synchronisation signal.
func Subcarrier(n int) int {
	if n < 31 {
		return n - 31
	}
	return n - 30
}
