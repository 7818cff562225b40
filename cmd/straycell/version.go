package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionVerb struct{}

func (versionVerb) Help() string {
	return `
Examples:

  straycell version
`
}

func (versionVerb) run(e *env) (result, error) {
	_, err := fmt.Fprintln(e.out, version())
	return result{}, err
}

// version says what was built, from what and for what.
func version() string {
	v, from := "(devel)", ""
	if b, ok := debug.ReadBuildInfo(); ok {
		if b.Main.Version != "" {
			v = b.Main.Version
		}
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" && v == "(devel)" {
				from = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return fmt.Sprintf("straycell %s%s %s %s/%s", v, from, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
