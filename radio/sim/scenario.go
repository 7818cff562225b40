package sim

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/enb"
)

//go:generate go run ./gen scenarios

//go:embed scenarios
var shipped embed.FS

// Bounds on what a scenario file may make us read.
const (
	maxScenario  = 4 << 20
	maxInventory = 64 << 20
	maxCells     = 5000
)

// scenario is a TOML file. Pointers are keys that must be there or whose absence means something.
type scenario struct {
	Title     string    `toml:"title"`
	About     string    `toml:"about"`
	Start     time.Time `toml:"start"`     // time of the first sample; absent: the world has no clock
	Inventory string    `toml:"inventory"` // CSV file beside the scenario
	Expect    string    `toml:"expect"`    // what a scanner must come to, a TOML file beside it

	Sweep struct {
		EARFCN []int64 `toml:"earfcn"`
	} `toml:"sweep"`
	Receiver struct {
		Lat   *float64 `toml:"lat"`
		Lon   *float64 `toml:"lon"`
		Route string   `toml:"route"` // instead of a place
		PPM   *float64 `toml:"ppm"`   // error of its oscillator; absent: drawn for the profile

		DriftPPM     *float64 `toml:"drift_ppm"`      // swing about that; absent: the profile's, none where ppm is given
		DriftPeriodS float64  `toml:"drift_period_s"` // absent: driftPeriodS
		SettleMS     *float64 `toml:"settle_ms"`      // after each retune only noise is heard; absent: the profile's
		TunerErrorHz float64  `toml:"tuner_error_hz"` // each retune misses by up to so much, which nobody is told
		LostPerMin   float64  `toml:"lost_per_min"`   // buffers lost on the way to the computer
		LostMS       float64  `toml:"lost_ms"`        // length of each; absent: lostMS
	} `toml:"receiver"`
	Routes      []route    `toml:"route"`
	Rotations   []rotation `toml:"rotation"`
	ShadowingDB float64    `toml:"shadowing_db"` // standard deviation of each path's loss
	Cells       []cell     `toml:"cell"`

	inventory []byte
	expect    *Expectations
	plan      []float64
}

// cell is a [[cell]] of a scenario.
type cell struct {
	Name  string `toml:"name"`
	Class string `toml:"class"` // macro, small, femto
	Site  string `toml:"site"`  // cells of one site share clock, frame timing and SFN; absent: a site of its own
	Rogue bool   `toml:"rogue"` // truth only: it does not belong here

	PLMN string `toml:"plmn"`
	ECI  *int64 `toml:"eci"`
	TAC  *int64 `toml:"tac"`

	EARFCN          *int64  `toml:"earfcn"`
	PCI             *int64  `toml:"pci"`
	PRB             *int64  `toml:"prb"`
	Ports           int64   `toml:"ports"`
	CP              string  `toml:"cp"`
	PHICHDuration   string  `toml:"phich_duration"`
	PHICHResource   string  `toml:"phich_resource"`
	Spare           string  `toml:"spare"` // ten bits
	UplinkDownlink  int64   `toml:"uplink_downlink"`
	SpecialSubframe int64   `toml:"special_subframe"`
	Load            float64 `toml:"load"`
	LoadDB          float64 `toml:"load_db"`
	PDCCHLoad       float64 `toml:"pdcch_load"`
	PHICHLoad       float64 `toml:"phich_load"`

	broadcast

	Repeats string `toml:"repeats"` // a repeater or a further antenna of the cell of this name: the same signal from elsewhere
	Bursts  struct {
		Subframes []int64 `toml:"subframes"`
		Period    int64   `toml:"period"` // radio frames
		Offset    int64   `toml:"offset"`
	} `toml:"bursts"` // it sends these subframes alone, as who speaks over a cell of its site and PCI does

	Lat       *float64    `toml:"lat"`
	Lon       *float64    `toml:"lon"`
	Route     string      `toml:"route"`       // instead of a place
	OnS       [][]float64 `toml:"on_s"`        // when it is on the air; absent: always
	Azimuth   *float64    `toml:"azimuth"`     // of its sector antenna, degrees; absent: it radiates all around
	RSEIRPdBm *float64    `toml:"rs_eirp_dbm"` // radiated power of one reference element in the antenna's direction
	WallsDB   float64     `toml:"walls_db"`    // further loss on the way
	DelayUS   float64     `toml:"delay_us"`    // in a repeater or a cable
	Channel   string      `toml:"channel"`     // EPA, EVA, ETU; absent: one path
	DopplerHz float64     `toml:"doppler_hz"`

	ClockPPM     float64  `toml:"clock_ppm"`
	DriftPPM     float64  `toml:"drift_ppm"`      // swing about that
	DriftPeriodS float64  `toml:"drift_period_s"` // absent: driftPeriodS
	FrameMS      *float64 `toml:"frame_ms"`       // when a frame begins in the world's time; absent: drawn
	SFN          *int64   `toml:"sfn"`            // number of that frame; absent: drawn

	source      string // whose load and noise it has: its own name, or of what it repeats
	earfcn      lte.EARFCN
	plmn        lte.PLMN
	pB          int            // as its SIB2 states it
	broadcastAs *enb.Broadcast // nil: nothing
}

