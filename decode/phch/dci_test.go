package phch

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
)

// The lengths of TS 36.212 §5.3.3.1.3 and §5.3.3.1.4: 20, 24 and 26 bits are ambiguous and become one more.
func TestDCISizes(t *testing.T) {
	for i, want := range [][3]int{{21, 23, 8}, {22, 25, 10}, {25, 27, 12}, {27, 29, 13}, {27, 30, 14}, {28, 31, 15}} {
		prb := bandwidths[i]
		if got := [3]int{size1A(lte.FDD, prb), size1A(lte.TDD, prb), size1C(prb)}; got != want {
			t.Errorf("%d resource blocks: %v, want %v", prb, got, want)
		}
	}
}

// Which uplinks of FDD, by their resource blocks, would make format 1A longer than size1A says: format 0 has 14 bits besides its
// resource indication, and one more for the type of allocation where the uplink is not wider, TS 36.212 §5.3.3.1.1.
func TestWiderUplink(t *testing.T) {
	longer := map[int][]int{}
	for _, down := range bandwidths {
		for _, up := range bandwidths {
			size0 := 14 + rivBits(up)
			if up <= down {
				size0++
			}
			if size0 > size1A(lte.FDD, down) {
				longer[down] = append(longer[down], up)
			}
		}
	}
	want := map[int][]int{6: {25, 50, 75, 100}, 15: {25, 50, 75, 100}, 25: {75, 100}}
	if !reflect.DeepEqual(longer, want) {
		t.Errorf("%v, want %v", longer, want)
	}
}

func TestRIV(t *testing.T) {
	for _, n := range []int{3, 6, 7, 15, 25, 100} {
		seen := map[int]bool{}
		for start := range n {
			for length := 1; start+length <= n; length++ {
				riv := n*(length-1) + start // TS 36.213 §7.1.6.3
				if length-1 > n/2 {
					riv = n*(n-length+1) + n - 1 - start
				}
				s, l, ok := unpackRIV(riv, n)
				if !ok || s != start || l != length || riv>>rivBits(n) != 0 || seen[riv] {
					t.Fatalf("%d blocks: %d is %d+%d %v, want %d+%d", n, riv, s, l, ok, start, length)
				}
				seen[riv] = true
			}
		}
	}
	if _, _, ok := unpackRIV(8191, 100); ok {
		t.Error("a value beyond the last is legal")
	}
}

// One format 1A by hand: 50 resource blocks, blocks 48 and 49, I_TBS 5, N_PRB 3, RV 2; and what is refused.
func TestParse1A(t *testing.T) {
	b := make([]uint8, 27)
	b[0] = 1
	fec.Bits(b[2:], 50*1+48, 11)
	fec.Bits(b[13:], 5, 5)
	fec.Bits(b[22:], 2, 2)
	fec.Bits(b[24:], 1, 2)
	g, ok := parse1A(b, SIRNTI, lte.FDD, 50)
	if !ok || g != (Grant{RNTI: SIRNTI, Start: 48, Length: 2, TBS: 224, RV: 2}) {
		t.Errorf("%v %+v", ok, g)
	}
	for name, change := range map[string]func(){
		"format 0":           func() { b[0] = 0 },
		"padding":            func() { b[26] = 1 },
		"beyond the table":   func() { fec.Bits(b[13:], 27, 5) },
		"beyond the carrier": func() { fec.Bits(b[2:], 2047, 11) },
	} {
		keep := append([]uint8(nil), b...)
		change()
		if _, ok := parse1A(b, SIRNTI, lte.FDD, 50); ok {
			t.Errorf("%s is legal", name)
		}
		b = keep
	}
}

// The interleaver of TS 36.211 §6.2.3.2 as the clause describes it in words: written row by row into four columns, nulls at
// the end of the second and the fourth, read column by column; the second half of the result moves up by the gap.
func TestDistributedBlocks(t *testing.T) {
	for _, prb := range bandwidths {
		for _, gap2 := range []bool{false, true} {
			if gap2 && prb < 50 {
				continue
			}
			d := distributed(prb, gap2)
			var used [2][128]bool
			for base := 0; base < d.blocks; base += d.unit {
				matrix := make([][4]int, d.rows)
				for r := range matrix {
					matrix[r] = [4]int{-1, -1, -1, -1}
				}
				v := 0
				for r := range matrix {
					for c := range 4 {
						if (c == 1 || c == 3) && r >= d.rows-d.null/2 {
							continue
						}
						matrix[r][c] = v
						v++
					}
				}
				place := 0
				for c := range 4 {
					for r := range matrix {
						if matrix[r][c] < 0 {
							continue
						}
						for slot := range 2 {
							want := (place + slot*d.unit/2) % d.unit
							if want >= d.unit/2 {
								want += d.gap - d.unit/2
							}
							want += base
							if got := d.block(base+matrix[r][c], slot); got != want {
								t.Fatalf("%d blocks, gap 2 %v: virtual %d slot %d is %d, want %d", prb, gap2, base+matrix[r][c], slot, got, want)
							}
							if want >= prb || used[slot][want] {
								t.Fatalf("%d blocks, gap 2 %v: block %d twice or outside", prb, gap2, want)
							}
							used[slot][want] = true
						}
						place++
					}
				}
			}
		}
	}
}

// Random bits never make a grant outside the carrier.
func TestParseIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var set [2][]bool
	for range 20000 {
		prb := bandwidths[rng.IntN(6)]
		d := lte.FDD + lte.Duplex(rng.IntN(2))
		b := make([]uint8, size1A(d, prb))
		for i := range b {
			b[i] = uint8(rng.IntN(2))
		}
		for _, g := range grants(b, d, prb) {
			g.Allocation(&set, prb)
			for s := range set {
				n := 0
				for _, x := range set[s] {
					if x {
						n++
					}
				}
				if n != g.Length || g.TBS < 16 {
					t.Fatalf("%d blocks: %+v has %d in slot %d", prb, g, n, s)
				}
			}
		}
	}
}

func grants(b []uint8, d lte.Duplex, prb int) (out []Grant) {
	if g, ok := parse1A(b, SIRNTI, d, prb); ok {
		out = append(out, g)
	}
	if g, ok := parse1C(b[:size1C(prb)], SIRNTI, prb); ok {
		out = append(out, g)
	}
	return out
}
