package si

// ReferencePower is the power of a reference element of the cell read last, as the samples hold it.
func (r *Reader) ReferencePower() float64 { return r.carrier.RSRP }
