package sim

import (
	"fmt"
	"strings"
)

// lineIndex tells on which line of a TOML text each key stands: the parser keeps lines only for what it cannot parse.
// It knows the plain form of scenario files, keys at the head of a line under [table] or [[table]]; for any other form it
// gives the line of the table.
type lineIndex struct {
	keys   map[string]int // "table.3.key" of array tables, "table.key" of others
	firsts map[string]int // "table.key" wherever it stands first
}

func indexLines(text string) *lineIndex {
	x := &lineIndex{map[string]int{}, map[string]int{}}
	counts := map[string]int{}
	table, path, quote := "", "", ""
	for i, line := range strings.Split(text, "\n") {
		no := i + 1
		if quote != "" { // within a text of several lines
			if strings.Contains(line, quote) {
				quote = ""
			}
			continue
		}
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "[["):
			name, _, _ := strings.Cut(line[2:], "]")
			table = strings.TrimSpace(name)
			path = fmt.Sprintf("%s.%d", table, counts[table])
			counts[table]++
			x.note(table, path, "", no)
		case strings.HasPrefix(line, "["):
			name, _, _ := strings.Cut(line[1:], "]")
			table = strings.TrimSpace(name)
			path = table
			if array, rest, ok := strings.Cut(table, "."); ok && counts[array] > 0 { // of the array's last table
				path = fmt.Sprintf("%s.%d.%s", array, counts[array]-1, rest)
			}
			x.note(table, path, "", no)
		default:
			key, value, ok := strings.Cut(line, "=")
			if !ok || strings.HasPrefix(line, "#") {
				continue
			}
			x.note(table, path, strings.Trim(strings.TrimSpace(key), `"'`), no)
			for _, q := range []string{`"""`, `'''`} {
				if strings.Count(value, q) == 1 {
					quote = q
				}
			}
		}
	}
	return x
}

func (x *lineIndex) note(table, path, key string, line int) {
	for m, k := range map[*map[string]int]string{&x.keys: join(path, key), &x.firsts: join(table, key)} {
		if _, ok := (*m)[k]; !ok {
			(*m)[k] = line
		}
	}
}

// first is the line on which a key stands first in any table of its name.
func (x *lineIndex) first(key string) int {
	for {
		if n, ok := x.firsts[key]; ok {
			return n
		}
		i := strings.LastIndexByte(key, '.')
		if i < 0 {
			return 1
		}
		key = key[:i]
	}
}

// at is the line of a key of a table, or that of the table it would stand in where the key is missing; index is -1 but for
// array tables.
func (x *lineIndex) at(table string, index int, key string) int {
	path := table
	if index >= 0 {
		path = fmt.Sprintf("%s.%d", table, index)
	}
	for at := join(path, key); at != ""; {
		if n, ok := x.keys[at]; ok {
			return n
		}
		at = at[:max(0, strings.LastIndexByte(at, '.'))]
	}
	return 1
}

func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}
