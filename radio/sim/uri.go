package sim

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// DefaultScenario is what "sim:" means.
const DefaultScenario = "kt-femto"

// ArgumentError is a URI or a scenario that cannot be simulated as it is written; Text says what to write instead.
type ArgumentError struct{ Text string }

func (e *ArgumentError) Error() string { return e.Text }

type arguments struct {
	name    string // of a shipped scenario or a file
	seed    uint64
	profile *profile
	observe bool   // no samples are made: see World.Observe
	route   string // of the scenario, that the receiver is on instead of where the scenario has it
}

func parseURI(uri string) (arguments, error) {
	a := arguments{seed: 1, profile: &profiles[0]}
	wrong := func(format string, args ...any) (arguments, error) {
		return a, &ArgumentError{fmt.Sprintf("%q: ", uri) + fmt.Sprintf(format, args...)}
	}
	rest, ok := strings.CutPrefix(uri, "sim:")
	if !ok {
		return wrong("a simulated world is called sim:NAME")
	}
	name, query, _ := strings.Cut(rest, "?")
	if a.name = name; name == "" {
		a.name = DefaultScenario
	}
	options, err := url.ParseQuery(query)
	if err != nil {
		return wrong("write options like ?seed=7&profile=rtlsdr")
	}
	for key, values := range options {
		if len(values) > 1 {
			return wrong("option %q stands there twice", key)
		}
		switch v := values[0]; key {
		case "seed":
			if a.seed, err = strconv.ParseUint(v, 10, 64); err != nil {
				return wrong("seed %q: write a whole number, like ?seed=7", v)
			}
		case "profile":
			if a.profile = profileByName(v); a.profile == nil {
				return wrong("no profile %q: there are %s", v, profileNames())
			}
		case "level":
			if v != "samples" && v != "observations" {
				return wrong("level %q: there are samples and observations", v)
			}
			a.observe = v == "observations"
		case "route":
			a.route = v
		default:
			return wrong("no option %q: there are seed, profile, level and route", key)
		}
	}
	return a, nil
}
