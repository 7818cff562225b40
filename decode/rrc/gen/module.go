package main

import (
	"fmt"
	"strings"
)

// acyclic makes sure that no type contains itself, so that the depth of a decoded value is bounded by the schema.
func (m *module) acyclic(roots []string) error {
	const open, done = 1, 2
	state := map[string]int{}
	var visit func(n *node) error
	byName := func(name string, line int) error {
		switch state[name] {
		case open:
			return fmt.Errorf("line %d: %s contains itself", line, name)
		case done:
			return nil
		}
		n := m.types[name]
		if n == nil {
			return fmt.Errorf("line %d: %s is not defined", line, name)
		}
		state[name] = open
		err := visit(n)
		state[name] = done
		return err
	}
	visit = func(n *node) error {
		if n.kind == "REF" {
			return byName(n.ref, n.line)
		}
		if n.of != nil {
			if err := visit(n.of); err != nil {
				return err
			}
		}
		for _, c := range n.all() {
			if err := visit(c.of); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range roots {
		if err := byName(name, 0); err != nil {
			return err
		}
	}
	return nil
}

// all lists the components of a SEQUENCE or CHOICE, additions included.
func (n *node) all() []component {
	all := append([]component(nil), n.fields...)
	for _, a := range n.additions {
		all = append(all, a.fields...)
	}
	return all
}

func quoted(names []string) string {
	return fmt.Sprintf("%#v", names)
}

func distinct(names []string, where string) error {
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			return fmt.Errorf("%s: two components are called %s", where, n)
		}
		seen[n] = true
	}
	return nil
}

// camel drops the hyphens of a name and raises the letter after each: q-RxLevMin becomes qRxLevMin.
func camel(name string) string {
	parts := strings.Split(name, "-")
	for i, p := range parts[1:] {
		parts[i+1] = strings.ToUpper(p[:1]) + p[1:]
	}
	return strings.Join(parts, "")
}

func upperCamel(name string) string {
	c := camel(name)
	return strings.ToUpper(c[:1]) + c[1:]
}
