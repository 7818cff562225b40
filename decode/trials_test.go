//go:build bench

package decode_test

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/radio"
)

var (
	trials   = flag.Int("trials", 40, "trials per point of a curve")
	ppmRange = flag.Float64("ppm-range", 60, "how far the radio may be off")
	only     = flag.String("curve", "", "only curves whose name contains this")
)

// wanted tells whether a row was asked for.
func wanted(name string) bool { return strings.Contains(name, *only) }

// provenance prints where the figures of a table come from.
func provenance(title string) {
	commit := "unknown commit"
	if out, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		commit = "commit " + strings.TrimSpace(string(out))
	}
	if out, err := exec.Command("git", "status", "--porcelain", "-uno", "--", ".").Output(); err == nil && len(out) > 0 {
		commit += " with changes"
	}
	fmt.Printf("\n%s: %d trials, ±%g ppm; %s; %s, %d cores, %s\n\n", title, *trials, *ppmRange, commit, processor(), runtime.GOMAXPROCS(0), runtime.Version())
}

func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// sample calls f for seeds 0 to n-1 on as many cores as there are, each core with a Decoder of its own, and returns the
// outcomes in order of the seeds.
func sample[T any](n int, cfg decode.Config, f func(d *decode.Decoder, seed uint64) T) []T {
	out := make([]T, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			d := decode.New(cfg)
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				out[i] = f(d, uint64(i))
			}
		})
	}
	wg.Wait()
	return out
}

// outcome is what a look told of the cell that was sent.
type outcome struct {
	hit   bool
	wrong int    // cells reported with a MIB that nobody sent
	lost  string // how far a cell that was not found came
}

// judge compares observations with what was sent: right tells whether an observation with a MIB is the cell.
func judge(obs []lte.Observation, pci lte.PCI, right func(o *lte.Observation) bool) outcome {
	out := outcome{lost: "nothing"}
	for i := range obs {
		o := &obs[i]
		switch {
		case o.MIB != nil && o.PCI == pci && right(o):
			out.hit = true
		case o.MIB != nil:
			out.wrong++
		case o.PCI == pci:
			out.lost = "no MIB"
		case out.lost == "nothing":
			out.lost = "other PCI"
		}
	}
	return out
}

// point is one level of a curve.
type point struct {
	level float64
	n     int
	hits  int
	wrong int
	lost  map[string]int
}

func (p point) share() float64 { return float64(p.hits) / float64(p.n) }

func (p *point) add(o outcome) {
	p.n++
	p.wrong += o.wrong
	if o.hit {
		p.hits++
		return
	}
	if p.lost == nil {
		p.lost = map[string]int{}
	}
	p.lost[o.lost]++
}

const (
	curveReach = 12   // how far from its first level a curve is followed, dB
	curveEnd   = 0.05 // a curve ends where no more than this share is found or lost
)

// curve measures the share of cells found at a level, and in steps above and below until nearly all and nearly none are.
func curve(from, step float64, at func(level float64) []outcome) []point {
	measure := func(level float64) point {
		p := point{level: level}
		for _, o := range at(level) {
			p.add(o)
		}
		return p
	}
	ps := []point{measure(from)}
	for ps[0].share() > curveEnd && ps[0].level > from-curveReach {
		ps = append([]point{measure(ps[0].level - step)}, ps...)
	}
	for last := ps[len(ps)-1]; last.share() < 1-curveEnd && last.level < from+curveReach; last = ps[len(ps)-1] {
		ps = append(ps, measure(last.level+step))
	}
	return ps
}

// crossing is the highest level at which a curve rises through a share, between two points on the straight line.
func crossing(ps []point, share float64) float64 {
	for i := len(ps) - 1; i > 0; i-- {
		a, b := ps[i-1], ps[i]
		if a.share() < share && b.share() >= share {
			return a.level + (b.level-a.level)*(share-a.share())/(b.share()-a.share())
		}
	}
	return math.NaN()
}

func half(ps []point) float64 { return crossing(ps, 0.5) }

// row formats a curve: level and percentage, and how cells were lost.
func row(ps []point) (shares, lost string, wrong int) {
	var b strings.Builder
	sum := map[string]int{}
	for _, p := range ps {
		fmt.Fprintf(&b, " %g:%.0f", p.level, 100*p.share())
		wrong += p.wrong
		for k, v := range p.lost {
			sum[k] += v
		}
	}
	var parts []string
	for _, k := range []string{"nothing", "other PCI", "no MIB"} {
		if sum[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, sum[k]))
		}
	}
	return b.String()[1:], strings.Join(parts, ", "), wrong
}

func block(iq []complex64, freqHz, rateHz float64) *radio.Block {
	return &radio.Block{IQ: iq, Tuning: radio.Tuning{FreqHz: freqHz, RateHz: rateHz}}
}

// table prints the head of a table.
func table(title string, columns ...string) {
	provenance(title)
	fmt.Printf("| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}
