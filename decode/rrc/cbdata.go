package rrc

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

const (
	pageOctets = 82 // of a CBS-Message-Information-Page; one octet with the used length follows
	maxPages   = 15
)

// pages splits the CB data of TS 23.041 §9.4.2.2.5: the number of pages, then each page and how much of it is used.
func pages(data []byte) ([][]byte, bool) {
	if len(data) == 0 || data[0] == 0 || data[0] > maxPages || len(data) < 1+int(data[0])*(pageOctets+1) {
		return nil, false
	}
	out := make([][]byte, data[0])
	for i := range out {
		page := data[1+i*(pageOctets+1):]
		used := int(page[pageOctets])
		if used > pageOctets {
			return nil, false
		}
		out[i] = page[:used]
	}
	return out, true
}

// alphabet is how the octets of a page stand for characters.
type alphabet uint8

const (
	alphabetNone alphabet = iota // no text, or compressed
	alphabetGSM7
	alphabetUCS2
)

// languages of coding groups 0000 and 0010 of TS 23.038 §5, as ISO 639 codes.
var (
	languages0 = [16]string{"de", "en", "it", "fr", "es", "nl", "sv", "da", "pt", "fi", "no", "el", "tr", "hu", "pl"}
	languages2 = [16]string{"cs", "he", "ar", "ru", "is"}
)

// coding reads a data coding scheme, TS 23.038 §5: the alphabet, the language it names, and whether the text begins with
// its language. Reserved schemes mean the default alphabet.
func coding(scheme byte) (a alphabet, language string, prefixed bool) {
	low := scheme & 15
	switch group := scheme >> 4; {
	case group == 0:
		return alphabetGSM7, languages0[low], false
	case group == 1 && low == 0:
		return alphabetGSM7, "", true
	case group == 1 && low == 1:
		return alphabetUCS2, "", true
	case group == 2:
		return alphabetGSM7, languages2[low], false
	case group >= 4 && group <= 7:
		if scheme&0x20 != 0 { // compressed, TS 23.042
			return alphabetNone, "", false
		}
		return [...]alphabet{alphabetGSM7, alphabetNone, alphabetUCS2, alphabetGSM7}[low>>2], "", false
	case group == 9, group == 13, group == 14: // user data header, I1 protocol, WAP: no plain text
		return alphabetNone, "", false
	case group == 15 && low&4 != 0:
		return alphabetNone, "", false
	}
	return alphabetGSM7, "", false
}

// cbText reads the text of CB data. ok is false where the coding is not one of text or the pages are malformed.
func cbText(data []byte, scheme byte) (text, language string, ok bool) {
	a, language, prefixed := coding(scheme)
	split, ok := pages(data)
	if !ok || a == alphabetNone {
		return "", "", false
	}
	if a == alphabetUCS2 {
		text, language = ucs2Pages(split, prefixed)
		return lines(text), language, true
	}
	var b strings.Builder
	for i, page := range split {
		t := gsm7Text(unpackGSM7(page))
		if prefixed {
			lead, rest, found := strings.Cut(t, "\r")
			if found && len(lead) == 2 && (i == 0 || lead == language) {
				language, t = lead, rest
			}
		}
		b.WriteString(strings.TrimRight(t, "\r"))
	}
	return lines(b.String()), isoLanguage(language), true
}

// ucs2Pages joins the code units of all pages before they become characters, since a pair of surrogates may be cut.
func ucs2Pages(split [][]byte, prefixed bool) (text, language string) {
	var units []uint16
	for i, page := range split {
		if prefixed && len(page) >= 2 {
			lead := gsm7Text(unpackGSM7(page[:2]))
			if i == 0 || lead == language {
				language, page = lead, page[2:]
			}
		}
		for ; len(page) >= 2; page = page[2:] {
			units = append(units, binary.BigEndian.Uint16(page))
		}
		for len(units) > 0 && units[len(units)-1] == '\r' {
			units = units[:len(units)-1]
		}
	}
	return string(utf16.Decode(units)), isoLanguage(language)
}

// isoLanguage keeps what looks like a language code; the rest is whatever the air brought.
func isoLanguage(s string) string {
	s = strings.ToLower(s)
	if len(s) != 2 || s[0] < 'a' || s[0] > 'z' || s[1] < 'a' || s[1] > 'z' {
		return ""
	}
	return s
}

// lines makes line breaks one character and drops the other control characters, which no alphabet of text needs.
func lines(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\f':
			return '\n'
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, s)
}
