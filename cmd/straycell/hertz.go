package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// hertz is a frequency or a rate as people type it: 1815.3M, 19.2M, 1920000.
type hertz float64

// String is the same as people type it.
func (h hertz) String() string { return strconv.FormatFloat(float64(h)/1e6, 'f', -1, 64) + "M" }

func (h *hertz) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	unit := 1.0
	number := s
	if n := len(s); n > 0 {
		switch s[n-1] {
		case 'k', 'K':
			unit = 1e3
		case 'M':
			unit = 1e6
		case 'G':
			unit = 1e9
		}
		if unit != 1 {
			number = strings.TrimSpace(s[:n-1])
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.Trim(number, "0123456789.eE+") != "" || !(v > 0) || math.IsInf(v*unit, 0) {
		return fmt.Errorf("%q is no frequency or rate: type it like 1815.3M, 1.92M or 1920000", s)
	}
	*h = hertz(math.Round(v*unit*1e3) / 1e3) // 1815.3 MHz in binary is not quite: millihertz are exact enough
	return nil
}
