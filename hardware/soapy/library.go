// Package soapy receives with whatever SoapySDR has a module for: HackRF, bladeRF, LimeSDR, PlutoSDR, Airspy and others.
//
// SoapySDR is a layer over other drivers, so what it says is what they say: gains are sums over several amplifiers, rates are
// the nearest that a driver makes, and few tell how much an overflow lost. Modules are loaded for every driver that is installed;
// only drivers that are asked for by name are made to look for devices, for some listen on the network or on sound cards.
package soapy

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/straycell/straycell/hardware/clib"
)

var library = clib.Library{
	Name:    "libSoapySDR",
	Files:   files[runtime.GOOS],
	Install: "Debian, Ubuntu: apt-get install libsoapysdr0.8 soapysdr0.8-module-hackrf (or another module); macOS: brew install soapysdr",
}

var files = map[string][]string{
	"linux":  {"libSoapySDR.so.0.8", "libSoapySDR.so.0.7", "libSoapySDR.so"},
	"darwin": {"libSoapySDR.dylib", "/opt/homebrew/lib/libSoapySDR.dylib", "/usr/local/lib/libSoapySDR.dylib"},
}

type (
	handle = unsafe.Pointer // SoapySDRDevice
	stream = unsafe.Pointer // SoapySDRStream
)

// kwargs is a SoapySDRKwargs.
type kwargs struct {
	size       uintptr
	keys, vals **byte
}

const (
	rx  = 1 // the other direction, 0, is never passed
	one = 0 // the first channel

	timedOut   = -1
	overflowed = -4

	hasTime = 1 << 2
)

// api is the library's functions. Those that return an int32 return a negative number or another than 0 when they fail.
type api struct {
	path string

	version    func() string
	abi        func() string
	free       func(p unsafe.Pointer)
	lastError  func() string
	lastStatus func() int32

	enumerate func(args string, n *uintptr) *kwargs
	clearList func(list *kwargs, n uintptr)
	make      func(args string) handle
	unmake    func(dev handle) int32
	driverKey func(dev handle) *byte
	hardware  func(dev handle) *byte

	setFrequency  func(dev handle, direction int32, channel uintptr, hz float64, args *kwargs) int32
	getFrequency  func(dev handle, direction int32, channel uintptr) float64
	setSampleRate func(dev handle, direction int32, channel uintptr, hz float64) int32
	getSampleRate func(dev handle, direction int32, channel uintptr) float64
	setGainMode   func(dev handle, direction int32, channel uintptr, auto bool) int32
	setGain       func(dev handle, direction int32, channel uintptr, db float64) int32
	getGain       func(dev handle, direction int32, channel uintptr) float64
	setAntenna    func(dev handle, direction int32, channel uintptr, name string) int32
	setClock      func(dev handle, source string) int32
	setTime       func(dev handle, source string) int32
	writeSetting  func(dev handle, key, value string) int32
	nativeFormat  func(dev handle, direction int32, channel uintptr, fullScale *float64) *byte

	setupStream func(dev handle, direction int32, format string, channels *uintptr, n uintptr, args *kwargs) stream
	closeStream func(dev handle, s stream) int32
	activate    func(dev handle, s stream, flags int32, timeNs int64, n uintptr) int32
	deactivate  func(dev handle, s stream, flags int32, timeNs int64) int32
	read        func(dev handle, s stream, buffers unsafe.Pointer, n uintptr, flags *int32, timeNs *int64, timeoutUs int) int32
	loadModule  func(path string) *byte
}

