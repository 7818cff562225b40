package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// fill sets every field of a value, so that a field that storing forgets is missed.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(*n))
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		if v.CanInt() {
			v.SetInt(int64(*n % 100))
		} else {
			v.SetUint(uint64(*n % 100))
		}
	}
}

// store writes what a replay of steps brings and returns its events as lines.
func store(t testing.TB, path string, opt Options, steps iter.Seq2[survey.Event, error]) string {
	t.Helper()
	w, err := Create(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	lines := replay(t, steps, w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// replay runs steps through a survey and returns its events as lines of JSON.
func replay(t testing.TB, steps iter.Seq2[survey.Event, error], w *Writer) string {
	t.Helper()
	var b strings.Builder
	cfg := survey.Config{Sinks: []survey.Sink{{Name: "lines", Live: true, Take: func(e survey.Event) error {
		line, err := json.Marshal(e)
		b.Write(append(line, '\n'))
		return err
	}}}}
	if w != nil {
		cfg.Sinks = append(cfg.Sinks, survey.Sink{Name: "store", Live: true, Looks: true, Take: w.Take})
	}
	if _, err := survey.Replay(context.Background(), cfg, "test", steps); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func open(t testing.TB, path string) *Survey {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// world makes looks of a few cells that go on, with their system information, a gap and an error between.
type world struct {
	cells, looks int
	everyS       float64
	seed         uint64
	moving       bool
}

var began = time.Date(2026, 5, 1, 8, 0, 0, 250e6, time.UTC)

func (x world) steps() iter.Seq2[survey.Event, error] {
	return func(yield func(survey.Event, error) bool) {
		rng := rand.New(rand.NewPCG(x.seed, 1))
		for i := range x.looks {
			if i%100 == 57 && !(yield(survey.Gap{Type: "gap", TS: float64(i) * x.everyS, Lost: 77}, nil) &&
				yield(survey.Error{Type: "error", TS: float64(i) * x.everyS, Text: "the radio hiccuped"}, nil)) {
				return
			}
			if !yield(x.look(i, rng), nil) {
				return
			}
		}
		yield(survey.Sweep{Type: "sweep", Seconds: float64(x.looks) * 0.32, BandsSkipped: []survey.Skip{{Band: 7, Why: "test"}}}, nil)
	}
}

// perTuning is how many cells one tuning shows.
const perTuning = 10

func (x world) look(i int, rng *rand.Rand) survey.Look {
	tunings := (x.cells + perTuning - 1) / perTuning
	n := i % tunings
	tuning := radio.Tuning{FreqHz: 1805e6 + 2e6*float64(n), RateHz: 1.92e6, GainDB: 30}
	startS := float64(i) * x.everyS
	l := survey.Look{StartS: startS, EndS: startS + 0.32, First: int64(startS * 1.92e6), Tuning: tuning,
		Time: began.Add(time.Duration(startS * 1e9)), Fraction: 0.25}
	if x.moving {
		l.Fix = &radio.Fix{Lat: 37.5 + 1e-5*startS, Lon: 127.1 + 2e-5*startS, ErrM: 4.5, HDOP: 0.9, Age: 123 * time.Millisecond, From: "gpsd"}
	}
	for c := n * perTuning; c < min(x.cells, (n+1)*perTuning); c++ {
		l.Obs = append(l.Obs, x.observation(&l, c, rng))
	}
	return l
}

func (x world) observation(l *survey.Look, c int, rng *rand.Rand) lte.Observation {
	const frame = 19200
	at := int64(c) * 1237 % frame
	start := (l.First-at+frame-1)/frame*frame + at
	cdb := func(v, sd float64) float64 { return math.Round((v+sd*rng.NormFloat64())*100) / 100 }
	sfn := int((start - at) / frame % 1024)
	o := lte.Observation{
		StartS: l.StartS, EndS: l.EndS, CaptureHz: l.Tuning.FreqHz, RateHz: l.Tuning.RateHz,
		FreqHz: l.Tuning.FreqHz, PCI: lte.PCI(c % lte.PCIs), Duplex: lte.FDD, CP: lte.NormalCP, Ports: 2,
		FirstSample: float64(start) + math.Round(rng.Float64()*1000)/1000, MIBCRCs: 7, MIBFails: rng.IntN(2),
		MIB: &lte.MIB{PRB: 50, PHICHDuration: lte.PHICHNormal, PHICHResource: lte.PHICHOne, SFN: sfn, Raw: [3]byte{0x6a, byte(c), 0}},
		Signal: lte.Signal{RSRPdBFS: cdb(-60, 2), RSSIdBFS: cdb(-40, 2), RSRQdB: cdb(-10, 1), SINRdB: cdb(8, 2),
			CFOHz: cdb(300, 5), CFOSEHz: 2.5, ClockPPM: 0.1234, ClockSE: 0.3},
		Stop: lte.StopNarrow,
	}
	if c%3 == 0 {
		plmn := lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}
		o.SIB1 = &lte.SIB1{PLMNs: []lte.BroadcastPLMN{{PLMN: plmn}}, TAC: 4660, ECI: lte.ECI(256*c + 1), FreqBandIndicator: 3,
			QRxLevMinDBm: -128, Schedule: []lte.SIGroup{{PeriodRF: 16, SIBs: []lte.SIBType{2, 3}}}, SIWindowMS: 20}
		o.SIB1Octets = []byte{0x48, 0x48, byte(c), byte(c >> 8)}
		o.SIB1CRCs, o.SIB1Fails = 2, 1
		o.OnAir = []lte.SITransmission{{Entry: 0, SFN: sfn &^ 1, Subframe: 5, CFI: 2, Aggregation: 4, Format: "1A", PRBs: 4, TBS: 176}}
		o.Messages = []lte.SIMessage{{Entry: 1, Octets: []byte{1, 2, byte(c)}, CRCs: 1,
			SIBs: []lte.SIBContent{{Type: 2, JSON: []byte(`{"x":1}`)}}}}
	}
	return o
}

// Every field of an observation is stored, those that come to be too.
func TestObservationWhole(t *testing.T) {
	var o lte.Observation
	n := 0
	fill(reflect.ValueOf(&o).Elem(), &n)
	o.Messages[1].Octets, o.SIB1Others[1].SIB1 = nil, nil
	empty := lte.Observation{FreqHz: 1e9, Signal: lte.Signal{SINRdB: math.NaN(), RSRPdBFS: -3.25}}
	other := o
	other.SIB1Octets, other.SIB1 = []byte{7}, nil
	l := survey.Look{StartS: 1, EndS: 2, First: 1 << 40, Tuning: radio.Tuning{FreqHz: 1, RateHz: 2.5e6}, Obs: []lte.Observation{o, empty, other}}
	path := filepath.Join(t.TempDir(), "a.survey")
	w, err := Create(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.Take(l)
	w.Take(survey.Sweep{})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got survey.Look
	for e, err := range open(t, path).Steps() {
		if err != nil {
			t.Fatal(err)
		}
		if k, ok := e.(survey.Look); ok {
			got = k
		}
	}
	if len(got.Obs) != 3 || !math.IsNaN(got.Obs[1].Signal.SINRdB) {
		t.Fatalf("%+v", got)
	}
	for i, o := range l.Obs {
		if o.StartS == 0 { // those of the look
			o.StartS, o.EndS, o.CaptureHz, o.RateHz = 1, 2, 1, 2.5e6
		}
		if i == 1 {
			o.Signal.SINRdB, got.Obs[i].Signal.SINRdB = 0, 0
		}
		if !reflect.DeepEqual(got.Obs[i], o) {
			t.Errorf("observation %d:\n%+v\nwant\n%+v", i, got.Obs[i], o)
		}
	}
}

// A replay of a stored survey gives the events of the live one, to the last figure.
func TestReplayIsLive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.survey")
	live := store(t, path, Options{Meta: Meta{Program: "test", Source: "sim:"}}, world{cells: 40, looks: 1200, everyS: 0.4, moving: true}.steps())
	s := open(t, path)
	if again := replay(t, s.Steps(), nil); again != live {
		a, b := strings.Split(live, "\n"), strings.Split(again, "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("line %d:\n%s\nlive:\n%s", i, b[i], a[i])
			}
		}
		t.Fatalf("%d lines, live %d", len(b), len(a))
	}
	if !s.Closed || s.Meta.Source != "sim:" || !strings.Contains(live, `"type":"cell"`) {
		t.Errorf("%+v", s.Meta)
	}
	if c, err := s.Count(); err != nil || c.Looks != 1200 || c.Observations != 12000 || c.Messages != 2*14 {
		t.Errorf("%+v %v", c, err)
	}
}
