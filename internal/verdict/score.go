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
// misconfiguration are not six cases; findings that one innocent cause explains together count as one family, that of the heaviest.
// An alert accuses somebody: it takes two families that agree, or a finding that the data call hard.
func (p *Policy) Score(findings []Named) (int, Level) {
	type group struct {
		family string
		weight int
	}
	heaviest, rest, explained, hard := map[string]group{}, 0, 0, false
	for _, f := range findings {
		key, family := p.group(f.Rule), Family(f.Rule)
		light := f.Weight
		if h := heaviest[key]; f.Weight > h.weight || f.Weight == h.weight && family < h.family {
			heaviest[key], light = group{family, f.Weight}, h.weight
		}
		if key == family {
			rest += light
		} else {
			explained += light
		}
		hard = hard || f.Hard && f.Weight > 0
	}
	families := map[string]int{}
	for _, h := range heaviest {
		if h.weight == 0 {
			continue
		}
		rest += min(h.weight, families[h.family]) // what one cause explains, and the rest of its family
		families[h.family] = max(h.weight, families[h.family])
	}
	sum := 0
	for _, w := range families {
		sum += w
	}
	l := p.Levels
	sum = min(100, sum+(rest*l.RestPercent+explained*l.CausePercent)/100)
	switch {
	case sum >= l.Alert && (len(families) >= l.Families || hard):
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
