package post

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/radio"
)

// Proof is what a post does, in figures: a heartbeat carries it, so that silence is never taken for peace.
type Proof struct {
	UptimeS      float64      `json:"uptime_s"`
	OK           bool         `json:"ok"`
	Problems     []trouble    `json:"problems,omitempty"`
	Radios       []RadioProof `json:"radios"`
	AlertsOpen   int          `json:"alerts_open"`
	SpoolPending int          `json:"spool_pending"`
	SpoolDropped int64        `json:"spool_dropped,omitempty"`
	DiskBytes    int64        `json:"disk_bytes"`
	BudgetBytes  int64        `json:"budget_bytes"`
}

// RadioProof is what one radio does. Rates are over the last minute of listening.
type RadioProof struct {
	Radio       string   `json:"radio"`
	State       string   `json:"state"`
	Surveys     int      `json:"surveys"` // begun
	ListenedS   float64  `json:"listened_s"`
	Looks       int64    `json:"looks"`
	FailedLooks int64    `json:"failed_looks,omitempty"`
	Cells       int      `json:"cells_per_minute"`
	SIB1        *float64 `json:"sib1_ratio,omitempty"` // of those cells, with their SIB1 read
	References  int      `json:"reference_cells"`
	PPM         *float64 `json:"ppm,omitempty"` // where the cells put the radio's error
	PPMCells    int      `json:"ppm_cells,omitempty"`
	Lost        int64    `json:"lost_samples"`
	Fix         *Place   `json:"fix,omitempty"`
}

// Place is where a radio last knew itself to be.
type Place struct {
	Lat  float64 `json:"lat"`
	Lon  float64 `json:"lon"`
	From string  `json:"from,omitempty"`
	AgeS float64 `json:"age_s"`
}

// proof is the state of things; mu is held.
func (p *Post) proof() *Proof {
	used, _ := p.series.usage()
	out := &Proof{UptimeS: seconds(p.elapsed()), OK: true, Radios: []RadioProof{}, AlertsOpen: len(p.alerts.open), DiskBytes: used, BudgetBytes: p.series.budgetBytes}
	out.Problems = p.problems()
	for _, t := range out.Problems {
		out.OK = out.OK && !t.Fatal
	}
	for _, d := range p.outbox.deliveries() {
		out.SpoolPending += d.Pending
		out.SpoolDropped += d.Dropped
		if d.Error != "" {
			out.Problems = append(out.Problems, trouble{Name: "sink " + d.Sink, Text: fmt.Sprintf("%d notices wait: %s", d.Pending, d.Error), Since: p.cfg.now().UTC()})
		}
	}
	for _, r := range p.radios {
		out.Radios = append(out.Radios, r.proof(p.cfg.now()))
	}
	return out
}

// problems lists what is not well, the gravest first.
func (p *Post) problems() []trouble {
	out := []trouble{}
	for _, t := range p.trouble {
		out = append(out, t)
	}
	for _, r := range p.radios {
		if !r.listening && p.trouble[RadioAway+" "+r.name].Name == "" && p.trouble[Deaf+" "+r.name].Name == "" {
			out = append(out, trouble{Name: "not listening " + r.name, Text: r.name + ": " + cmp.Or(r.away, r.state), Since: p.start.UTC(), Fatal: true})
		}
	}
	slices.SortFunc(out, func(a, b trouble) int {
		if a.Fatal != b.Fatal {
			if a.Fatal {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out
}

// minuteS is over what rates are counted, in seconds of listening.
const minuteS = 60

func (r *radioState) proof(now time.Time) RadioProof {
	out := RadioProof{Radio: r.name, State: r.state, Surveys: r.surveys, ListenedS: math.Round(r.listenedS*10) / 10, Looks: r.looks, FailedLooks: r.failed, Lost: r.lost}
	read := 0
	var off []float64
	for m, x := range r.cells {
		if r.listenedS-x.heardS > minuteS {
			continue
		}
		out.Cells++
		if m.identity != "" {
			read++
		}
		if x.EARFCN != nil && x.CFOHz != nil {
			off = append(off, *x.CFOHz/x.FreqHz*1e6)
		}
	}
	if out.Cells > 0 {
		ratio := math.Round(float64(read)/float64(out.Cells)*1000) / 1000
		out.SIB1 = &ratio
	}
	if ppm, n := agreed(off); n >= 3 {
		out.PPM, out.PPMCells = &ppm, n
	}
	for _, x := range r.hearing.Refs {
		if x.Heard >= refHeard && x.ForS >= refS {
			out.References++
		}
	}
	if r.fix != nil {
		out.Fix = placeOf(r.fix, now.Sub(r.fixAt))
	}
	return out
}

func placeOf(f *radio.Fix, ago time.Duration) *Place {
	return &Place{Lat: f.Lat, Lon: f.Lon, From: f.From, AgeS: seconds(ago + f.Age)}
}

// agreePPM is how far cells may stand from the middle one and agree with it: base stations keep to 0.05 ppm, TS 36.104 §6.5.1, home
// ones to 0.25.
const agreePPM = 0.3

// agreed is the middle of some errors, and how many agree with it.
func agreed(off []float64) (ppm float64, n int) {
	ppm = median(off)
	for _, v := range off {
		if math.Abs(v-ppm) <= agreePPM {
			n++
		}
	}
	return math.Round(ppm*1000) / 1000, n
}

// beat tells that the post lives; mu is held.
func (p *Post) beat(now moment) {
	p.stats.beats++
	p.lastBeat = now
	proof := p.proof()
	s := Minor
	if !proof.OK {
		s = Warning
	}
	p.tell(Notice{Alert: Heartbeat, Event: told, Severity: s, Time: now.wall, Text: p.status(), Proof: proof})
}

// status is a post in one line; mu is held.
func (p *Post) status() string {
	problems := p.problems()
	cells, looks := 0, int64(0)
	for _, r := range p.radios {
		for _, x := range r.cells {
			if r.listenedS-x.heardS <= minuteS {
				cells++
			}
		}
		looks += r.looks
	}
	text := fmt.Sprintf("%d cells a minute, %d alerts open, %d looks", cells, len(p.alerts.open), looks)
	if len(problems) > 0 {
		text = problems[0].Text + "; " + text
	}
	return text
}

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*10) / 10 }
