package verdict

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/straycell/straycell/decode/lte"
)

// Policy is the data that rules judge by: what each finding weighs, thresholds, hard findings, levels, profiles. The shipped
// ones stand in rules.toml; a file of the same form may change values, never add rules.
type Policy struct {
	Levels  Levels
	Profile string
	rules   map[string]*ruleData
	stacks  []stack
	odd     []stackField
	rats    []rat
	licence []licence

	countries []country
}

// Levels are the scores from which a level holds, and how findings add up.
type Levels struct {
	Watch        int `toml:"watch"`
	Suspicious   int `toml:"suspicious"`
	Alert        int `toml:"alert"`
	Families     int `toml:"families"`      // that must agree for an alert
	RestPercent  int `toml:"rest_percent"`  // of a family's findings beside its heaviest
	CausePercent int `toml:"cause_percent"` // of those that one innocent cause explains
}

// ruleData is what the data say of one rule.
type ruleData struct {
	title, clears string
	adversary     string // "A", "B"; "" speaks of neither
	cause         string // an innocent cause that explains the finding, and others with it: they count as one family
	planned       bool   // planned work explains it
	hard          []string
	numbers       map[string]float64
	dates         map[string]time.Time
}

//go:embed rules.toml
var shippedRules string

//go:embed world.toml
var shippedWorld string

// world is what is known beside rules: fingerprints of stacks, licences, systems that do not exist. Each entry names its source.
type world struct {
	Stack   []stack      `toml:"stack"`
	Odd     []stackField `toml:"odd"`
	RAT     []rat        `toml:"rat"`
	Licence []licence    `toml:"licence"`
	Country []country    `toml:"country"`
}

// country has more than one mobile country code.
type country struct {
	Name   string   `toml:"name"`
	MCCs   []uint16 `toml:"mccs"`
	Source string   `toml:"source"`
	AsOf   string   `toml:"as_of"`
}

// sameCountry tells whether two codes are one country's.
func (p *Policy) sameCountry(a, b uint16) bool {
	return a == b || slices.ContainsFunc(p.countries, func(c country) bool { return slices.Contains(c.MCCs, a) && slices.Contains(c.MCCs, b) })
}

// licence is a block of spectrum and who holds it.
type licence struct {
	Name    string   `toml:"name"`
	MCC     uint16   `toml:"mcc"`
	PLMNs   []string `toml:"plmns"`
	LowMHz  float64  `toml:"low_mhz"`
	HighMHz float64  `toml:"high_mhz"`
	Source  string   `toml:"source"`
	AsOf    string   `toml:"as_of"`
}

// rat says which systems an operator does not have, by the blocks that would announce them: 6 UTRA, 7 GERAN, 8 CDMA2000.
type rat struct {
	Name   string `toml:"name"`
	MCC    uint16 `toml:"mcc"`
	MNC    int    `toml:"mnc"` // -1: every operator of the country
	Absent []int  `toml:"absent"`
	Source string `toml:"source"`
	AsOf   string `toml:"as_of"`
}

func (r rat) holds(p lte.PLMN) bool { return p.MCC == r.MCC && (r.MNC < 0 || int(p.MNC) == r.MNC) }

func (p *Policy) blocks() []licence { return p.licence }

var shippedFacts = sync.OnceValues(func() (world, error) {
	var w world
	meta, err := toml.Decode(shippedWorld, &w)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("world.toml: unknown key %s", meta.Undecoded()[0])
	}
	return w, err
})

type policyFile struct {
	Levels  map[string]any                       `toml:"levels"`
	Rule    map[string]map[string]any            `toml:"rule"`
	Profile map[string]map[string]map[string]any `toml:"profile"`
}

// shipped is parsed once; it is never changed.
var shipped = sync.OnceValues(func() (policyFile, error) {
	var f policyFile
	_, err := toml.Decode(shippedRules, &f)
	return f, err
})

// DefaultProfile is the one that judges when none is named.
const DefaultProfile = "city-fixed"

