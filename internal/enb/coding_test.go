package enb

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// specification reads a table of the specifications from beside the module, or skips the test.
func specification(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(captures(t), "..", "spec", name))
	if err != nil {
		t.Skip("no tables at ../shared/spec")
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func TestTurboInterleaver(t *testing.T) {
	for k, f := range turboInterleaver {
		seen := make([]bool, k)
		for i := range k {
			seen[(f[0]*i+f[1]*i*i)%k] = true
		}
		if slices.Contains(seen, false) {
			t.Errorf("size %d is no permutation", k)
		}
	}
	var table struct {
		Rows []struct{ K, F1, F2 int }
	}
	specification(t, "turbo-interleaver.json", &table)
	n := 0
	for _, r := range table.Rows {
		if f, ok := turboInterleaver[r.K]; ok {
			n++
			if f != [2]int{r.F1, r.F2} {
				t.Errorf("size %d: %v, want %d, %d", r.K, f, r.F1, r.F2)
			}
		}
	}
	if n != len(turboInterleaver) {
		t.Errorf("%d of %d sizes are in the specification", n, len(turboInterleaver))
	}
}

func TestTransportBlockSizes(t *testing.T) {
	var need []int
	for _, r := range tbs1A {
		need = append(need, r[:]...)
	}
	for _, tbs := range append(need, tbs1C[:]...) {
		if _, ok := turboInterleaver[tbs+24]; !ok {
			t.Errorf("no turbo interleaver for a block of %d bits", tbs)
		}
	}
	var table struct {
		TBS      [][]int
		Format1C []int
	}
	specification(t, "tbs.json", &table)
	for i, r := range tbs1A {
		if !slices.Equal(r[:], table.TBS[i][1:3]) {
			t.Errorf("row %d: %v, want %v", i, r, table.TBS[i][1:3])
		}
	}
	if !slices.Equal(tbs1C[:], table.Format1C) {
		t.Errorf("format 1C: %v, want %v", tbs1C, table.Format1C)
	}
}

// TestTurboTail: both encoders end in the state they began in, and a lone bit gives the impulse response of g1/g0.
func TestTurboTail(t *testing.T) {
	in := make([]uint8, 56)
	in[0] = 1
	d := turbo(in)
	// (1+D+D^3)/(1+D^2+D^3) = 1 + D + D^2 + D^3 + D^5 + ...
	if want := []uint8{1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0}; !slices.Equal(d[1][:12], longDivision(12)) {
		t.Errorf("parity %v, want %v or %v", d[1][:12], longDivision(12), want)
	}
	for i, s := range d {
		if len(s) != 60 {
			t.Errorf("stream %d: %d bits, want 60", i, len(s))
		}
	}
}

// longDivision are the first coefficients of (1+D+D^3)/(1+D^2+D^3) over GF(2).
func longDivision(n int) []uint8 {
	rest := make([]uint8, n+4)
	rest[0], rest[1], rest[3] = 1, 1, 1
	out := make([]uint8, n)
	for i := range out {
		if out[i] = rest[i]; out[i] == 1 {
			rest[i] ^= 1
			rest[i+2] ^= 1
			rest[i+3] ^= 1
		}
	}
	return out
}

// TestDistributedBlocks holds the interleaver against the closed form of TS 36.211 §6.2.3.2.
func TestDistributedBlocks(t *testing.T) {
	for _, n := range dlBandwidths {
		c := Cell{PRB: n}
		for _, gap2 := range []bool{false, true} {
			if gap2 && n < 50 {
				continue
			}
			b, p := c.vrbs(gap2), c.rbgSize()
			rows := (b.unit + 4*p - 1) / (4 * p) * p
			nulls := 4*rows - b.unit
			var used [2][]int
			for v := range b.n {
				w := v % b.unit
				two, four := 2*rows*(w%2)+w/2+b.unit*(v/b.unit), rows*(w%4)+w/4+b.unit*(v/b.unit)
				want := four
				switch {
				case nulls != 0 && w >= b.unit-nulls && w%2 == 1:
					want = two - rows
				case nulls != 0 && w >= b.unit-nulls:
					want = two - rows + nulls/2
				case nulls != 0 && w%4 >= 2:
					want = four - nulls/2
				}
				odd := (want+b.unit/2)%b.unit + b.unit*(v/b.unit)
				gap := func(i int) int {
					if i%b.unit < b.unit/2 {
						return i
					}
					return i + b.gap - b.unit/2
				}
				gotEven, gotOdd := b.place(v, p)
				if gotEven != gap(want) || gotOdd != gap(odd) {
					t.Fatalf("%d blocks, gap 2 %v: block %d at %d and %d, want %d and %d", n, gap2, v, gotEven, gotOdd, gap(want), gap(odd))
				}
				used[0], used[1] = append(used[0], gotEven), append(used[1], gotOdd)
			}
			for slot, u := range used {
				slices.Sort(u)
				if len(slices.Compact(u)) != b.n || u[len(u)-1] >= n {
					t.Errorf("%d blocks, gap 2 %v, slot %d: %v", n, gap2, slot, u)
				}
			}
		}
	}
}

// TestDCISizes: the lengths that receivers look for.
func TestDCISizes(t *testing.T) {
	for i, n := range dlBandwidths {
		fdd, tdd := Cell{PRB: n, Duplex: lte.FDD}, Cell{PRB: n, Duplex: lte.TDD}
		a := DCI{Format: Format1A, N: 1, Column: 2}
		compact := DCI{Format: Format1C, Distributed: true, N: fdd.vrbStep()}
		for _, c := range []struct {
			what      string
			got, want int
		}{
			{"1A FDD", len(a.bits(fdd)), [6]int{21, 22, 25, 27, 27, 28}[i]},
			{"1A TDD", len(a.bits(tdd)), [6]int{23, 25, 27, 29, 30, 31}[i]},
			{"1C", len(compact.bits(fdd)), [6]int{8, 10, 12, 13, 14, 15}[i]},
		} {
			if c.got != c.want {
				t.Errorf("%s with %d blocks: %d bits, want %d", c.what, n, c.got, c.want)
			}
		}
	}
}

// TestControlRegion: every group of the region belongs to one channel.
func TestControlRegion(t *testing.T) {
	everyCell(func(c Cell) {
		for _, d := range []lte.PHICHDuration{lte.PHICHNormal, lte.PHICHExtended} {
			c.PHICHDuration, c.PHICHResource = d, lte.PHICHOneSixth+lte.PHICHResource(c.PCI%4)
			if c.Check() != nil {
				continue // more PHICH groups than there is room for
			}
			for sf := range 10 {
				if c.downlinkSymbols(sf) == 0 {
					continue
				}
				for cfi := 1; cfi <= c.maxCFI(sf, false); cfi++ {
					r := newControlRegion(c, sf, false, cfi)
					seen, total := map[[2]int]bool{}, 0
					claim := func(g REG, l int) {
						at := [2]int{g.L, g.K[0]}
						if seen[at] || g.L >= l {
							t.Fatalf("%+v subframe %d, CFI %d: group %v twice or beyond the region", c, sf, cfi, at)
						}
						seen[at] = true
						if g.L < r.symbols {
							total++
						}
					}
					for _, g := range r.pcfich {
						claim(g, 1)
					}
					for _, unit := range r.phich {
						for _, g := range unit {
							claim(g, 3)
						}
					}
					for _, g := range r.pdcch {
						claim(g, r.symbols)
					}
					want := 0
					for l := range r.symbols {
						want += len(c.REGs(l))
					}
					if total != want {
						t.Fatalf("%+v subframe %d, CFI %d: %d groups, want %d", c, sf, cfi, total, want)
					}
				}
			}
		}
	})
}
