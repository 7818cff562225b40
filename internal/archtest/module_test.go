package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the project's source as it lies on disk, for every operating system and build tag at once. Tests are left
// out: they may import what they test against.
type module struct {
	root    string
	files   map[string]*ast.File // by path below root
	imports map[string][]string  // by package path below root; ours are written below root too
	set     *token.FileSet
}

// root finds the folder of go.mod, upwards from here.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above this test")
		}
		dir = filepath.Dir(dir)
	}
}

func load(t *testing.T) *module {
	t.Helper()
	m := &module{root: root(t), files: map[string]*ast.File{}, imports: map[string][]string{}, set: token.NewFileSet()}
	mod, err := os.ReadFile(filepath.Join(m.root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(mod), "\n")
	name := strings.TrimPrefix(line, "module ")
	err = filepath.WalkDir(m.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if path != m.root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "bin" || base == "dist") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(m.set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(m.root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		m.files[rel] = file
		dir := m.dir(rel)
		if m.imports[dir] == nil {
			m.imports[dir] = []string{}
		}
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if below, ours := strings.CutPrefix(p, name+"/"); ours {
				p = below
			}
			if !slices.Contains(m.imports[dir], p) {
				m.imports[dir] = append(m.imports[dir], p)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// dir is the package path of a file below root.
func (m *module) dir(file string) string {
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		return file[:i]
	}
	return "."
}

func (m *module) paths() []string {
	var out []string
	for p := range m.imports {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// reach lists one chain of imports, the shortest, to every package that p depends on through packages of ours.
func (m *module) reach(p string) [][]string {
	seen := map[string]bool{p: true}
	queue := [][]string{{p}}
	var out [][]string
	for len(queue) > 0 {
		chain := queue[0]
		queue = queue[1:]
		for _, next := range m.imports[chain[len(chain)-1]] {
			if seen[next] {
				continue
			}
			seen[next] = true
			way := append(slices.Clone(chain), next)
			out = append(out, way)
			if _, ours := m.imports[next]; ours {
				queue = append(queue, way)
			}
		}
	}
	return out
}