// NewPolicy is the shipped policy under a profile, "" the default one; changes may be nil, or a file of the same form.
func NewPolicy(profile string, changes io.Reader) (*Policy, error) {
	f, err := shipped()
	if err != nil {
		return nil, fmt.Errorf("verdict: %w", err)
	}
	if profile == "" {
		profile = DefaultProfile
	}
	w, err := shippedFacts()
	if err != nil {
		return nil, fmt.Errorf("verdict: %w", err)
	}
	p := &Policy{Profile: profile, rules: map[string]*ruleData{}, stacks: w.Stack, odd: w.Odd, rats: w.RAT, licence: w.Licence, countries: w.Country}
	if err := p.levels(f.Levels, true); err != nil {
		return nil, err
	}
	for name, values := range f.Rule {
		r := &ruleData{numbers: map[string]float64{}, dates: map[string]time.Time{}}
		if err := r.set(name, values, true); err != nil {
			return nil, err
		}
		p.rules[name] = r
	}
	over := []map[string]map[string]any{f.Profile[profile]}
	if changes != nil {
		var c policyFile
		meta, err := toml.NewDecoder(io.LimitReader(changes, 1<<20)).Decode(&c)
		if err != nil {
			return nil, fmt.Errorf("verdict: rules: %w", err)
		}
		if un := meta.Undecoded(); len(un) > 0 {
			return nil, fmt.Errorf("verdict: rules: unknown key %q", un[0].String())
		}
		if err := p.levels(c.Levels, false); err != nil {
			return nil, err
		}
		over = append(over, c.Rule, c.Profile[profile])
		for name := range c.Profile {
			if _, ok := f.Profile[name]; !ok {
				f.Profile = maps.Clone(f.Profile)
				f.Profile[name] = nil
			}
		}
	}
	if _, ok := f.Profile[profile]; !ok {
		return nil, fmt.Errorf("verdict: no profile %q: there are %s", profile, strings.Join(slices.Sorted(maps.Keys(f.Profile)), ", "))
	}
	for _, o := range over {
		for _, name := range slices.Sorted(maps.Keys(o)) {
			r, ok := p.rules[name]
			if !ok {
				return nil, fmt.Errorf("verdict: rules: there is no rule %q", name)
			}
			if err := r.set(name, o[name], false); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// levels takes over what a file says of levels; fresh: it defines them.
func (p *Policy) levels(m map[string]any, fresh bool) error {
	to := map[string]*int{"watch": &p.Levels.Watch, "suspicious": &p.Levels.Suspicious, "alert": &p.Levels.Alert,
		"families": &p.Levels.Families, "rest_percent": &p.Levels.RestPercent, "cause_percent": &p.Levels.CausePercent}
	for k, v := range m {
		n, ok := v.(int64)
		if to[k] == nil || !ok || n < 0 || n > 1000 {
			return fmt.Errorf("verdict: rules: levels: %s = %v", k, v)
		}
		*to[k] = int(n)
	}
	if fresh && len(m) != len(to) {
		return fmt.Errorf("verdict: rules: %d of %d levels", len(m), len(to))
	}
	return nil
}

// set takes over what a file says of a rule; a changed value must be there already.
func (r *ruleData) set(name string, values map[string]any, fresh bool) error {
	for k, v := range values {
		bad := func() error { return fmt.Errorf("verdict: rules: %s: %s = %v", name, k, v) }
		_, number := r.numbers[k]
		_, date := r.dates[k]
		switch v := v.(type) {
		case int64, float64:
			n, whole := v.(float64)
			if !whole {
				n = float64(v.(int64))
			}
			if !fresh && !number {
				return bad()
			}
			r.numbers[k] = n
		case time.Time:
			if !fresh && !date {
				return bad()
			}
			r.dates[k] = v
		case bool:
			if k != "planned" {
				return bad()
			}
			r.planned = v
		case string:
			switch k {
			case "title":
				r.title = v
			case "clears":
				r.clears = v
			case "adversary":
				r.adversary = v
			case "cause":
				r.cause = v
			default:
				return bad()
			}
		case []any:
			if k != "hard" {
				return bad()
			}
			r.hard = nil
			for _, x := range v {
				s, ok := x.(string)
				if _, is := values[s]; !ok || !is && r.numbers[s] == 0 {
					return bad()
				}
				r.hard = append(r.hard, s)
			}
		default:
			return bad()
		}
	}
	return nil
}

var noData = &ruleData{}

func (p *Policy) rule(name string) *ruleData {
	if r, ok := p.rules[name]; ok {
		return r
	}
	return noData
}

// weigh is what a finding weighs, and whether it is hard.
func (r *ruleData) weigh(weight string) (int, bool) {
	return int(min(100, max(0, r.numbers[weight]))), slices.Contains(r.hard, weight)
}

// group is what a rule's findings count with: others of one cause, else those of its family.
func (p *Policy) group(rule string) string {
	if cause := p.rule(rule).cause; cause != "" {
		return cause
	}
	return Family(rule)
}

// Title is what a rule looks at, in a few words.
func (p *Policy) Title(rule string) string { return p.rule(rule).title }

// Clears is what would take a rule's finding away.
func (p *Policy) Clears(rule string) string { return p.rule(rule).clears }
