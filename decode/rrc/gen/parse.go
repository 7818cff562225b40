package main

import (
	"fmt"
	"strconv"
	"strings"
)

// node is one type of the module as it is written there, references and named bounds not yet resolved.
type node struct {
	kind       string // SEQUENCE, SEQUENCE OF, CHOICE, ENUMERATED, INTEGER, BOOLEAN, NULL, BIT STRING, OCTET STRING or REF
	ref        string // REF: the type's name
	fields     []component
	names      []string // ENUMERATED: before the extension marker
	extensible bool
	additions  []addition // SEQUENCE, CHOICE: after the extension marker
	more       []string   // ENUMERATED: after the extension marker
	bounded    bool
	min, max   string // bounds of the value or of the size
	of         *node  // SEQUENCE OF: the element; OCTET STRING: what it contains
	line       int
}

type component struct {
	name     string
	of       *node
	optional bool
	standard string // DEFAULT, as written
}

type addition struct {
	fields []component
	group  bool
}

// module is what was read: types and integer constants by name.
type module struct {
	types     map[string]*node
	constants map[string]int64
}

type parser struct {
	tokens []token
	at     int
}

// parse reads the assignments of an ASN.1 module, as far as RRC uses the notation (X.680).
func parse(text string) (*module, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	m := &module{types: map[string]*node{}, constants: map[string]int64{}}
	for p.peek() != "BEGIN" {
		if p.peek() == "" {
			return nil, fmt.Errorf("no BEGIN: not an ASN.1 module")
		}
		p.next()
	}
	p.next()
	for p.peek() != "END" && p.peek() != "" {
		if err := p.assignment(m); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (p *parser) peek() string {
	if p.at >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.at].text
}

func (p *parser) next() string {
	t := p.peek()
	p.at++
	return t
}

func (p *parser) line() int {
	if p.at >= len(p.tokens) {
		return 0
	}
	return p.tokens[p.at].line
}

func (p *parser) want(texts ...string) error {
	for _, t := range texts {
		line := p.line()
		if got := p.next(); got != t {
			return fmt.Errorf("line %d: %q where %q should stand", line, got, t)
		}
	}
	return nil
}

func (p *parser) assignment(m *module) error {
	line, name := p.line(), p.next()
	if strings.IndexByte(letters, name[0]) < 0 {
		return fmt.Errorf("line %d: %q where an assignment should begin", line, name)
	}
	if name[0] >= 'a' {
		if err := p.want("INTEGER", "::="); err != nil {
			return err
		}
		v, err := strconv.ParseInt(p.next(), 10, 64)
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", line, name, err)
		}
		m.constants[name] = v
		return nil
	}
	if err := p.want("::="); err != nil {
		return err
	}
	n, err := p.typ()
	if err != nil {
		return err
	}
	if m.types[name] != nil {
		return fmt.Errorf("line %d: %s is defined twice", line, name)
	}
	m.types[name] = n
	return nil
}

func (p *parser) typ() (*node, error) {
	n := &node{line: p.line()}
	switch t := p.next(); t {
	case "SEQUENCE":
		if p.peek() == "{" {
			n.kind = "SEQUENCE"
			return n, p.components(n)
		}
		n.kind = "SEQUENCE OF"
		if err := p.size(n); err != nil {
			return nil, err
		}
		if err := p.want("OF"); err != nil {
			return nil, err
		}
		of, err := p.typ()
		n.of = of
		return n, err
	case "CHOICE":
		n.kind = t
		return n, p.components(n)
	case "ENUMERATED":
		n.kind = t
		return n, p.enumeration(n)
	case "BOOLEAN", "NULL":
		n.kind = t
		return n, nil
	case "INTEGER":
		n.kind = t
		if err := p.want("("); err != nil {
			return nil, err
		}
		p.bounds(n)
		return n, p.want(")")
	case "BIT", "OCTET":
		n.kind = t + " STRING"
		if err := p.want("STRING"); err != nil {
			return nil, err
		}
		return n, p.stringConstraint(n)
	default:
		if t == "" || t[0] < 'A' || t[0] > 'Z' {
			return nil, fmt.Errorf("line %d: %q where a type should stand", n.line, t)
		}
		n.kind, n.ref = "REF", t
		return n, nil
	}
}

func (p *parser) stringConstraint(n *node) error {
	if p.peek() != "(" {
		return nil
	}
	if p.at+1 < len(p.tokens) && p.tokens[p.at+1].text == "CONTAINING" {
		p.at += 2
		of, err := p.typ()
		if err != nil {
			return err
		}
		n.of = of
		return p.want(")")
	}
	return p.size(n)
}

// size reads "(SIZE (1..8))" or "SIZE (1..8)"; nothing where no size stands.
func (p *parser) size(n *node) error {
	outer := p.peek() == "("
	if outer {
		p.next()
	}
	if p.peek() != "SIZE" {
		if outer {
			return fmt.Errorf("line %d: %q where SIZE should stand", p.line(), p.peek())
		}
		return nil
	}
	if err := p.want("SIZE", "("); err != nil {
		return err
	}
	p.bounds(n)
	if err := p.want(")"); err != nil {
		return err
	}
	if outer {
		return p.want(")")
	}
	return nil
}

func (p *parser) bounds(n *node) {
	n.bounded = true
	n.min = p.next()
	n.max = n.min
	if p.peek() == ".." {
		p.next()
		n.max = p.next()
	}
}

func (p *parser) enumeration(n *node) error {
	if err := p.want("{"); err != nil {
		return err
	}
	for {
		switch t := p.next(); {
		case t == "...":
			n.extensible = true
		case n.extensible:
			n.more = append(n.more, t)
		default:
			n.names = append(n.names, t)
		}
		line := p.line()
		switch t := p.next(); t {
		case ",":
		case "}":
			return nil
		default:
			return fmt.Errorf("line %d: %q in an enumeration", line, t)
		}
	}
}

func (p *parser) components(n *node) error {
	if err := p.want("{"); err != nil {
		return err
	}
	if p.peek() == "}" {
		p.next()
		return nil
	}
	for {
		switch {
		case p.peek() == "...":
			p.next()
			if n.extensible {
				return fmt.Errorf("line %d: a second extension marker", p.line())
			}
			n.extensible = true
		case p.peek() == "[[":
			p.next()
			a := addition{group: true}
			for p.peek() != "]]" {
				c, err := p.component()
				if err != nil {
					return err
				}
				a.fields = append(a.fields, c)
				if p.peek() == "," {
					p.next()
				}
			}
			p.next()
			n.additions = append(n.additions, a)
		default:
			c, err := p.component()
			if err != nil {
				return err
			}
			if n.extensible {
				n.additions = append(n.additions, addition{fields: []component{c}})
			} else {
				n.fields = append(n.fields, c)
			}
		}
		line := p.line()
		switch t := p.next(); t {
		case ",":
		case "}":
			return nil
		default:
			return fmt.Errorf("line %d: %q between components", line, t)
		}
	}
}

func (p *parser) component() (component, error) {
	line := p.line()
	c := component{name: p.next()}
	if c.name == "" || c.name[0] < 'a' || c.name[0] > 'z' {
		return c, fmt.Errorf("line %d: %q where a component's name should stand", line, c.name)
	}
	of, err := p.typ()
	if err != nil {
		return c, err
	}
	c.of = of
	switch p.peek() {
	case "OPTIONAL":
		p.next()
		c.optional = true
	case "DEFAULT":
		p.next()
		c.standard = p.next()
	}
	return c, nil
}
