package narrow

import (
	"cmp"
	"slices"

	"github.com/straycell/straycell/decode/phch"
)

// Allocations that are sent less than once round the circular buffer do not repeat. They are few blocks, and known by the parity
// checks of the code they were encoded with.
const (
	maxSmall     = 4    // resource blocks
	maxSmallSize = 400  // bits
	maxRate      = 0.92 // bits of the block per bit sent
	smallTries   = 4    // of a subframe, that go on to the turbo decoder
	smallZ       = 4.2  // noise reaches it in one subframe of 40, with 2,000 hypotheses each
)

// small lists the likeliest allocations without repetition, best first.
func (r *Reader) small(h *heard, v view) []found {
	best := r.few[:0]
	said := redundancy(h.sfn / 2)
	unit := phch.Unit(r.carrier.Ports)
	r.blind.each(&h.w, v, r.regions(), func(symbols, first, length int) {
		if length > maxSmall {
			return
		}
		x := r.blind.collect(&h.w, symbols, first, length)
		for i, lag := range r.blind.lags {
			size := r.blind.sizes[i]
			if len(x)-lag >= overlap {
				continue
			}
			if size > maxSmallSize || float64(size+24) > maxRate*float64(len(x)) {
				break
			}
			for m := range 2 {
				rv := said * (1 - m)
				if m == 1 && said == 0 {
					break
				}
				r.single.Reset(size)
				r.single.Add(x, rv, unit)
				z := r.single.Parity()
				if z < smallZ {
					continue
				}
				best = append(best, found{allocation{symbols: symbols, first: first, length: length, size: size}, z, rv})
			}
		}
	})
	slices.SortStableFunc(best, func(a, b found) int { return cmp.Compare(b.z, a.z) })
	r.few = best
	return best[:min(len(best), smallTries)]
}
