package verdict

import "strings"

// Level is how suspicious a cell is.
type Level string

const (
	Normal     Level = "normal"
	Watch      Level = "watch"
	Suspicious Level = "suspicious"
	Alert      Level = "alert"
)

// Starting points, not measured truth.
const (
	watchScore      = 20
	suspiciousScore = 40
	alertScore      = 70
	restPercent     = 30 // of a family's findings beside its heaviest
)

// score adds the families: of each its heaviest finding and a part of the rest, so that six consequences of one
// misconfiguration are not six cases. An alert accuses somebody: it takes two families that agree.
func score(findings []Named) (int, Level) {
	heaviest, rest := map[string]int{}, 0
	for _, f := range findings {
		family, _, _ := strings.Cut(f.Rule, "-")
		light := f.Weight
		if h := heaviest[family]; f.Weight > h {
			heaviest[family], light = f.Weight, h
		}
		rest += light
	}
	sum, families := 0, 0
	for _, h := range heaviest {
		sum += h
		if h > 0 {
			families++
		}
	}
	sum = min(100, sum+rest*restPercent/100)
	switch {
	case sum >= alertScore && families >= 2:
		return sum, Alert
	case sum >= suspiciousScore:
		return sum, Suspicious
	case sum >= watchScore:
		return sum, Watch
	}
	return sum, Normal
}
