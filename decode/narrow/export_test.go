package narrow

// ReferencePower is the power of a reference element of the cell read last, as the samples hold it.
func (r *Reader) ReferencePower() float64 { return r.carrier.RSRP }

// Subframes is the number of subframes searched since the start.
func (r *Reader) Subframes() int { return r.subframes }

// Forget forgets all cells, not what was planned for them.
func (r *Reader) Forget() {
	for _, c := range r.cells {
		r.release(c)
	}
	r.cells = r.cells[:0]
}
