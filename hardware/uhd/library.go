// Package uhd receives with USRPs through the C interface of UHD.
//
// What a USRP adds to a dongle: carriers of 20 MHz whole, 12 bits, every band up to 6 GHz, time stamps that tell exactly how many
// samples an overflow lost, and inputs for an external 10 MHz and PPS, or a GPS-disciplined oscillator inside.
package uhd

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/straycell/straycell/hardware/clib"
)

var library = clib.Library{
	Name:    "libuhd",
	Files:   files[runtime.GOOS],
	Install: "Debian, Ubuntu: apt-get install uhd-host, then uhd_images_downloader; macOS: brew install uhd",
}

var files = map[string][]string{
	"linux": {"libuhd.so.4.9.0", "libuhd.so.4.8.0", "libuhd.so.4.7.0", "libuhd.so.4.6.0", "libuhd.so.4.5.0", "libuhd.so.4.4.0",
		"libuhd.so.4.3.0", "libuhd.so.4.2.0", "libuhd.so.4.1.0", "libuhd.so.4.0.0", "libuhd.so"},
	"darwin": {"libuhd.dylib", "/opt/homebrew/lib/libuhd.dylib", "/usr/local/lib/libuhd.dylib"},
}

type (
	handle   = unsafe.Pointer // uhd_usrp_handle
	streamer = unsafe.Pointer // uhd_rx_streamer_handle
	metadata = unsafe.Pointer // uhd_rx_metadata_handle
	strs     = unsafe.Pointer // uhd_string_vector_handle
	sensor   = unsafe.Pointer // uhd_sensor_value_handle
)

// streamArgs is uhd_stream_args_t.
type streamArgs struct {
	cpuFormat, otwFormat, args *byte
	channels                   *uintptr
	n                          int32
}

// streamCmd is uhd_stream_cmd_t.
type streamCmd struct {
	mode    int32
	samples uintptr
	now     bool
	seconds int64
	part    float64
}

// tuneRequest is uhd_tune_request_t; its policies are 'A', automatic.
type tuneRequest struct {
	targetHz  float64
	rfPolicy  int32
	rfHz      float64
	dspPolicy int32
	dspHz     float64
	args      *byte
}

// tuneResult is uhd_tune_result_t.
type tuneResult struct{ clippedHz, targetHz, actualHz, targetDSPHz, actualDSPHz float64 }

const (
	one = 0 // the first channel of the first board

	startContinuous = 'a'
	stopContinuous  = 'o'
	automatic       = 'A'

	errTimeout  = 1
	errOverflow = 8
)

// api is the library's functions; what they return is an error's number, 0 for none.
type api struct {
	path string

	version   func(text *byte, n uintptr) int32
	lastError func(text *byte, n uintptr) int32

	makeStrs func(v *strs) int32
	freeStrs func(v *strs) int32
	sizeStrs func(v strs, n *uintptr) int32
	atStrs   func(v strs, i uintptr, text *byte, n uintptr) int32
	find     func(args string, v *strs) int32

	make  func(h *handle, args string) int32
	free  func(h *handle) int32
	board func(h handle, board uintptr, text *byte, n uintptr) int32

	setRate    func(h handle, hz float64, channel uintptr) int32
	getRate    func(h handle, channel uintptr, hz *float64) int32
	setFreq    func(h handle, r *tuneRequest, channel uintptr, result *tuneResult) int32
	getFreq    func(h handle, channel uintptr, hz *float64) int32
	setGain    func(h handle, db float64, channel uintptr, name string) int32
	getGain    func(h handle, channel uintptr, name string, db *float64) int32
	setAntenna func(h handle, name string, channel uintptr) int32
	setClock   func(h handle, source string, board uintptr) int32
	setTime    func(h handle, source string, board uintptr) int32

	makeSensor func(v *sensor) int32
	freeSensor func(v *sensor) int32
	getSensor  func(h handle, name string, board uintptr, v *sensor) int32
	sensorBool func(v sensor, value *bool) int32

	makeStreamer func(s *streamer) int32
	freeStreamer func(s *streamer) int32
	getStream    func(h handle, args *streamArgs, s streamer) int32
	recv         func(s streamer, buffers unsafe.Pointer, n uintptr, md *metadata, timeout float64, onePacket bool, got *uintptr) int32
	command      func(s streamer, cmd *streamCmd) int32
	makeMD       func(m *metadata) int32
	freeMD       func(m *metadata) int32
	errorCode    func(m metadata, code *int32) int32
	hasTime      func(m metadata, has *bool) int32
	timeSpec     func(m metadata, seconds *int64, part *float64) int32
}

