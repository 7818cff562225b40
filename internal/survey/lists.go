package survey

import (
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/verdict"
)

// Lists are what cells are judged by. They may be replaced while a survey runs: it goes on without a gap, keeps what it heard
// and judges all of it anew.
type Lists struct {
	Known  *known.Set      // nil: no list
	Policy *verdict.Policy // nil: the shipped one under the default profile
	Past   *verdict.Past   // nil: none

	// Done, where it is not nil, is called once nothing of the lists before is in use any more.
	Done func()
}

// relist puts other lists in force and tells what they change.
func (j *judge) relist(l Lists) {
	j.cfg.Known, j.cfg.Policy, j.cfg.Past = l.Known, l.Policy, l.Past
	j.scene.Relist(verdict.Config{Policy: l.Policy, Set: l.Known, Past: l.Past})
	for _, c := range j.reg.Cells() {
		v := j.judge(c)
		j.turn(c, v)
		if j.fan.live() {
			e := j.event(c, c.Newest, v)
			e.Place = j.tellPlace(&c, false)
			j.fan.send(e, true)
		}
	}
	if l.Done != nil {
		l.Done()
	}
}
