package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/iqfile"
)

// TestRTL433: a receiver of other authors hears the simulated world for ten seconds, and what it wrote down is what the
// world sent, octet for octet.
func TestRTL433(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds of real time")
	}
	if _, err := exec.LookPath("rtl_433"); err != nil {
		t.Skip("rtl_433 is not installed (Debian: apt-get install rtl-433)")
	}
	v := &simServeVerb{Scenario: "kt-femto", Seed: 1, Profile: "rtlsdr"}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	type request struct {
		sent int64
		t    radio.Tuning
	}
	var mu sync.Mutex
	var asked []request
	s := v.server(t.Logf)
	s.Note = func(sent int64, want radio.Tuning) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, request{sent, want})
	}
	served := make(chan struct{})
	go func() { s.Serve(t.Context(), l); close(served) }()
	defer func() { l.Close(); <-served }()

	file := filepath.Join(t.TempDir(), "heard.cu8")
	_, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := exec.Command("rtl_433", "-d", "rtl_tcp:127.0.0.1:"+port, "-f", "954.3M", "-s", "1920000", "-R", "0", "-n", "20000000", "-w", file)
	start := time.Now()
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("rtl_433: %v\n%s", err, said)
	}
	t.Logf("rtl_433 ran for %v", time.Since(start))
	heard, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const size, rate = 2, 1.92e6
	if n := len(heard) / size; n < 10*rate {
		t.Errorf("%d samples at 1.92 Msps: want 10 s at least", n)
	}

	// The same world, asked for the same at the same samples.
	w, err := v.world()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cu8, _ := iqfile.CodecOf("cu8")
	mu.Lock()
	defer mu.Unlock()
	octets := make([]byte, 1<<16)
	for at := 0; at < len(heard); {
		for len(asked) > 0 && asked[0].sent == int64(at/size) {
			w.Tune(t.Context(), asked[0].t)
			asked = asked[1:]
		}
		n := min(len(octets), len(heard)-at) / size
		if len(asked) > 0 {
			n = min(n, int(asked[0].sent)-at/size)
		}
		b := radio.Block{IQ: make([]complex64, n)}
		if err := w.Read(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		cu8.Encode(octets, b.IQ)
		if n := len(b.IQ) * size; !bytes.Equal(octets[:n], heard[at:at+n]) {
			t.Fatalf("what was heard differs from what was sent between samples %d and %d", at/size, (at+n)/size)
		}
		at += len(b.IQ) * size
	}
	t.Logf("%.2f s heard as sent", float64(len(heard))/size/rate)
}