// Scenario names a shipped scenario.
type Scenario struct{ Name, Title, About string }

// Scenarios lists what is shipped.
func Scenarios() []Scenario {
	var out []Scenario
	for _, name := range shippedNames() {
		text, err := shipped.ReadFile("scenarios/" + name + ".toml")
		var s struct{ Title, About string }
		if err == nil { // a test reads them whole
			_, err = toml.Decode(string(text), &s)
		}
		if err == nil {
			out = append(out, Scenario{name, s.Title, s.About})
		}
	}
	return out
}

func shippedNames() []string {
	paths, _ := fs.Glob(shipped, "scenarios/*.toml")
	var out []string
	for _, p := range paths {
		if !strings.HasSuffix(p, ".expect.toml") {
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(p, "scenarios/"), ".toml"))
		}
	}
	slices.Sort(out)
	return out
}

// loaded holds the shipped scenarios that were read, by name: nobody changes a scenario.
var loaded sync.Map

// load reads a shipped scenario by its name or any other by its path.
func load(name string) (*scenario, error) {
	if s, ok := loaded.Load(name); ok {
		return s.(*scenario), nil
	}
	s, err := read(name)
	if err == nil && !strings.HasSuffix(name, ".toml") {
		loaded.Store(name, s)
	}
	return s, err
}

func read(name string) (*scenario, error) {
	file := name
	var dir fs.FS
	if strings.HasSuffix(name, ".toml") {
		dir, file = os.DirFS(filepath.Dir(name)), filepath.Base(name)
	} else {
		dir, file = shipped, name+".toml"
		if sub, err := fs.Sub(shipped, "scenarios"); err == nil {
			dir = sub
		}
		if !slices.Contains(shippedNames(), name) {
			return nil, &ArgumentError{fmt.Sprintf("sim:%s: no such scenario: there are %s, or name a file ending in .toml", name, strings.Join(shippedNames(), ", "))}
		}
	}
	text, err := readBounded(dir, file, maxScenario)
	if err != nil {
		return nil, fmt.Errorf("sim: read scenario %s: %w", name, err)
	}
	s, err := parse(string(text), name)
	if err != nil {
		return nil, err
	}
	if s.Inventory != "" {
		if s.inventory, err = readBounded(dir, s.Inventory, maxInventory); err != nil {
			return nil, &ArgumentError{fmt.Sprintf("%s: inventory %q: %v: it must lie beside the scenario", name, s.Inventory, reason(err))}
		}
	}
	if s.Expect != "" {
		text, err := readBounded(dir, s.Expect, maxScenario)
		if err != nil {
			return nil, &ArgumentError{fmt.Sprintf("%s: expect %q: %v: it must lie beside the scenario", name, s.Expect, reason(err))}
		}
		if s.expect, err = parseExpectations(string(text), s.Expect, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func readBounded(dir fs.FS, file string, limit int64) ([]byte, error) {
	f, err := dir.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("larger than %d MB", limit>>20)
	}
	return b, err
}

// parse reads a scenario's text; name is what errors call it.
func parse(text, name string) (*scenario, error) {
	var s scenario
	lines := indexLines(text)
	meta, err := toml.Decode(text, &s)
	if err != nil {
		return nil, &ArgumentError{name + ": " + strings.TrimPrefix(err.Error(), "toml: ")}
	}
	for _, key := range meta.Undecoded() {
		if strings.HasPrefix(key.String(), "cell.sibs.") {
			continue // any names: the message they make tells whether they are right
		}
		return nil, &ArgumentError{fmt.Sprintf("%s: line %d: unknown key %q", name, lines.first(key.String()), key[len(key)-1])}
	}
	if problem := s.check(); problem != nil {
		return nil, &ArgumentError{fmt.Sprintf("%s: line %d: %s", name, lines.at(problem.table, problem.index, problem.key), problem.text)}
	}
	return &s, nil
}
