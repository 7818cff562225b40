package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui/say"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// sizes of terminals that screens are kept at.
var sizes = [][2]int{{80, 24}, {120, 40}, {200, 60}}

// screens is every page in every state, and what else a screen may have to show.
func screens() map[string]script {
	out := map[string]script{}
	opt := Options{Source: "sim:kt-femto", Actions: everything()}
	states := map[string]script{
		"empty": {opt: opt}, "normal": {opt: opt, events: quiet()}, "alarm": {opt: opt, events: loud()},
		"lost": {opt: opt, events: lost(), silent: 9 * time.Second},
	}
	for state, s := range states {
		for page, keys := range map[string]string{"cells": "", "detail": "\r", "sweep": "2", "alerts": "3", "hunt": "h", "help": "?"} {
			one := s
			one.keys = keys
			switch {
			case page == "help" && state != "normal":
				continue
			case page == "hunt" && state == "empty":
				one.opt.Hunt = &Prey{301, 1840e6}
				one.keys = ""
			case page == "hunt" && state == "alarm":
				one.then = append(levels(true), look(18.6, 1840e6, 256))
			case page == "hunt":
				one.then = levels(false)
			}
			out[page+"-"+state] = one
		}
	}
	for i, part := range partNames[1:] {
		out["detail-"+part] = script{opt: opt, events: loud(), keys: "\r" + strings.Repeat("→", i+1)}
	}
	out["hunt-bearings"] = script{opt: opt, events: loud(), keys: "hm", then: levels(true), after: "b40\rb130\r"}
	out["cells-groups"] = script{opt: opt, events: loud(), keys: "gg"}
	out["cells-frozen"] = script{opt: opt, events: loud(), keys: "pf", then: []survey.Event{macro("t9", 1400, 9, "unknown")}}
	out["cells-search"] = script{opt: opt, events: loud(), keys: "/kt 1303\r"}
	out["cells-accept"] = script{opt: opt, events: loud(), keys: "awork order 4711"}
	out["alerts-seen"] = script{opt: opt, events: loud(), keys: "3 "}
	list := Options{Source: "/srv/iq/2025-11-03/gangnam-1815.sigmf-meta", NoList: true, Actions: everything()}
	out["cells-no-list"] = script{opt: list, events: unlisted(), keys: "G"}
	out["cells-ghost"] = script{opt: opt, events: ghosts()}
	out["cells-hostile"] = script{opt: Options{Source: "x\x1b[31m\u202e.sigmf-meta"}, events: hostile()}
	ascii := opt
	ascii.ASCII = true
	out["sweep-ascii"] = script{opt: ascii, events: loud(), keys: "2"}
	return out
}

// TestGolden compares every screen, at three sizes in a file, with colour and without, in each language.
func TestGolden(t *testing.T) {
	for name, s := range screens() {
		t.Run(name, func(t *testing.T) {
			for _, lang := range say.Languages() {
				var colour, bareText strings.Builder
				for _, size := range sizes {
					s.opt.Lang = lang
					view := play(s, size[0], size[1]).render()
					checkShape(t, view, size[0], size[1])
					fmt.Fprintf(&colour, "== %dx%d\n%s\n", size[0], size[1], view)
					fmt.Fprintf(&bareText, "== %dx%d\n%s\n", size[0], size[1], bare(view))
				}
				compare(t, filepath.Join("testdata", name+"."+lang.Name+".colour"), colour.String())
				compare(t, filepath.Join("testdata", name+"."+lang.Name+".plain"), bareText.String())
			}
		})
	}
	kept, _ := filepath.Glob("testdata/*.plain")
	if n := 2 * len(screens()); len(kept) != n {
		t.Errorf("%d golden screens without colour are kept of %d: remove those that nobody draws", len(kept), n)
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: run go test ./tui -update", err)
	}
	if got != string(want) {
		t.Errorf("%s differs: look at it, then go test ./tui -update\n%s", path, firstDifference(got, string(want)))
	}
}

// firstDifference is the first line that is not the same.
func firstDifference(got, want string) string {
	w := strings.Split(want, "\n")
	for i, l := range strings.Split(got, "\n") {
		if i >= len(w) || l != w[i] {
			return fmt.Sprintf("line %d is\n%s\nand was\n%s", i+1, l, strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return "it is shorter than it was"
}
