package say

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// texts are all that the screen says: the literals given to T, F and Count, and the names kept in tables.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	out := map[string]bool{}
	keep := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, _ := strconv.Unquote(lit.Value)
			out[s] = true
		}
	}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if fun, ok := n.Fun.(*ast.SelectorExpr); ok {
					switch fun.Sel.Name {
					case "T", "F":
						keep(n.Args[0])
					case "Count":
						keep(n.Args[1])
						keep(n.Args[2])
					}
				}
			case *ast.ValueSpec: // tables of names
				if len(n.Names) != 1 || len(n.Values) != 1 {
					return true
				}
				switch n.Names[0].Name {
				case "filterNames", "groupNames", "partNames":
					for _, e := range n.Values[0].(*ast.CompositeLit).Elts {
						keep(e)
					}
				case "columns":
					for _, e := range n.Values[0].(*ast.CompositeLit).Elts {
						keep(e.(*ast.CompositeLit).Elts[0])
					}
				}
			}
			return true
		})
	}
	for _, word := range []string{"known", "unconfirmed", "unknown", "no-list", "normal", "watch", "suspicious", "alert"} {
		out[word] = true
	}
	return out
}

// same are texts that Korean engineers write as they are.
var same = []string{"PLMN", "B", "EARFCN", "MHz", "PCI", "eNB/sector", "TAC", "BW", "RSRP", "RSRQ", "SINR", "ppm", "SIBs", "PCI %d"}

var verbs = regexp.MustCompile(`%[-+ 0-9.]*[a-zA-Z]`)

// TestWhole: what the screen says it says in every language, with the same values in the same order.
func TestWhole(t *testing.T) {
	all := texts(t)
	if len(all) < 100 {
		t.Fatalf("only %d texts found: did they move?", len(all))
	}
	for _, l := range Languages()[1:] {
		for text := range all {
			w, ok := l.words[text]
			if !ok && !slices.Contains(same, text) {
				t.Errorf("%s lacks %q", l.Name, text)
			}
			if ok && !slices.Equal(verbs.FindAllString(text, -1), verbs.FindAllString(w, -1)) && !strings.HasPrefix(text, "1 ") {
				t.Errorf("%s: %q has other values than %q", l.Name, w, text)
			}
		}
		for text := range l.words {
			if !all[text] {
				t.Errorf("%s has %q, which nobody says", l.Name, text)
			}
		}
	}
}

func TestFind(t *testing.T) {
	for locale, want := range map[string]*Lang{"ko": Korean, "ko_KR.UTF-8": Korean, "KO_kr": Korean, "en_US": English, "C.UTF-8": nil, "": nil, "de": nil} {
		l, ok := Find(locale)
		if want == nil && (ok || l != English) || want != nil && l != want {
			t.Errorf("%q: %s %v", locale, l.Name, ok)
		}
	}
}
