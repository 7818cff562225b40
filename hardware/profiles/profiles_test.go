package profiles

import (
	"slices"
	"testing"
)

// TestProfiles: every file is whole and possible.
func TestProfiles(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 12 {
		t.Errorf("%d profiles", len(all))
	}
	seen := map[string]bool{}
	for _, p := range all {
		switch {
		case p.Name == "" || p.DC == "" || !slices.Contains([]string{"rtlsdr", "uhd", "soapy"}, p.Driver):
			t.Errorf("%q: name, dc or driver %q", p.Name, p.Driver)
		case !(0 < p.MinMHz && p.MinMHz < p.MaxMHz && p.MaxMHz <= p.TryMHz && p.MinMHz <= p.StartMHz && p.StartMHz <= p.MaxMHz):
			t.Errorf("%s: range %g to %g, maybe %g, from %g MHz", p.Name, p.MinMHz, p.MaxMHz, p.TryMHz, p.StartMHz)
		case !slices.Contains(p.Rates, p.Rate) || !slices.IsSorted(p.Rates) || p.Rates[0] < 1.92:
			t.Errorf("%s: rates %v, usually %g", p.Name, p.Rates, p.Rate)
		case !(p.Band > 0.5 && p.Band <= 1) || p.Bits < 8 || p.Bits > 16 || p.StepHz <= 0 || p.SettleMS <= 0 || p.PPM <= 0:
			t.Errorf("%s: %+v", p.Name, p)
		case !slices.IsSorted(p.Gains) || p.Driver != "rtlsdr" && len(p.Gains) < 2:
			t.Errorf("%s: gains %v", p.Name, p.Gains)
		}
		for _, k := range append(p.Keys, p.Driver+" in general")[:max(1, len(p.Keys))] {
			if seen[k] {
				t.Errorf("%s: %q is another's key", p.Name, k)
			}
			seen[k] = true
		}
	}
	if p, err := Of("uhd", "B210"); err != nil || p.Name != "USRP B200 or B210" {
		t.Errorf("B210: %q %v", p.Name, err)
	}
	if p, err := Of("soapy", "redpitaya"); err != nil || p.Name != "SoapySDR device" {
		t.Errorf("an unknown device: %q %v", p.Name, err)
	}
	if _, err := Of("rtlsdr", "nonesuch"); err == nil {
		t.Error("an unknown tuner has a profile")
	}
}
