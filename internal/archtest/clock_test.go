package archtest

import (
	"go/ast"
	"testing"
)

// timeless are the rooms in which time comes from the Block alone.
var timeless = []string{"decode/...", "internal/cell/...", "internal/verdict/...", "internal/enb/...", "radio/iqfile", "radio/sim/..."}

// TestNoWallClock: replaying a recording gives the events of the live run, which it could not if anything on the way
// asked what time it is now.
func TestNoWallClock(t *testing.T) {
	m := load(t)
	for name, file := range m.files {
		dir := m.dir(name)
		if !matchAny(timeless, dir) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch pkg.Name + "." + sel.Sel.Name {
			case "time.Now", "time.Since", "time.Until":
				t.Errorf("%s: %s.%s: time comes from the Block, or replay would differ from live", m.set.Position(n.Pos()), pkg.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestNoInit: what is offered (sources, rules, sinks) stands in one list in the program, not in side effects of imports.
func TestNoInit(t *testing.T) {
	m := load(t)
	for _, file := range m.files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: func init: tables are variables with a value, and what is offered is listed in cmd", m.set.Position(f.Pos()))
			}
		}
	}
}
