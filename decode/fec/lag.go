package fec

// Lag is how many bits after a bit of a transport block of size bits the same bit is sent again: the length of the circular buffer
// without its dummy and filler bits, TS 36.212 §5.1.4.1.2. It is 0 for a block of several code blocks, which have a buffer each.
func Lag(size int) int {
	s := cut(size + 24)
	if s.count != 1 {
		return 0
	}
	return len(newTurboMatch(s.largeK, s.filler).order)
}
