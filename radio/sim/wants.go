package sim

import (
	"github.com/straycell/straycell/decode/narrow"
)

// Wants is what cells ask for at the level of observations, as narrow.Reader tells it for samples: those whose MIB was read since
// sinceS and whose SIB1 was not ask for the window that holds it, for a while. Messages are not read through narrow windows here.
func (w *World) Wants(sinceS float64, messages bool) []narrow.Want {
	var out []narrow.Want
	for _, p := range w.inView {
		s := p.said
		if s == nil || len(s.ways) == 0 || p.knownAtS <= sinceS || p.readS > 0 || p.sinrDB < hopelessDB || p.heardS > patienceS {
			continue
		}
		n := min(windowPRB, s.cell.PRB)
		at := s.ways[0]
		want := narrow.Want{
			PCI: s.cell.PCI, CarrierHz: p.freqHz + p.cfoHz(w.arrive(p, w.now())), PRB: s.cell.PRB, PRBs: n,
			FirstPRB: max(0, min(at.FirstPRB+(at.PRBs-n)/2, s.cell.PRB-n)), Announced: true, DurationS: 0.08,
		}
		if p.sinrDB < -4 {
			want.DurationS = 0.16
		}
		out = append(out, want)
	}
	return out
}

const (
	windowPRB  = 12  // of a window of 2.4 Msps
	hopelessDB = -8  // a cell as weak as this does not ask
	patienceS  = 0.6 // and one whose SIB1 was in view for so long without being read does not any more
)
