package narrow

// Want is what a cell needs to be heard next for its SIB1 to be read: a window round some of its resource blocks.
type Want struct {
	CarrierHz float64 // as received
	PRB       int     // of the whole carrier
	FirstPRB  int
	PRBs      int
	DurationS float64
}

// CentreHz is the middle of the window wanted.
func (w Want) CentreHz() float64 {
	return w.CarrierHz + 180e3*(float64(w.FirstPRB)+float64(w.PRBs)/2-float64(w.PRB)/2)
}
