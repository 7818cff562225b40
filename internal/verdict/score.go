package verdict

// Level is how suspicious a cell is.
type Level string

const (
	Normal     Level = "normal"
	Watch      Level = "watch"
	Suspicious Level = "suspicious"
	Alert      Level = "alert"
)

// Adversary is whom findings speak of.
type Adversary string

const (
	Nobody  Adversary = ""
	Builder Adversary = "A" // a catcher built from open or commercial stacks: odd configuration, lures
	Thief   Adversary = "B" // stolen or cloned operator equipment: good configuration, wrong place, time, identity or clock
)

func (a Adversary) String() string {
	switch a {
	case Builder:
		return "a catcher built from an open or commercial stack"
	case Thief:
		return "stolen or cloned operator equipment"
	}
	return ""
}

// Score adds the families: of each its heaviest finding and a part of the rest, so that six consequences of one
// misconfiguration are not six cases. An alert accuses somebody: it takes two families that agree, or a finding that the data
// call hard.
func (p *Policy) Score(findings []Named) (int, Level) {
	heaviest, rest, hard := map[string]int{}, 0, false
	for _, f := range findings {
		family := Family(f.Rule)
		light := f.Weight
		if h := heaviest[family]; f.Weight > h {
			heaviest[family], light = f.Weight, h
		}
		rest += light
		hard = hard || f.Hard && f.Weight > 0
	}
	sum, families := 0, 0
	for _, h := range heaviest {
		sum += h
		if h > 0 {
			families++
		}
	}
	l := p.Levels
	sum = min(100, sum+rest*l.RestPercent/100)
	switch {
	case sum >= l.Alert && (families >= l.Families || hard):
		return sum, Alert
	case sum >= l.Suspicious:
		return sum, Suspicious
	case sum >= l.Watch:
		return sum, Watch
	}
	return sum, Normal
}

// adversary weighs what speaks of whom; below a watch nobody is spoken of.
func (p *Policy) adversary(findings []Named) Adversary {
	a, b, sum := 0, 0, 0
	for _, f := range findings {
		sum += f.Weight
		switch p.rule(f.Rule).adversary {
		case "A":
			a += f.Weight
		case "B":
			b += f.Weight
		}
	}
	switch {
	case sum < p.Levels.Watch || a == b:
		return Nobody
	case a > b:
		return Builder
	}
	return Thief
}