// load loads the library, once.
var load = sync.OnceValues(func() (*api, error) {
	a := &api{}
	lib, err := library.Load(
		clib.Func{Name: "uhd_get_version_string", Fn: &a.version},
		clib.Func{Name: "uhd_get_last_error", Fn: &a.lastError},
		clib.Func{Name: "uhd_string_vector_make", Fn: &a.makeStrs},
		clib.Func{Name: "uhd_string_vector_free", Fn: &a.freeStrs},
		clib.Func{Name: "uhd_string_vector_size", Fn: &a.sizeStrs},
		clib.Func{Name: "uhd_string_vector_at", Fn: &a.atStrs},
		clib.Func{Name: "uhd_usrp_find", Fn: &a.find},
		clib.Func{Name: "uhd_usrp_make", Fn: &a.make},
		clib.Func{Name: "uhd_usrp_free", Fn: &a.free},
		clib.Func{Name: "uhd_usrp_get_mboard_name", Fn: &a.board},
		clib.Func{Name: "uhd_usrp_set_rx_rate", Fn: &a.setRate},
		clib.Func{Name: "uhd_usrp_get_rx_rate", Fn: &a.getRate},
		clib.Func{Name: "uhd_usrp_set_rx_freq", Fn: &a.setFreq},
		clib.Func{Name: "uhd_usrp_get_rx_freq", Fn: &a.getFreq},
		clib.Func{Name: "uhd_usrp_set_rx_gain", Fn: &a.setGain},
		clib.Func{Name: "uhd_usrp_get_rx_gain", Fn: &a.getGain},
		clib.Func{Name: "uhd_usrp_set_rx_antenna", Fn: &a.setAntenna},
		clib.Func{Name: "uhd_usrp_set_clock_source", Fn: &a.setClock},
		clib.Func{Name: "uhd_usrp_set_time_source", Fn: &a.setTime},
		clib.Func{Name: "uhd_sensor_value_make", Fn: &a.makeSensor},
		clib.Func{Name: "uhd_sensor_value_free", Fn: &a.freeSensor},
		clib.Func{Name: "uhd_usrp_get_mboard_sensor", Fn: &a.getSensor},
		clib.Func{Name: "uhd_sensor_value_to_bool", Fn: &a.sensorBool},
		clib.Func{Name: "uhd_rx_streamer_make", Fn: &a.makeStreamer},
		clib.Func{Name: "uhd_rx_streamer_free", Fn: &a.freeStreamer},
		clib.Func{Name: "uhd_usrp_get_rx_stream", Fn: &a.getStream},
		clib.Func{Name: "uhd_rx_streamer_recv", Fn: &a.recv},
		clib.Func{Name: "uhd_rx_streamer_issue_stream_cmd", Fn: &a.command},
		clib.Func{Name: "uhd_rx_metadata_make", Fn: &a.makeMD},
		clib.Func{Name: "uhd_rx_metadata_free", Fn: &a.freeMD},
		clib.Func{Name: "uhd_rx_metadata_error_code", Fn: &a.errorCode},
		clib.Func{Name: "uhd_rx_metadata_has_time_spec", Fn: &a.hasTime},
		clib.Func{Name: "uhd_rx_metadata_time_spec", Fn: &a.timeSpec},
	)
	if err != nil {
		return nil, err
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
	var text [256]byte
	a.version(&text[0], uintptr(len(text)))
	return "libuhd " + clib.Text(text[:]), nil
}

// Found is a device, as UHD describes it: serial, type, product …
type Found map[string]string

// Find lists the devices that match args, like "type=b200"; "" is all USRPs on USB and in the local network.
func Find(args string) (out []Found, err error) {
	a, err := load()
	if err != nil {
		return nil, err
	}
	said := clib.Said(func() {
		var v strs
		if err = a.failed(a.makeStrs(&v)); err != nil {
			return
		}
		defer a.freeStrs(&v)
		if err = a.failed(a.find(args, &v)); err != nil {
			return
		}
		var n uintptr
		a.sizeStrs(v, &n)
		for i := range min(n, 100) {
			var text [1024]byte
			a.atStrs(v, i, &text[0], uintptr(len(text)))
			out = append(out, parse(clib.Text(text[:])))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("look for USRPs: %w %s", err, said)
	}
	return out, nil
}

// parse takes a text like "serial=31,type=b200" apart.
func parse(text string) Found {
	f := Found{}
	for part := range strings.SplitSeq(text, ",") {
		if k, v, ok := strings.Cut(part, "="); ok {
			f[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	return f
}

// failed is the error behind a function's number.
func (a *api) failed(code int32) error {
	if code == 0 {
		return nil
	}
	var text [1024]byte
	a.lastError(&text[0], uintptr(len(text)))
	return fmt.Errorf("UHD error %d: %s", code, strings.TrimSpace(clib.Text(text[:])))
}
