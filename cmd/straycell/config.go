package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/alecthomas/kong"
)

// configName is the file of settings, looked for here and then among the user's settings.
const configName = "straycell.toml"

// settings are what straycell.toml says: the same as flags do, by the same names. Flags win, then the environment.
type settings struct {
	path   string
	values map[string]any
	getenv func(string) string
}

// readSettings reads the file of settings; there need not be one.
func readSettings(getenv func(string) string) (*settings, error) {
	s := &settings{getenv: getenv}
	paths := []string{configName}
	if dir, err := os.UserConfigDir(); err == nil {
		paths = append(paths, filepath.Join(dir, "straycell", configName))
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
		s.path = path
		var values map[string]any
		if _, err := toml.Decode(string(text), &values); err != nil {
			var where toml.ParseError
			if errors.As(err, &where) {
				return nil, usagef("%s line %d: %s", path, where.Position.Line, where.Message)
			}
			return nil, usagef("%s: %v", path, err)
		}
		s.values = map[string]any{}
		for k, v := range values {
			s.values[strings.ReplaceAll(k, "_", "-")] = v
		}
		return s, nil
	}
	return s, nil
}

// Validate is called by the parser: a setting that no verb has is a slip of the pen.
func (s *settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		for _, f := range n.Flags {
			known[f.Name] = known[f.Name] || settable(f)
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(app.Node)
	for name := range s.values {
		if !known[name] {
			return usagef("%s: no setting %q: settings are named like flags, ppm-range for --ppm-range; see straycell scan --help", s.path, name)
		}
	}
	return nil
}

// settable says whether a flag may stand in the environment, and so in the settings: what names a file to write may not.
func settable(f *kong.Flag) bool { return len(f.Envs) > 0 }

// Resolve is called by the parser for each flag that was not typed.
func (s *settings) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	v, ok := s.values[f.Name]
	if !ok || !settable(f) {
		return nil, nil
	}
	for _, name := range f.Envs {
		if s.getenv(name) != "" {
			return nil, nil
		}
	}
	switch v := v.(type) {
	case []any, map[string]any, bool:
		return v, nil
	default:
		return fmt.Sprint(v), nil
	}
}
