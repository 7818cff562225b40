//go:build bench

package sim_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/radio/sim"
)

// TestLevelsAgreeThroughout surveys kt-femto for its 120 s, once with samples and once with observations, with everything a user has:
// plan, inventory, place. The identities read and their states must be the same but for cells at the edge of what can be read,
// and every identity in the car must be among them.
func TestLevelsAgreeThroughout(t *testing.T) {
	type found struct {
		state string
		looks int
		sinr  float64
	}
	run := func(observe bool) map[string]found {
		w, err := sim.Open("sim:kt-femto")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		set, _, err := known.Read(bytes.NewReader(w.Inventory()), w.InventoryName(), nil)
		if err != nil {
			t.Fatal(err)
		}
		lat, lon := w.Where()
		cfg := survey.Config{Source: w, For: 120 * time.Second, Known: set, Here: &known.Place{Lat: lat, Lon: lon}, Decode: decode.Config{PPM: -5.3, PPMRange: 2}}
		if observe {
			cfg.Observer = w
		}
		for _, f := range w.Plan() {
			cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
		}
		sum, err := survey.Run(context.Background(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]found{}
		for _, c := range sum.Cells {
			if c.ECI != nil {
				out[fmt.Sprintf("%.1f MHz PCI %d %v %d", c.FreqHz/1e6, c.PCI, c.PLMNs, *c.ECI)] = found{c.Known, c.Looks, *c.SINRdB}
			}
		}
		t.Logf("observations %v: %d cells, %d identities, %d unknown", observe, len(sum.Cells), len(out), sum.Unknown)
		return out
	}
	told, samples := run(true), run(false)
	differ := 0
	for _, pair := range [][2]map[string]found{{samples, told}, {told, samples}} {
		for id, a := range pair[0] {
			b, ok := pair[1][id]
			switch {
			case ok && a.state != b.state:
				t.Errorf("%s: %+v at one level, %+v at the other", id, a, b)
			case !ok && a.sinr > 0 && a.looks > 10:
				t.Errorf("%s: %+v at one level and not at the other", id, a)
			case !ok:
				differ++
				t.Logf("%s: %+v at one level alone", id, a)
			}
		}
	}
	if len(samples) < 12 || differ > len(samples)/3 {
		t.Errorf("%d identities in samples, %d in observations, %d at one level alone", len(samples), len(told), differ)
	}
	w, err := sim.Open("sim:kt-femto")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Truth() {
		if id := fmt.Sprintf("%.1f MHz PCI %d [%v] %d", c.FreqHz/1e6, c.Cell.PCI, c.PLMN, c.ECI); c.Rogue {
			if a, b := samples[id], told[id]; a.looks == 0 || b.looks == 0 {
				t.Errorf("%s of the car: %+v in samples, %+v in observations", id, a, b)
			}
		}
	}
}

// BenchmarkSurvey is a survey of kt-femto at the level of observations, an hour of signal a round, with register, rules and events.
func BenchmarkSurvey(b *testing.B) {
	for b.Loop() {
		w, err := sim.Open("sim:kt-femto")
		if err != nil {
			b.Fatal(err)
		}
		set, _, err := known.Read(bytes.NewReader(w.Inventory()), w.InventoryName(), nil)
		if err != nil {
			b.Fatal(err)
		}
		cfg := survey.Config{Source: w, Observer: w, For: time.Hour, Known: set}
		for _, f := range w.Plan() {
			cfg.Plan = append(cfg.Plan, radio.Tuning{FreqHz: f})
		}
		if _, err := survey.Run(context.Background(), cfg); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(3600*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}
