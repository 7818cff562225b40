package narrow

// A cell that says nothing costs the most: every window is gone through for it in every way there is. What was in vain for long is
// tried less and less often, so that a survey of many hours does not spend its time on the weakest cells of its neighbourhood.
const (
	unreadS   = 4.0  // seconds of windows gone through in vain for a SIB1, after which half as many are
	hopelessS = 0.64 // the same for a cell too weak to ask for windows: as much as is held of one
	unsaidS   = 4.0  // and for messages
	maxTired  = 3    // one window in 2^maxTired is gone through at least
	refreshDB = 3    // a cell heard so much better than before is looked at anew
)

// effort is what was spent on a cell in vain.
type effort struct {
	triedS  float64
	tired   int
	windows int
	sinrDB  float64
}

// due tells whether a window of a cell is to be gone through.
func (e *effort) due(sinrDB float64) bool {
	if sinrDB >= e.sinrDB+refreshDB || e.windows == 0 {
		*e = effort{sinrDB: sinrDB}
	}
	e.windows++
	return (e.windows-1)%(1<<e.tired) == 0
}

// vain notes seconds of a window that gave nothing; after each patienceS of them it tires.
func (e *effort) vain(seconds, patienceS float64) {
	if e.triedS += seconds; e.triedS >= patienceS {
		e.triedS, e.tired = 0, min(e.tired+1, maxTired)
	}
}

// patience is for how long a cell's SIB1 is looked for in vain.
func (c *cell) patience() float64 {
	if c.sinrDB < hopelessDB {
		return hopelessS
	}
	return unreadS
}
