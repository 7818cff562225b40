package main

import (
	"os"
	"strings"

	"github.com/straycell/straycell/radio/iqfile"
)

// radios are the kinds of source this build can open, by the scheme of their URI.
var radios = []struct {
	scheme, example string
	open            func(e *env, uri string, raw rawFlags) (source, error)
}{
	{"file", "file:gangnam.sigmf-meta", openFile},
	{"sim", "sim:kt-femto", openSim},
	{"rtlsdr", "rtlsdr:serial=00000001", openRTLSDR},
	{"rtltcp", "rtltcp://host:1234", openRTLTCP},
	{"uhd", "uhd:type=b200", openUHD},
	{"soapy", "soapy:driver=hackrf", openSoapy},
}

// radioNames lists the schemes for help and messages.
func radioNames() string {
	var names []string
	for _, r := range radios {
		names = append(names, r.example)
	}
	return strings.Join(names, ", ")
}

// open opens the radio that --radio names.
func (f *radioFlags) open(e *env) (source, error) {
	if len(f.Radio) == 0 {
		return source{}, usagef("say which radio with --radio: this build opens %s; without any hardware try --radio sim:", radioNames())
	}
	if len(f.Radio) > 1 {
		return source{}, usagef("--radio is there %d times: one at a time, except with scan and watch", len(f.Radio))
	}
	uri := f.Radio[0]
	scheme, _, ok := strings.Cut(uri, ":")
	for _, r := range radios {
		if ok && r.scheme == scheme {
			return r.open(e, uri, f.rawFlags)
		}
	}
	if _, err := os.Stat(uri); err == nil {
		return source{}, usagef("--radio %s is a file: type --radio file:%s, or straycell decode %s", uri, shell(uri), shell(uri))
	}
	return source{}, usagef("--radio %s: this build opens %s", uri, radioNames())
}

func openFile(_ *env, uri string, raw rawFlags) (source, error) {
	path := filePath(uri)
	if path == "" {
		return source{}, usagef("--radio file: names no file: type it like file:gangnam.sigmf-meta")
	}
	return openRecording(path, uri, raw)
}

// filePath is the path in a URI of a file.
func filePath(uri string) string { return strings.TrimPrefix(strings.TrimPrefix(uri, "file:"), "//") }

// openRecording opens a recording under the name that the user gave it.
func openRecording(path, name string, raw rawFlags) (source, error) {
	freq, err := raw.Freq.centre()
	if err != nil {
		return source{}, err
	}
	f, err := iqfile.Open(path, iqfile.Raw{Format: raw.Format, RateHz: float64(raw.Rate), FreqHz: float64(freq)})
	if err != nil {
		return source{}, err
	}
	return source{Source: f, name: name}, nil
}

// typed is what was said about a raw recording, to be typed again.
func (f *rawFlags) typed() string {
	text := ""
	if f.Format != "" {
		text += " --format " + shell(f.Format)
	}
	if f.Rate != 0 {
		text += " --rate " + f.Rate.String()
	}
	if freq, err := f.Freq.centre(); err == nil && freq != 0 {
		text += " --freq " + freq.String()
	}
	return text
}

// shell quotes an argument so that it can be typed again.
func shell(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%?") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
