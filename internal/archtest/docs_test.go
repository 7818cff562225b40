package archtest

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go/ast"
)

func (m *module) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestJSONFields: scripts rely on the lines of JSON, so every field of every event stands in docs/json.md, in the section
// of its line.
func TestJSONFields(t *testing.T) {
	m := load(t)
	sections := map[string]string{}
	for _, part := range strings.Split("\n"+m.read(t, "docs/json.md"), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		sections[strings.ToLower(title)] = text
	}
	all := strings.Join(slices.Collect(maps.Values(sections)), "\n")
	n := 0
	for name, file := range m.files {
		if m.dir(name) != "internal/survey" {
			continue
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			where, doc := "the section "+strings.ToLower(spec.Name.Name)+" of docs/json.md", sections[strings.ToLower(spec.Name.Name)]
			if doc == "" { // part of other lines
				where, doc = "docs/json.md", all
			}
			for field, key := range jsonFields(spec) {
				n++
				if !strings.Contains(doc, "`"+key+"`") {
					t.Errorf("%s: the field %q is not in %s: say there what it is, its unit and its clause", m.set.Position(field.Pos()), key, where)
				}
			}
			return false
		})
	}
	if n < 50 {
		t.Errorf("only %d JSON fields found: did the events move?", n)
	}
}

// jsonFields lists the fields of a struct that reach JSON, with the names they have there.
func jsonFields(spec *ast.TypeSpec) map[*ast.Field]string {
	out := map[*ast.Field]string{}
	fields, ok := spec.Type.(*ast.StructType)
	if !ok {
		return out
	}
	for _, f := range fields.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		if key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ","); key != "" && key != "-" {
			out[f] = key
		}
	}
	return out
}

// TestArchitecture: the page names every room there is, and no other.
func TestArchitecture(t *testing.T) {
	m := load(t)
	doc := m.read(t, "docs/ARCHITECTURE.md")
	var named []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|").FindAllStringSubmatch(doc, -1) {
		named = append(named, row[1])
		if _, ok := m.imports[row[1]]; !ok {
			t.Errorf("docs/ARCHITECTURE.md lists %s, which has no code", row[1])
		}
	}
	for _, p := range m.paths() {
		if !slices.Contains(named, p) {
			t.Errorf("docs/ARCHITECTURE.md does not list %s: add a line that says what it is for", p)
		}
	}
}

// TestDecisions: every decision is in the index.
func TestDecisions(t *testing.T) {
	m := load(t)
	index := m.read(t, "docs/decisions/README.md")
	files, err := os.ReadDir(filepath.Join(m.root, "docs", "decisions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() != "README.md" && !strings.Contains(index, "("+f.Name()+")") {
			t.Errorf("docs/decisions/README.md does not list %s", f.Name())
		}
	}
}

// TestLinks: what a document points to is there.
func TestLinks(t *testing.T) {
	m := load(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	err := filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != m.root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".md") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, l := range link.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.FromSlash(l[1]))); err != nil {
				t.Errorf("%s points to %s, which is not there", path, l[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
