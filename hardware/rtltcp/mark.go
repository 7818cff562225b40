package rtltcp

// mark finds, in what a server sends, where a dongle stopped counting. In its test mode a dongle delivers the octets 0 to 255 over and
// over instead of samples (librtlsdr's rtlsdr_set_testmode). A client that switches it on before a change of tuning and off after it has a
// mark in the stream, where the protocol has none: what comes before was sampled earlier, however much of it the line still holds.
type mark struct {
	last byte
	run  int // octets up to last, each one more than the one before
	rest int // since a run that signal does not bring forth; 0: none was seen
}

const (
	markRun  = 64   // octets that count up: noise does that once in 256^63
	markRest = 4096 // octets without such a run after one: the counting is over, and not only a buffer was lost in it
)

// end takes the octets that came next and returns how many of them there are up to the end of a mark, or -1.
func (m *mark) end(octets []byte) int {
	for i, x := range octets {
		if m.run++; x != m.last+1 {
			m.run = 1
		}
		m.last = x
		switch {
		case m.run >= markRun:
			m.rest = 1
		case m.rest > 0:
			m.rest++
		}
		if m.rest == markRest {
			*m = mark{}
			return i + 1
		}
	}
	return -1
}

// count writes what a dongle that counts delivers after n octets.
func count(octets []byte, n int64) {
	for i := range octets {
		octets[i] = byte(n + int64(i))
	}
}
