//go:build amd64 && !purego

package fec

import "golang.org/x/sys/cpu"

var fast = cpu.X86.HasAVX2

// The kernel's tables: signs of the three soft bits in the eight sums, and for each state which sum it takes.
var (
	convFlip = func() (f [3][8]uint32) {
		for o := range 8 {
			for i := range f {
				f[i][o] = uint32(o>>i&1) << 31
			}
		}
		return f
	}()
	convPick = func() (p [4][8]uint32) {
		for s, o := range convSign {
			p[s/8][s%8] = uint32(o)
		}
		return p
	}()
)

//go:noescape
func convStepsAVX2(m *[2][64]float32, back *uint64, soft *[4]float32, n int, flip *[3][8]uint32, pick *[4][8]uint32)

func convSteps(m *[2][64]float32, back []uint64, soft [][4]float32) {
	if fast && len(soft) > 0 {
		_ = back[len(soft)-1]
		convStepsAVX2(m, &back[0], &soft[0], len(soft), &convFlip, &convPick)
		return
	}
	convStepsGo(m, back, soft)
}
