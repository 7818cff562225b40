package phch

import "slices"

// Sizes lists the transport block sizes that a DCI of format 1A or 1C with SI-RNTI can give, from least to most, smallest first.
func Sizes(least, most int) []int {
	var out []int
	add := func(n int) {
		if n >= least && n <= most {
			out = append(out, n)
		}
	}
	for _, r := range tbs1A {
		add(r[0])
		add(r[1])
	}
	for _, n := range tbs1C {
		add(n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
