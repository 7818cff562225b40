// Package rtlsdr receives with RTL2832U dongles through librtlsdr.
//
// What a dongle is: an 8-bit converter at 28.8 MHz behind a tuner, which is the part that matters. The common R820T2 and R828D
// reach some 1766 MHz; what they do above is decided by the PLL of each single dongle at each frequency, so it is asked
// whether it locked and not read from a table. A crystal without temperature compensation is off by tens of ppm and wanders
// while it warms up.
package rtlsdr

import (
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"unsafe"

	"github.com/straycell/straycell/hardware/clib"
)

var library = clib.Library{
	Name:  "librtlsdr",
	Files: files[runtime.GOOS],
	Install: "Debian, Ubuntu: apt-get install librtlsdr0 (newer: librtlsdr2); Fedora: dnf install rtl-sdr; macOS: " +
		"brew install librtlsdr",
}

var files = map[string][]string{
	"linux":  {"librtlsdr.so.2", "librtlsdr.so.0", "librtlsdr.so"},
	"darwin": {"librtlsdr.dylib", "/opt/homebrew/lib/librtlsdr.dylib", "/usr/local/lib/librtlsdr.dylib"},
}

// handle is a rtlsdr_dev_t.
type handle = unsafe.Pointer

// api is the library's functions. Those that return an int return a negative number when they fail.
type api struct {
	path string

	deviceCount   func() uint32
	deviceName    func(index uint32) string
	deviceStrings func(index uint32, manufacturer, product, serial *byte) int32 // 256 octets each
	open          func(dev *handle, index uint32) int32
	close         func(dev handle) int32

	setCenterFreq  func(dev handle, hz uint32) int32
	setSampleRate  func(dev handle, hz uint32) int32
	getSampleRate  func(dev handle) uint32
	getTunerType   func(dev handle) int32
	getTunerGains  func(dev handle, tenths *int32) int32
	setGainMode    func(dev handle, manual int32) int32
	setTunerGain   func(dev handle, tenths int32) int32
	getTunerGain   func(dev handle) int32
	setBiasTee     func(dev handle, on int32) int32 // nil before 0.6
	resetBuffer    func(dev handle) int32
	readAsync      func(dev handle, callback uintptr, ctx uintptr, buffers, octets uint32) int32
	cancelAsync    func(dev handle) int32
	setTunerBandHz func(dev handle, hz uint32) int32
}

// load loads the library, once.
var load = sync.OnceValues(func() (*api, error) {
	a := &api{}
	lib, err := library.Load(
		clib.Func{Name: "rtlsdr_get_device_count", Fn: &a.deviceCount},
		clib.Func{Name: "rtlsdr_get_device_name", Fn: &a.deviceName},
		clib.Func{Name: "rtlsdr_get_device_usb_strings", Fn: &a.deviceStrings},
		clib.Func{Name: "rtlsdr_open", Fn: &a.open},
		clib.Func{Name: "rtlsdr_close", Fn: &a.close},
		clib.Func{Name: "rtlsdr_set_center_freq", Fn: &a.setCenterFreq},
		clib.Func{Name: "rtlsdr_set_sample_rate", Fn: &a.setSampleRate},
		clib.Func{Name: "rtlsdr_get_sample_rate", Fn: &a.getSampleRate},
		clib.Func{Name: "rtlsdr_get_tuner_type", Fn: &a.getTunerType},
		clib.Func{Name: "rtlsdr_get_tuner_gains", Fn: &a.getTunerGains},
		clib.Func{Name: "rtlsdr_set_tuner_gain_mode", Fn: &a.setGainMode},
		clib.Func{Name: "rtlsdr_set_tuner_gain", Fn: &a.setTunerGain},
		clib.Func{Name: "rtlsdr_get_tuner_gain", Fn: &a.getTunerGain},
		clib.Func{Name: "rtlsdr_reset_buffer", Fn: &a.resetBuffer},
		clib.Func{Name: "rtlsdr_read_async", Fn: &a.readAsync},
		clib.Func{Name: "rtlsdr_cancel_async", Fn: &a.cancelAsync},
		clib.Func{Name: "rtlsdr_set_tuner_bandwidth", Fn: &a.setTunerBandHz},
	)
	if err != nil {
		return nil, err
	}
	lib.Has(clib.Func{Name: "rtlsdr_set_bias_tee", Fn: &a.setBiasTee})
	a.path = lib.Path
	return a, nil
})

// Version is the library's, as its file's name tells it; it has no function for that.
func Version() (string, error) {
	a, err := load()
	if err != nil {
		return "", err
	}
	return filepath.Base(a.path), nil
}

var versionPattern = regexp.MustCompile(`\.so\.0\.[0-6](\.|$)`)

// truncates says whether the library's PLL arithmetic is the one of versions up to 0.6, see pll.go.
func (a *api) truncates() bool { return versionPattern.MatchString(filepath.Base(a.path)) }

// Found is a dongle on this machine.
type Found struct {
	Index                       int
	Name, Manufacturer, Product string
	Serial                      string
	Trouble                     string // why its strings cannot be read: permission, mostly
}

// Find lists the dongles on this machine.
func Find() ([]Found, error) {
	a, err := load()
	if err != nil {
		return nil, err
	}
	var out []Found
	for i := range a.deviceCount() {
		f := Found{Index: int(i), Name: a.deviceName(i)}
		var text [3][256]byte
		var rc int32
		said := clib.Said(func() { rc = a.deviceStrings(i, &text[0][0], &text[1][0], &text[2][0]) })
		if rc < 0 {
			f.Trouble = explain("read its serial number", rc, said).Error()
		}
		f.Manufacturer, f.Product, f.Serial = clib.Text(text[0][:]), clib.Text(text[1][:]), clib.Text(text[2][:])
		out = append(out, f)
	}
	return out, nil
}

// explain is an error of the library with what to do about it. Its numbers are libusb's.
func explain(what string, rc int32, said string) error {
	if said != "" {
		said = ": " + said
	}
	switch rc {
	case -3:
		return fmt.Errorf("%s: no permission%s: install the udev rules (straycell doctor says how) and plug it in again", what, said)
	case -4, -5:
		return fmt.Errorf("%s: it is not there any more%s", what, said)
	case -6:
		return fmt.Errorf("%s: it is in use%s: end the other program, or unload the DVB driver: rmmod dvb_usb_rtl28xxu", what, said)
	}
	return fmt.Errorf("%s: error %d%s", what, rc, said)
}
