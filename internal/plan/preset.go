package plan

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/straycell/straycell/decode/lte"
)

//go:embed presets.toml
var shipped []byte

// Preset is where an operator may transmit.
type Preset struct {
	Name     string   `toml:"name"`
	Operator string   `toml:"operator"`
	PLMNs    []string `toml:"plmns"`
	Source   string   `toml:"source"`
	AsOf     string   `toml:"as_of"`
	Blocks   []Block  `toml:"block"`
}

// Block is a stretch of spectrum, by its edges.
type Block struct {
	Band    int     `toml:"band"`
	LowMHz  float64 `toml:"low_mhz"`
	HighMHz float64 `toml:"high_mhz"`
	Sure    string  `toml:"sure"` // high, medium or low
	Note    string  `toml:"note"`
}

// narrowestHz is half of the narrowest carrier, TS 36.101 §5.6: no carrier's middle is nearer to the edge of its block.
const narrowestHz = 0.7e6

// Span is the block's carriers.
func (b Block) Span() Span { return Span{b.LowMHz*1e6 + narrowestHz, b.HighMHz*1e6 - narrowestHz} }

// FindPreset finds a shipped preset by its name, or the one of a file by its path, which ends in .toml.
func FindPreset(name string) (Preset, error) {
	if !strings.HasSuffix(name, ".toml") {
		all := Presets()
		i := slices.IndexFunc(all, func(p Preset) bool { return p.Name == name })
		if i < 0 {
			var names []string
			for _, p := range all {
				names = append(names, p.Name)
			}
			return Preset{}, fmt.Errorf("preset %q: there is %s; or name a file that ends in .toml", name, strings.Join(names, ", "))
		}
		return all[i], nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Preset{}, fmt.Errorf("preset %s: no such file", name)
	} else if err != nil {
		return Preset{}, fmt.Errorf("preset: %w", err)
	}
	all, err := parsePresets(text)
	switch {
	case err != nil:
		return Preset{}, fmt.Errorf("preset %s: %w", name, err)
	case len(all) != 1:
		return Preset{}, fmt.Errorf("preset %s: %d presets in it: want one [[preset]]", name, len(all))
	}
	return all[0], nil
}

// Presets lists the shipped ones.
func Presets() []Preset {
	all, err := parsePresets(shipped)
	if err != nil {
		panic("plan: presets.toml: " + err.Error()) // a test reads it
	}
	return all
}

// maxBlocks bounds what one file may ask for.
const maxBlocks = 256

// parsePresets reads presets and refuses what no sweep could follow.
func parsePresets(text []byte) ([]Preset, error) {
	var file struct {
		Preset []Preset `toml:"preset"`
	}
	meta, err := toml.Decode(string(text), &file)
	if err != nil {
		return nil, err
	}
	if odd := meta.Undecoded(); len(odd) > 0 {
		return nil, fmt.Errorf("%s: no such field", odd[0])
	}
	for _, p := range file.Preset {
		if len(p.Blocks) == 0 || len(p.Blocks) > maxBlocks {
			return nil, fmt.Errorf("%s: %d blocks: want 1 to %d", p.Name, len(p.Blocks), maxBlocks)
		}
		for _, m := range p.PLMNs {
			if _, err := lte.ParsePLMN(m); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
		for _, b := range p.Blocks {
			if err := b.check(); err != nil {
				return nil, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	return file.Preset, nil
}

func (b Block) check() error {
	band, ok := lte.BandByNumber(b.Band)
	switch {
	case !ok:
		return fmt.Errorf("band %d: LTE has no downlink band of that number", b.Band)
	case !(b.HighMHz-b.LowMHz > 1.399) || b.LowMHz*1e6 < band.LowHz-1 || b.HighMHz*1e6 > band.HighHz()+1:
		return fmt.Errorf("band %d: block %g to %g MHz: want 1.4 MHz or more within %g to %g MHz", b.Band, b.LowMHz, b.HighMHz, band.LowHz/1e6, band.HighHz()/1e6)
	case !slices.Contains([]string{"high", "medium", "low"}, b.Sure):
		return fmt.Errorf("band %d: sure %q: want high, medium or low", b.Band, b.Sure)
	}
	return nil
}