// load loads the library, once.
var load = sync.OnceValues(func() (*api, error) {
	a := &api{}
	lib, err := library.Load(
		clib.Func{Name: "SoapySDR_getLibVersion", Fn: &a.version},
		clib.Func{Name: "SoapySDR_getABIVersion", Fn: &a.abi},
		clib.Func{Name: "SoapySDRDevice_lastError", Fn: &a.lastError},
		clib.Func{Name: "SoapySDRDevice_lastStatus", Fn: &a.lastStatus},
		clib.Func{Name: "SoapySDRDevice_enumerateStrArgs", Fn: &a.enumerate},
		clib.Func{Name: "SoapySDRKwargsList_clear", Fn: &a.clearList},
		clib.Func{Name: "SoapySDRDevice_makeStrArgs", Fn: &a.make},
		clib.Func{Name: "SoapySDRDevice_unmake", Fn: &a.unmake},
		clib.Func{Name: "SoapySDRDevice_getDriverKey", Fn: &a.driverKey},
		clib.Func{Name: "SoapySDRDevice_getHardwareKey", Fn: &a.hardware},
		clib.Func{Name: "SoapySDRDevice_setFrequency", Fn: &a.setFrequency},
		clib.Func{Name: "SoapySDRDevice_getFrequency", Fn: &a.getFrequency},
		clib.Func{Name: "SoapySDRDevice_setSampleRate", Fn: &a.setSampleRate},
		clib.Func{Name: "SoapySDRDevice_getSampleRate", Fn: &a.getSampleRate},
		clib.Func{Name: "SoapySDRDevice_setGainMode", Fn: &a.setGainMode},
		clib.Func{Name: "SoapySDRDevice_setGain", Fn: &a.setGain},
		clib.Func{Name: "SoapySDRDevice_getGain", Fn: &a.getGain},
		clib.Func{Name: "SoapySDRDevice_setAntenna", Fn: &a.setAntenna},
		clib.Func{Name: "SoapySDRDevice_setClockSource", Fn: &a.setClock},
		clib.Func{Name: "SoapySDRDevice_setTimeSource", Fn: &a.setTime},
		clib.Func{Name: "SoapySDRDevice_writeSetting", Fn: &a.writeSetting},
		clib.Func{Name: "SoapySDRDevice_getNativeStreamFormat", Fn: &a.nativeFormat},
		clib.Func{Name: "SoapySDRDevice_setupStream", Fn: &a.setupStream},
		clib.Func{Name: "SoapySDRDevice_closeStream", Fn: &a.closeStream},
		clib.Func{Name: "SoapySDRDevice_activateStream", Fn: &a.activate},
		clib.Func{Name: "SoapySDRDevice_deactivateStream", Fn: &a.deactivate},
		clib.Func{Name: "SoapySDRDevice_readStream", Fn: &a.read},
		clib.Func{Name: "SoapySDR_loadModule", Fn: &a.loadModule},
	)
	if err != nil {
		return nil, err
	}
	if !lib.Has(clib.Func{Name: "SoapySDR_free", Fn: &a.free}) {
		a.free = func(unsafe.Pointer) {} // 0.7 has none: some octets a call stay behind
	}
	if v := a.abi(); !strings.HasPrefix(v, "0.8") && !strings.HasPrefix(v, "0.7") {
		return nil, fmt.Errorf("libSoapySDR: its binary interface is %q: straycell knows 0.7 and 0.8", v)
	}
	a.path = lib.Path
	return a, nil
})

// Version is the library's.
func Version() (string, error) {
	a, err := load()
	if err != nil {
		return "", err
	}
	return "libSoapySDR " + a.version(), nil
}

// Found is a device on this machine, as its driver describes it.
type Found map[string]string

// Find lists the devices that a driver finds; args is like "driver=hackrf".
func Find(args string) ([]Found, error) {
	if !strings.Contains(args, "driver=") {
		return nil, errors.New("name the driver, like driver=hackrf: some drivers search networks and sound cards")
	}
	a, err := load()
	if err != nil {
		return nil, err
	}
	var out []Found
	clib.Said(func() {
		var n uintptr
		list := a.enumerate(args, &n)
		if list == nil || n == 0 || n > 1000 {
			return
		}
		for _, k := range unsafe.Slice(list, n) {
			out = append(out, k.text())
		}
		a.clearList(list, n)
	})
	return out, nil
}

// text copies keys and values out of C's memory.
func (k kwargs) text() Found {
	f := Found{}
	if k.size == 0 || k.size > 1000 {
		return f
	}
	keys, vals := unsafe.Slice(k.keys, k.size), unsafe.Slice(k.vals, k.size)
	for i := range keys {
		f[clib.CString(keys[i])] = clib.CString(vals[i])
	}
	return f
}

// take copies a text that C allocated, and frees it.
func (a *api) take(p *byte) string {
	if p == nil {
		return ""
	}
	defer a.free(unsafe.Pointer(p))
	return clib.CString(p)
}
