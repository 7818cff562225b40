//go:build bench

package decode

import (
	"github.com/straycell/straycell/decode/grid"
	"github.com/straycell/straycell/decode/sync"
	"github.com/straycell/straycell/radio"
)

// Chances is what noise came to in one look whose gate stood open.
type Chances struct {
	Peaks   int
	Margins []float64 // of the reference signals of each hypothesis the SSS let pass; the gate demands 1
	Words   int       // code words decoded
	Passed  int       // that passed the CRC of 16 bits
	MIBs    int       // that became cells
}

// Chances sends every hypothesis of a look at sync.Rate that passes the SSS's threshold on to the PBCH, whatever its
// reference signals say.
func (d *Decoder) Chances(b *radio.Block) (out Chances) {
	if d.search == nil {
		d.search, d.local, d.stage = sync.NewSearcher(), sync.NewSearcher(), newStage()
	}
	s := d.stage
	words, passed := s.pbch.Tried()
	sp := d.search.Analyse(b.IQ, sync.Rate)
	for i := range d.narrow {
		d.narrow[i].used = 0
	}
	offsets := d.offsets(b.Tuning.FreqHz, sync.Rate)
	peaks := d.search.Search(sp, offsets, reachHz(b.Tuning.FreqHz, d.cfg)+sync.StepHz, d.driftMid(), d.driftReach(), falsePeak/float64(len(offsets)))
	out.Peaks = len(peaks)
	for _, p := range peaks {
		n := d.around(sp, p.FreqHz)
		for _, y := range s.refine.Refine(n.iq, n.centreHz, p, 0, minSSS, maxSSS) {
			t := grid.Timing{Frame: y.Frame, ClockPPM: y.DriftPPM, CFOHz: y.FreqHz - n.centreHz, CP: y.CP}
			for t.Frame > 0 {
				t.Frame -= framesamples * (1 - t.ClockPPM*1e-6)
			}
			pr, lead, need := s.present(n.iq, &y, t)
			out.Margins = append(out.Margins, pr.Margin()/need)
			t.CFOHz += pr.CFOHz
			c := cell{sync: y, timing: t, lead: lead}
			s.follow(n.iq, &c)
			s.broadcast(&c)
			if c.mib {
				out.MIBs++
			}
		}
	}
	w, q := s.pbch.Tried()
	out.Words, out.Passed = w-words, q-passed
	return out
}
