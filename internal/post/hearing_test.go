package post

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// place is where a radio listens: two carriers in turn, four cells on each.
type place struct {
	h    *hearing
	nowS float64
}

// listen lets time pass. Cells are heard with these levels; quiet ones are not. floorDB is the noise between carriers.
func (p *place) listen(forS, levelDB, floorDB, gainDB float64, heard func(carrier, cell int) bool) {
	for end := p.nowS + forS; p.nowS < end; p.nowS += 0.32 {
		carrier := int(p.nowS/2) % 2
		e := survey.Look{Tuning: radio.Tuning{FreqHz: 940e6 + 20e6*float64(carrier), RateHz: 2.4e6, GainDB: gainDB}}
		for n := range 4 {
			if heard(carrier, n) {
				e.Obs = append(e.Obs, lte.Observation{FreqHz: e.Tuning.FreqHz, PCI: lte.PCI(n), MIB: &lte.MIB{}, Signal: lte.Signal{RSRPdBFS: levelDB + gainDB - float64(n)}})
			}
		}
		p.h.look(&e, p.nowS)
		p.h.spectrum([]float32{float32(floorDB + gainDB), float32(floorDB + gainDB), -20, -20}, &e, p.nowS)
		p.h.check(p.nowS)
	}
}

func (p *place) want(t *testing.T, what, deaf string) {
	t.Helper()
	if got := p.h.deaf; deaf == "" && got != "" || !strings.Contains(got, deaf) {
		t.Errorf("%s: %q, want %q", what, got, deaf)
	}
}

// TestDeaf: silence is told from a quiet place, and its causes from each other.
func TestDeaf(t *testing.T) {
	all := func(int, int) bool { return true }
	none := func(int, int) bool { return false }
	p := &place{h: newHearing()}
	p.listen(200, -50, -90, 30, none)
	p.want(t, "nothing yet", "")
	p.listen(200, -50, -90, 30, none)
	p.want(t, "nothing ever", "no cell was heard")
	p.listen(600, -50, -90, 30, all)
	p.want(t, "as usual", "")
	p.listen(600, -50, -90, 10, all)
	p.want(t, "less gain", "")
	p.listen(600, -50, -90, 30, func(carrier, n int) bool { return n < 2 })
	p.want(t, "half of them are gone", "")
	p.listen(600, -50, -90, 30, all)
	p.listen(40, -50, -90, 30, none)
	p.want(t, "a short silence", "")
	p.listen(60, -50, -90, 30, none)
	p.want(t, "silence", "8 of 8 reference cells are gone: jamming, a cut cable")
	p.listen(60, -50, -90, 30, func(carrier, n int) bool { return n == 0 })
	p.want(t, "still most are gone", "reference cells are gone")
	p.listen(60, -50, -90, 30, all)
	p.want(t, "all are back", "")
	p.listen(200, -50, -80, 30, none)
	p.want(t, "louder", "jamming, for it is 10 dB louder")
	p.listen(600, -50, -90, 30, all)
	p.want(t, "over", "")
	p.listen(200, -50, -96, 40, none)
	p.want(t, "quieter", "cut cable or a broken antenna, for it is 6 dB quieter")
	p.listen(600, -50, -90, 30, all)
	p.listen(200, -65, -90, 30, all)
	p.want(t, "levels fell", "levels fell by 15 dB")
	p.listen(200, -50, -90, 30, all)
	p.want(t, "levels are back", "")

	// What was learnt outlasts a restart.
	text, err := json.Marshal(p.h)
	if err != nil {
		t.Fatal(err)
	}
	p = &place{h: newHearing()}
	if err := json.Unmarshal(text, p.h); err != nil {
		t.Fatal(err)
	}
	p.h.resume()
	p.listen(50, -50, -90, 30, none)
	p.want(t, "after the restart", "")
	p.listen(100, -50, -90, 30, none)
	p.want(t, "the cable was cut meanwhile", "8 of 8 reference cells are gone")
}

// TestHearingBound: hostile air makes up cells without end.
func TestHearingBound(t *testing.T) {
	h := newHearing()
	for n := range 20000 {
		s := float64(n) * 0.32
		f := 1800e6 + float64(n%5000)*100e3
		h.look(&survey.Look{Tuning: radio.Tuning{FreqHz: f, RateHz: 2.4e6}, Obs: []lte.Observation{{FreqHz: f, PCI: lte.PCI(n % 504), MIB: &lte.MIB{}}}}, s)
		h.spectrum([]float32{1}, &survey.Look{Tuning: radio.Tuning{FreqHz: f}}, s)
		h.check(s)
	}
	if len(h.Refs) > maxRefs || len(h.floors) > maxFloor {
		t.Errorf("%d cells and %d floors are kept", len(h.Refs), len(h.floors))
	}
}
