package narrow_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/radio"
)

// captures is a folder of recordings: ../shared/captures beside the module, or where STRAYCELL_SHARED says.
func captures(t testing.TB, folder string) string {
	t.Helper()
	dir := os.Getenv("STRAYCELL_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
				break
			}
			at = filepath.Dir(at)
		}
		dir = filepath.Join(filepath.Dir(at), "shared")
	}
	dir = filepath.Join(dir, "captures", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recordings in ../shared/captures beside the module, nor where STRAYCELL_SHARED says")
	}
	return dir
}

// sidecar is what stands beside a recording.
type sidecar struct {
	Cells []struct {
		PCI      lte.PCI `json:"pci"`
		SIB1     string  `json:"sib1_hex"`
		Identity struct {
			SIB1 string `json:"sib1_hex"`
		} `json:"identity_on_air"`
	} `json:"cells"`
}

func readJSON(t testing.TB, path string, to any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// samples converts unsigned octets.
func samples(t testing.TB, path string) []complex64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	iq := make([]complex64, len(raw)/2)
	for i := range iq {
		iq[i] = complex((float32(raw[2*i])-127.4)/128, (float32(raw[2*i+1])-127.4)/128)
	}
	return iq
}

// windows reads a SigMF recording, one block for each of its capture segments.
func windows(t testing.TB, meta string) []radio.Block {
	t.Helper()
	var m struct {
		Global struct {
			Rate float64 `json:"core:sample_rate"`
		} `json:"global"`
		Captures []struct {
			Start int64   `json:"core:sample_start"`
			Freq  float64 `json:"core:frequency"`
		} `json:"captures"`
	}
	readJSON(t, meta, &m)
	iq := samples(t, strings.TrimSuffix(meta, "meta")+"data")
	var out []radio.Block
	for i, c := range m.Captures {
		to := int64(len(iq))
		if i+1 < len(m.Captures) {
			to = m.Captures[i+1].Start
		}
		out = append(out, radio.Block{Tuning: radio.Tuning{FreqHz: c.Freq, RateHz: m.Global.Rate}, IQ: iq[c.Start:to], First: c.Start})
	}
	return out
}

// survey takes windows in order and returns what was read of each PCI.
func survey(d *decode.Decoder, r *narrow.Reader, ws []radio.Block) map[lte.PCI]string {
	ctx := context.Background()
	out := map[lte.PCI]string{}
	for i := range ws {
		b := &ws[i]
		for _, o := range r.Read(ctx, b, float64(b.First)/b.Tuning.RateHz, d.Decode(ctx, b)) {
			if len(o.SIB1Octets) > 0 {
				out[o.PCI] = strings.TrimRight(hex.EncodeToString(o.SIB1Octets), "0")
			}
		}
	}
	return out
}

// Every recording of a dongle that listens to the middle of a carrier and then to the blocks that hold SIB1.
func TestRecordings(t *testing.T) {
	metas, _ := filepath.Glob(filepath.Join(captures(t, "narrow"), "*.sigmf-meta"))
	if len(metas) == 0 {
		t.Skip("no recordings there")
	}
	if testing.Short() {
		metas = metas[:min(len(metas), 3)]
	}
	d := decode.New(decode.Config{})
	for _, meta := range metas {
		var x sidecar
		readJSON(t, meta+".json", &x)
		got := survey(d, narrow.NewReader(), windows(t, meta))
		for _, c := range x.Cells {
			if want := strings.TrimRight(c.SIB1, "0"); want != "" && got[c.PCI] != want {
				t.Errorf("%s: PCI %d: SIB1 %q, want %s", filepath.Base(meta), c.PCI, got[c.PCI], want)
			}
		}
	}
}

// A dongle on the middle of a 20 MHz carrier: of SIB1's wandering allocation, two of three blocks come into view twice a second.
func TestPartialView(t *testing.T) {
	if testing.Short() {
		t.Skip("a second of signal")
	}
	path := filepath.Join(captures(t, "offair"), "f1890_s1.92_g0_1s_rtlsdr.bin")
	var x sidecar
	readJSON(t, path+".json", &x)
	iq := samples(t, path)
	var ws []radio.Block
	const rate, look = 1.92e6, 614400
	for at := 0; at+look <= len(iq); at += look {
		ws = append(ws, radio.Block{Tuning: radio.Tuning{FreqHz: 1890e6, RateHz: rate}, IQ: iq[at : at+look], First: int64(at)})
	}
	got := survey(decode.New(decode.Config{}), narrow.NewReader(), ws)
	if want := strings.TrimRight(x.Cells[0].Identity.SIB1, "0"); got[x.Cells[0].PCI] != want {
		t.Errorf("SIB1 %q, want %s", got[x.Cells[0].PCI], want)
	}
}
