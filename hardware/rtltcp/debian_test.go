package rtltcp

import (
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/hardware/feedtest"
	"github.com/straycell/straycell/hardware/live"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/radiotest"
)

// realServer runs the rtl_tcp of librtlsdr's authors on an emulated dongle that hears air.
func realServer(t *testing.T, air feedtest.Air) (address string, f *feedtest.Feed) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	if _, err := exec.LookPath("rtl_tcp"); err != nil {
		t.Skip("rtl_tcp is not installed (Debian: apt-get install rtl-sdr)")
	}
	source, err := filepath.Abs("../rtlsdr/testdata/dongle.c")
	if err != nil {
		t.Fatal(err)
	}
	usb := feedtest.Build(t, "gcc", "libusb-1.0.so.0", source, "-pthread", "-Wl,-soname,libusb-1.0.so.0")
	f = feedtest.New(t, air)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("rtl_tcp", "-a", "127.0.0.1", "-p", port)
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+filepath.Dir(usb), "STRAYCELL_DONGLE="+f.Path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		// A connection would be a client: the kernel's list tells without one.
		if list, err := os.ReadFile("/proc/net/tcp"); err != nil || listens(string(list), port) {
			return address, f
		}
		if time.Now().After(end) {
			t.Fatal("rtl_tcp does not listen")
		}
	}
}

// TestRealServer: our client against the server of other authors.
func TestRealServer(t *testing.T) {
	address, _ := realServer(t, feedtest.Noise{Format: "cu8"})
	radiotest.Run(t, func(t *testing.T) radio.Source { return open(t, address) })
}

// TestRealServerCell: what is asked for reaches the dongle behind that server, and a cell is heard there.
func TestRealServerCell(t *testing.T) {
	air := feedtest.NewWorld(t, "sim:kt-femto", "cu8", func(r feedtest.Request) float64 { return 2.5 * (r.Own[0] + r.Own[1]) })
	address, f := realServer(t, air)
	s := open(t, address)
	got, err := s.Tune(t.Context(), radio.Tuning{FreqHz: 954.3e6, RateHz: 1.92e6, GainDB: 22.9})
	if err != nil {
		t.Fatal(err)
	}
	look := radio.Block{IQ: make([]complex64, 0, int(0.16*got.RateHz)), Tuning: got}
	for len(look.IQ) < cap(look.IQ) {
		b := radio.Block{IQ: make([]complex64, cap(look.IQ)-len(look.IQ))}
		if err := s.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if b.Lost > 0 {
			look.IQ = look.IQ[:0]
		}
		look.IQ = append(look.IQ, b.IQ...)
	}
	if r := f.Last(); math.Abs(r.FreqHz()-954.3e6) > 1500 || math.Abs(r.RateHz-1.92e6) > 1 || r.Own[0] == 0 {
		t.Errorf("asked for %+v, the dongle has %+v", got, r)
	}
	found := decode.New(decode.Config{PPMRange: 10, FreqsHz: []float64{954.3e6}}).Decode(t.Context(), &look)
	for _, o := range found {
		if o.PCI == 55 && o.MIB != nil {
			t.Logf("PCI 55: SINR %.1f dB, %.0f Hz off", o.Signal.SINRdB, o.Signal.CFOHz)
			return
		}
	}
	t.Errorf("PCI 55 is not among %d observations, level %.1f dBFS", len(found), live.Level(look.IQ))
}

// listens says whether someone listens on a port, by the kernel's list: addresses in hexadecimal, 0A is LISTEN.
func listens(list, port string) bool {
	n, err := strconv.Atoi(port)
	return err == nil && regexp.MustCompile(fmt.Sprintf(`: [0-9A-F]+:%04X [0-9A-F]+:0000 0A`, n)).MatchString(list)
}
