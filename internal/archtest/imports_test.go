package archtest

import (
	"slices"
	"strings"
	"testing"
)

// A ban says that the packages of one place may not come to depend on those of another, directly or through others.
type ban struct {
	who    string   // packages: "decode/..." with everything below, "decode" alone without
	except []string // of who
	what   []string // the forbidden ones; "ours" is every package of the module
	but    []string // of what, allowed all the same
	why    string
}

var bans = []ban{
	{
		who: "...", except: []string{"cmd/...", "hardware/..."}, what: []string{"hardware/..."},
		why: "only the program wires devices in; everything else sees a radio.Source, so that recordings and simulated worlds take the same line",
	},
	{
		who: "decode/...", what: []string{"internal/...", "tui/...", "hardware/...", "radio/sim/..."},
		why: "the decoder is a library of its own: it must not know who judges or shows what it found, nor the transmitter it is tested against",
	},
	{
		who: "internal/cell/...", what: []string{"radio/...", "decode/..."}, but: []string{"decode/lte"},
		why: "the register merges observations, whatever they were decoded from",
	},
	{
		who: "internal/known/...", what: []string{"radio/...", "decode/..."}, but: []string{"decode/lte"},
		why: "a list of known cells has nothing to do with reception",
	},
	{
		who: "internal/verdict/...", what: []string{"radio/...", "decode/..."}, but: []string{"decode/lte"},
		why: "rules are pure: what they hold against a cell must be told from its record alone, or no verdict could be judged again later",
	},
	{
		who: "decode/lte", what: []string{"ours"},
		why: "the nouns depend on nothing, so that everyone can use them",
	},
	{
		who: "internal/survey/...", what: []string{"tui/...", "internal/store/...", "internal/export/...", "internal/post/..."},
		why: "sinks import the survey's events, never the reverse: a survey runs the same with any of them or none",
	},
	{
		who: "radio/...", except: []string{"radio/sim/..."}, what: []string{"decode/...", "internal/...", "tui/...", "hardware/..."},
		why: "a source of samples knows nothing of LTE and nothing of who reads it; only the simulated world needs a transmit model",
	},
	{
		who: "...", except: []string{"cmd/..."}, what: []string{"cmd/..."},
		why: "the program is wiring: facts that others need belong into a room",
	},
	{
		who: "decode/...", what: []string{"log", "log/slog"},
		why: "the decoder never logs: what it has to say is in an Observation",
	},
	{
		who: "...", what: []string{"C"},
		why: "straycell builds with CGO_ENABLED=0 for every system; C libraries are loaded at run time (docs/decisions/001)",
	},
}

func TestImports(t *testing.T) {
	m := load(t)
	for _, b := range bans {
		found := false
		for _, p := range m.paths() {
			if !match(b.who, p) || matchAny(b.except, p) {
				continue
			}
			found = true
			for _, chain := range m.reach(p) {
				last := chain[len(chain)-1]
				if m.forbids(b, last) {
					t.Errorf("%s must not import %s: %s\n\tit does through %s", p, last, b.why, strings.Join(chain, " -> "))
				}
			}
		}
		if !found {
			t.Logf("no package %s yet", b.who)
		}
	}
}

func (m *module) forbids(b ban, path string) bool {
	if matchAny(b.but, path) {
		return false
	}
	_, ours := m.imports[path]
	return matchAny(b.what, path) || ours && slices.Contains(b.what, "ours")
}

// TestRooms: the rooms form layers. Packages cannot import each other in a circle, rooms of several packages could.
func TestRooms(t *testing.T) {
	m := load(t)
	edges := map[string]map[string]string{}
	for p, imports := range m.imports {
		for _, q := range imports {
			if _, ours := m.imports[q]; ours && room(p) != room(q) {
				if edges[room(p)] == nil {
					edges[room(p)] = map[string]string{}
				}
				edges[room(p)][room(q)] = p + " imports " + q
			}
		}
	}
	state := map[string]int{} // 1: on the way, 2: done
	var visit func(r string, way []string)
	visit = func(r string, way []string) {
		state[r] = 1
		for next, how := range edges[r] {
			switch state[next] {
			case 0:
				visit(next, append(slices.Clone(way), how))
			case 1:
				t.Errorf("the rooms %s and %s import each other: one of them cannot be understood, tested or replaced without the other\n\t%s",
					next, r, strings.Join(append(slices.Clone(way), how), "\n\t"))
			}
		}
		state[r] = 2
	}
	for r := range edges {
		if state[r] == 0 {
			visit(r, nil)
		}
	}
}

// room is the room a package belongs to. The nouns and the simulated world are rooms of their own: everyone stands on the
// first, and the second stands on nearly everyone.
func room(path string) string {
	parts := strings.Split(path, "/")
	switch {
	case match("decode/lte", path), match("radio/sim/...", path):
		return parts[0] + "/" + parts[1]
	case len(parts) > 1 && (parts[0] == "internal" || parts[0] == "hardware"):
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// match says whether pattern ("a/b", or "a/..." for a and everything below it, or "...") holds path.
func match(pattern, path string) bool {
	base, below := strings.CutSuffix(pattern, "...")
	if !below {
		return path == pattern
	}
	return strings.HasPrefix(path+"/", base)
}

func matchAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, path) })
}

// TestBansBite: each ban forbids what it is there for.
func TestBansBite(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"internal/survey", "hardware/uhd", "only the program wires devices in"},
		{"cmd/straycell", "hardware/uhd", ""},
		{"decode/sync", "internal/enb", "the decoder is a library"},
		{"decode/sync", "radio/sim", "the decoder is a library"},
		{"decode/sync", "radio", ""},
		{"internal/verdict", "radio", "rules are pure"},
		{"internal/verdict", "decode/lte", ""},
		{"internal/cell", "decode/sync", "the register merges"},
		{"internal/known", "decode", "a list of known cells"},
		{"decode/lte", "radio", "the nouns depend on nothing"},
		{"decode/lte", "fmt", ""},
		{"internal/survey", "tui", "sinks import"},
		{"internal/survey", "internal/known", ""},
		{"radio/iqfile", "decode/lte", "knows nothing of LTE"},
		{"radio/sim", "internal/enb", ""},
		{"tui", "cmd/straycell", "the program is wiring"},
		{"decode/grid", "log/slog", "never logs"},
		{"radio", "C", "CGO_ENABLED=0"},
	} {
		m := &module{imports: map[string][]string{c.from: {c.to}}}
		if strings.Contains(c.to, "/") && c.to != "log/slog" || c.to == "radio" || c.to == "tui" || c.to == "decode" {
			m.imports[c.to] = nil
		}
		got := ""
		for _, b := range bans {
			if match(b.who, c.from) && !matchAny(b.except, c.from) && m.forbids(b, c.to) {
				got = b.why
			}
		}
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s importing %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
