package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/hardware/clib"
	"github.com/straycell/straycell/hardware/profiles"
	"github.com/straycell/straycell/hardware/rtlsdr"
	"github.com/straycell/straycell/hardware/soapy"
	"github.com/straycell/straycell/hardware/uhd"
	"github.com/straycell/straycell/tui/plain"
)

type devicesVerb struct {
	Probe bool `env:"-" help:"Ask each dongle's PLL which bands it reaches that its kind does not promise, and remember the answer by its serial number."`
}

func (devicesVerb) Help() string {
	return `
Examples:

  straycell devices
  straycell devices --probe
`
}

// device is a radio on this machine.
type device struct {
	uri, name string
	profile   *profiles.Profile
	serial    string
	trouble   string
}

func (v *devicesVerb) run(e *env) (result, error) {
	if err := e.shield(); err != nil {
		return result{}, err
	}
	found, missing := findDevices(e)
	memory := readLocks()
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%s\n    %s\n", plain.Text(d.uri, 200), plain.Text(d.name, 200))
		if d.trouble != "" {
			fmt.Fprintf(&b, "    %s\n", plain.Text(d.trouble, 500))
		}
		if d.profile == nil {
			continue
		}
		if v.Probe && d.profile.Driver == "rtlsdr" {
			if err := memory.probe(e, d); err != nil {
				fmt.Fprintf(&b, "    %s\n", plain.Text(err.Error(), 500))
			}
		}
		for _, l := range plain.Lines(coverage(d, memory), 100, 20) {
			fmt.Fprintf(&b, "    %s\n", l)
		}
	}
	if len(found) == 0 {
		b.WriteString("no radio is plugged in\n")
	}
	for _, err := range missing {
		fmt.Fprintf(&b, "%s\n", plain.Text(err.Error(), 500))
	}
	_, err := e.out.WriteString(b.String())
	return result{}, err
}

// findDevices asks each library. SoapySDR is asked for those radios only that no library of their own drives.
func findDevices(e *env) (found []device, missing []error) {
	note := func(err error) {
		if err != nil {
			missing = append(missing, err)
		}
	}
	dongles, err := rtlsdr.Find()
	note(err)
	for _, f := range dongles {
		d := device{uri: "rtlsdr:serial=" + f.Serial, name: strings.TrimSpace(f.Name + ", " + f.Manufacturer + " " + f.Product), serial: f.Serial, trouble: f.Trouble}
		if f.Trouble == "" {
			if p, err := rtlsdr.Kind(e.ctx, f.Serial); err != nil {
				d.trouble = err.Error()
			} else {
				d.profile = &p
			}
		}
		found = append(found, d)
	}
	usrps, err := uhd.Find("")
	note(err)
	for _, f := range usrps {
		if f["type"] == "soapy" {
			continue
		}
		d := device{uri: "uhd:serial=" + f["serial"], name: strings.TrimSpace("USRP " + f["product"] + " " + f["name"]), serial: f["serial"]}
		if p, err := profiles.Of("uhd", f["product"]); err == nil {
			d.profile = &p
		}
		found = append(found, d)
	}
	all, err := profiles.All()
	note(err)
	for _, p := range all {
		for _, key := range p.Keys {
			if p.Driver != "soapy" {
				continue
			}
			list, err := soapy.Find("driver=" + key)
			for _, f := range list {
				found = append(found, device{uri: "soapy:driver=" + key + ",serial=" + f["serial"], name: p.Name + " " + f["label"], serial: f["serial"], profile: &p})
			}
			var gone *clib.MissingError
			if errors.As(err, &gone) {
				note(err)
				return found, missing
			}
		}
	}
	return found, missing
}

// coverage is what a radio reaches, in words.
func coverage(d device, memory locks) string {
	var sure, unsure, locked, unlocked []string
	for _, b := range lte.Bands {
		n := fmt.Sprint(b.Number)
		locks, probed := memory[d.serial][n]
		switch reach := d.profile.Covers(b.LowHz, b.HighHz()); {
		case reach == profiles.Yes:
			sure = append(sure, n)
		case reach == profiles.Maybe && probed && locks:
			locked = append(locked, n)
		case reach == profiles.Maybe && probed:
			unlocked = append(unlocked, n)
		case reach == profiles.Maybe:
			unsure = append(unsure, n)
		}
	}
	text := fmt.Sprintf("%s: %g to %g MHz, up to %g Msps, %d bits; LTE bands %s", d.profile.Name, d.profile.MinMHz, d.profile.MaxMHz,
		d.profile.Rates[len(d.profile.Rates)-1], d.profile.Bits, strings.Join(sure, ", "))
	for _, part := range []struct {
		bands []string
		say   string
	}{{locked, "; %s locked when it was probed"}, {unlocked, "; %s did not lock when it was probed"}, {unsure, "; %s not guaranteed"}} {
		if len(part.bands) == 1 {
			text += fmt.Sprintf(part.say, "band "+part.bands[0])
		} else if len(part.bands) > 1 {
			text += fmt.Sprintf(part.say, "bands "+strings.Join(part.bands, ", "))
		}
	}
	return text
}

// locks remembers by serial number and band whether a dongle's PLL locked all over the band.
type locks map[string]map[string]bool

func locksFile() (string, error) {
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "straycell", "pll.json"), err
}

// readLocks reads what is remembered; nothing if it cannot be read.
func readLocks() locks {
	all := locks{}
	if path, err := locksFile(); err == nil {
		if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &all) != nil {
			return locks{}
		}
	}
	return all
}

// probe asks a dongle at both ends and in the middle of each band that is in doubt.
func (all locks) probe(e *env, d device) error {
	var freqs []float64
	ends := func(b lte.Band) []float64 {
		return []float64{b.LowHz + 1e6, (b.LowHz + b.HighHz()) / 2, b.HighHz() - 1e6}
	}
	for _, b := range lte.Bands {
		if d.profile.Covers(b.LowHz, b.HighHz()) == profiles.Maybe {
			freqs = append(freqs, ends(b)...)
		}
	}
	got, err := rtlsdr.Probe(e.ctx, d.serial, freqs)
	if err != nil {
		return err
	}
	if all[d.serial] == nil {
		all[d.serial] = map[string]bool{}
	}
	for _, b := range lte.Bands {
		if d.profile.Covers(b.LowHz, b.HighHz()) != profiles.Maybe {
			continue
		}
		locked := true
		for _, hz := range ends(b) {
			locked = locked && got[hz]
		}
		all[d.serial][fmt.Sprint(b.Number)] = locked
	}
	path, err := locksFile()
	if err != nil {
		return nil // nowhere to remember it
	}
	text, err := json.Marshal(all)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil && !errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("remember what was probed: %w", err)
	}
	return nil
}
