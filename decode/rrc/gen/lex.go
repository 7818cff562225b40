package main

import (
	"fmt"
	"strings"
)

// token is one lexical item of ASN.1: a word, a number, a bit string such as '01'B, or punctuation.
type token struct {
	text string
	line int
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const digits = "0123456789"

// lex splits ASN.1 text into tokens and drops comments, which run from "--" to the next "--" or the end of the line
// (X.680 §12.6.3).
func lex(text string) ([]token, error) {
	var out []token
	line := 1
	for i := 0; i < len(text); {
		c := text[i]
		rest := text[i:]
		n := 1
		switch {
		case c == '\n':
			line++
			i++
			continue
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case strings.HasPrefix(rest, "--"):
			i += comment(rest)
			continue
		case strings.HasPrefix(rest, "::="), strings.HasPrefix(rest, "..."):
			n = 3
		case strings.HasPrefix(rest, ".."), strings.HasPrefix(rest, "[["), strings.HasPrefix(rest, "]]"):
			n = 2
		case c == '\'':
			end := strings.IndexByte(rest[1:], '\'')
			if end < 0 || end+2 >= len(rest) {
				return nil, fmt.Errorf("line %d: bit string without its end", line)
			}
			n = end + 3
		case strings.IndexByte(letters, c) >= 0:
			n = word(rest)
		case strings.IndexByte(digits, c) >= 0, c == '-':
			for n < len(rest) && strings.IndexByte(digits, rest[n]) >= 0 {
				n++
			}
		case strings.IndexByte("{}(),;[]", c) >= 0:
		default:
			return nil, fmt.Errorf("line %d: %q is not ASN.1", line, c)
		}
		out = append(out, token{rest[:n], line})
		i += n
	}
	return out, nil
}

// comment is the length of the comment rest begins with, without the newline that ends it.
func comment(rest string) int {
	end := strings.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
	}
	if dash := strings.Index(rest[2:end], "--"); dash >= 0 {
		return 2 + dash + 2
	}
	return end
}

// word is the length of the identifier rest begins with: a hyphen is part of it only between letters and digits.
func word(rest string) int {
	n := 1
	for n < len(rest) {
		if strings.IndexByte(letters+digits, rest[n]) >= 0 {
			n++
		} else if rest[n] == '-' && n+1 < len(rest) && strings.IndexByte(letters+digits, rest[n+1]) >= 0 {
			n += 2
		} else {
			break
		}
	}
	return n
}
