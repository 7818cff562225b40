package narrow

import "math"

// sums adds up the evidence of every hypothesis of the scan over the transmissions heard in one view: for allocations that stay in
// their place the standard deviations themselves, for those that come and go the likelihood that they do.
type sums struct {
	n          int
	stay, come []float32
}

const (
	comeShare = 0.4 // of the transmissions, that one which comes and goes is taken to be in view
	comeZ     = 3   // and stand out by
	sureCome  = 3   // nepers beyond the number of hypotheses
)

// gain is what a transmission in which a hypothesis stands out by z standard deviations says for its coming and going, in nepers.
// Of noise, exp(gain) is 1 in the mean, so sums of gains can be trusted like evidence.
func gain(z float32) float32 {
	return float32(math.Log(1 - comeShare + comeShare*math.Exp(comeZ*(float64(z)-comeZ/2.0))))
}

func (s *sums) add(z []float32) {
	if len(s.stay) != len(z) {
		s.n = 0
		s.stay, s.come = append(s.stay[:0], z...), append(s.come[:0], z...)
		clear(s.stay)
		clear(s.come)
	}
	if len(z) == 0 { // a view too small for any hypothesis
		return
	}
	for i, v := range z {
		s.stay[i] += v
		s.come[i] += gain(v)
	}
	s.n++
}

func (s *sums) clear() {
	s.n, s.stay, s.come = 0, s.stay[:0], s.come[:0]
}

// best are the likeliest hypotheses of either kind, by their index in the order of the scan, and whether they are sure.
func (s *sums) best() (stay, come int, stays, comes bool) {
	for i, v := range s.stay {
		if v > s.stay[stay] {
			stay = i
		}
		if s.come[i] > s.come[come] {
			come = i
		}
	}
	if s.n == 0 {
		return 0, 0, false, false
	}
	stays = float64(s.stay[stay])/math.Sqrt(float64(s.n)) >= sureZ
	comes = float64(s.come[come]) >= math.Log(float64(len(s.come)))+sureCome
	return stay, come, stays, comes
}

// promise tells whether a hypothesis is likelier than noise mostly makes one, though not sure: more of the same view may tell.
func (s *sums) promise() bool {
	_, come, _, _ := s.best()
	return s.n > 0 && float64(s.come[come]) >= math.Log(float64(len(s.come)))+1
}
