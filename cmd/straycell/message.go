package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/straycell/straycell/decode/rrc"
)

type messageVerb struct {
	Octets  []string `arg:"" name:"hex" help:"The message's octets as hex, or - for lines of \"channel hex\" on stdin."`
	Channel string   `placeholder:"NAME" help:"Which channel carried it: bcch-bch, bcch-dl-sch or pcch."`
	JSON    bool     `name:"json" env:"-" help:"Accepted for uniformity: the output is always JSON, one message a line."`
}

func (messageVerb) Help() string {
	return `
Names and values are those of the specification (TS 36.331): hyphens dropped from names, nothing scaled. Octets that are
no such message give null, and why on stderr. Paging is counted; the identities in it are not shown.

Examples:

  straycell message --channel bcch-bch a88880
  straycell message --channel bcch-dl-sch 404004030001000000181420101000
  straycell message - < lines-of-channel-and-hex.txt
`
}

func (v *messageVerb) run(e *env) (result, error) {
	if len(v.Octets) == 1 && v.Octets[0] == "-" {
		if v.Channel != "" {
			return result{}, usagef("--channel and - at once: every line names its own channel, like bcch-bch a88880")
		}
		return result{}, e.messages()
	}
	channel, err := rrc.ParseChannel(v.Channel)
	if err != nil {
		return result{}, usagef("--%v", err)
	}
	octets, err := parseOctets(v.Octets)
	if err != nil {
		return result{}, usagef("%v", err)
	}
	text, why := decodeMessage(channel, octets)
	for _, w := range why {
		e.notes.say("%s", w)
	}
	_, err = fmt.Fprintf(e.out, "%s\n", text)
	return result{}, err
}

// messages answers each line of stdin with one line of JSON.
func (e *env) messages() error {
	in := bufio.NewScanner(e.in)
	in.Buffer(nil, 1<<20)
	for n := 1; in.Scan() && e.ctx.Err() == nil; n++ {
		words := strings.Fields(in.Text())
		if len(words) == 0 {
			continue
		}
		text, why := "null", []string(nil)
		channel, err := rrc.ParseChannel(words[0])
		var octets []byte
		if err == nil {
			octets, err = parseOctets(words[1:])
		}
		if err != nil {
			why = []string{err.Error()}
		} else {
			text, why = decodeMessage(channel, octets)
		}
		for _, w := range why {
			e.notes.say("line %d: %s", n, w)
		}
		if _, err := fmt.Fprintf(e.out, "%s\n", text); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read stdin: %w", err)
	}
	return e.ctx.Err()
}

// decodeMessage returns a message as JSON ("null" if the octets are none), and what else is to be said about it.
func decodeMessage(c rrc.Channel, octets []byte) (text string, why []string) {
	json, ok := rrc.MessageJSON(string(c), octets)
	if ok {
		text = string(json)
	} else {
		text = "null"
	}
	if c == rrc.PCCH {
		if _, err := rrc.Paging(octets); err != nil {
			why = append(why, err.Error())
		}
		return text, why
	}
	m, err := rrc.Decode(c, octets)
	if err != nil {
		return text, append(why, err.Error())
	}
	for _, n := range m.Notes {
		why = append(why, n.String())
	}
	return text, why
}

// parseOctets reads hex that may be cut into words.
func parseOctets(words []string) ([]byte, error) {
	text := strings.Join(strings.Fields(strings.Join(words, " ")), "")
	octets, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(text), "0x"))
	if err != nil || len(octets) == 0 {
		return nil, fmt.Errorf("octets %.40q: type them as hex, two digits each", text)
	}
	return octets, nil
}
