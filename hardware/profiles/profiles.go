// Package profiles describes radios, as data: one file for each kind. Where a device can be asked, its answer counts.
package profiles

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// Profile is what is known of one kind of radio.
type Profile struct {
	Name     string    `toml:"name"`
	Driver   string    `toml:"driver"`     // rtlsdr, uhd or soapy
	Keys     []string  `toml:"keys"`       // as the driver calls it; empty: any other of this driver
	MinMHz   float64   `toml:"min_mhz"`    // it is sure to tune from here
	MaxMHz   float64   `toml:"max_mhz"`    // to here
	TryMHz   float64   `toml:"try_mhz"`    // some reach this
	StartMHz float64   `toml:"start_mhz"`  // where it stands before it is told
	Rates    []float64 `toml:"rates_msps"` // of use for LTE
	Rate     float64   `toml:"rate_msps"`  // the usual one
	Band     float64   `toml:"band"`       // share of the rate that its filters pass
	Bits     int       `toml:"bits"`
	Gains    []float64 `toml:"gains_db"` // empty: the driver lists them
	StepHz   float64   `toml:"step_hz"`  // of the synthesiser
	SettleMS float64   `toml:"settle_ms"`
	PPM      float64   `toml:"ppm"` // typical error of the oscillator
	DC       string    `toml:"dc"`  // what is seen at the centre
}

//go:embed *.toml
var files embed.FS

// All lists the profiles.
var All = sync.OnceValues(func() ([]Profile, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var all []Profile
	for _, e := range entries {
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		var p Profile
		meta, err := toml.Decode(string(text), &p)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", e.Name(), err)
		}
		if left := meta.Undecoded(); len(left) > 0 {
			return nil, fmt.Errorf("profile %s: no field %s", e.Name(), left[0])
		}
		all = append(all, p)
	}
	return all, nil
})

// Of finds the profile of a driver's device by what the driver calls it; else the driver's general one.
func Of(driver, key string) (Profile, error) {
	all, err := All()
	if err != nil {
		return Profile{}, err
	}
	var general *Profile
	for i, p := range all {
		if p.Driver != driver {
			continue
		}
		if slices.Contains(p.Keys, strings.ToLower(key)) {
			return p, nil
		}
		if len(p.Keys) == 0 {
			general = &all[i]
		}
	}
	if general == nil {
		return Profile{}, fmt.Errorf("no profile for a %s device called %q", driver, key)
	}
	return *general, nil
}

// RatesHz lists the rates in samples a second.
func (p *Profile) RatesHz() []float64 {
	out := make([]float64, len(p.Rates))
	for i, r := range p.Rates {
		out[i] = r * 1e6
	}
	return out
}

// Reach is whether a radio of this kind covers a span of frequencies.
type Reach int

// The answers: the table cannot say Maybe away, only the single device can.
const (
	No Reach = iota
	Maybe
	Yes
)

// Covers says whether the radio tunes all over a span.
func (p *Profile) Covers(lowHz, highHz float64) Reach {
	switch {
	case lowHz >= p.MinMHz*1e6 && highHz <= p.MaxMHz*1e6:
		return Yes
	case highHz >= p.MinMHz*1e6 && lowHz <= p.TryMHz*1e6:
		return Maybe
	}
	return No
}
