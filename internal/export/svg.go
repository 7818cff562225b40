package export

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
	"time"
)

// drawing collects SVG. Texts are escaped as they come in; all else is numbers and words of ours.
type drawing struct {
	strings.Builder
	w, h float64
}

func newDrawing(w, h float64, title string) *drawing {
	d := &drawing{w: w, h: h}
	fmt.Fprintf(d, `<svg viewBox="0 0 %g %g" role="img" aria-label="%s" xmlns="http://www.w3.org/2000/svg">`, w, h, html.EscapeString(clean(title)))
	return d
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// text places a text; anchor is start, middle or end.
func (d *drawing) text(x, y float64, anchor, class, s string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" text-anchor="%s" class="%s">%s</text>`, x, y, anchor, class, html.EscapeString(clean(s)))
}

func (d *drawing) done() template.HTML {
	d.WriteString("</svg>")
	return template.HTML(d.String()) //nolint:gosec // built here, texts escaped
}

// ticks are round numbers from low to high, about n of them.
func ticks(low, high float64, n int) (at []float64, decimals int) {
	if !(high > low) {
		return []float64{low}, 1
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/float64(n))))
	for _, m := range []float64{1, 2, 5, 10} {
		if (high-low)/(step*m) <= float64(n) {
			step *= m
			break
		}
	}
	decimals = max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	for v := math.Ceil(low/step-1e-9) * step; v <= high+step*1e-9; v += step {
		at = append(at, v+0)
	}
	return at, decimals
}

// mark is a point of a plot; dim ones are drawn behind.
type mark struct {
	atS, v float64
	class  string
}

// plot draws points over time.
type plot struct {
	title, unit string
	marks       []mark
	alerts      []float64 // signal times
	fromS, toS  float64
	begin       time.Time
	low, high   float64 // of the values; equal: from the points
	least       float64 // span of the values, so that noise does not fill the plot
	legend      [][2]string
	signed      bool
}

const (
	plotW, plotH               = 720.0, 190.0
	leftM, rightM, topM, footM = 58.0, 12.0, 24.0, 26.0
)

func (p *plot) svg() template.HTML {
	d := newDrawing(plotW, plotH, p.title)
	low, high := p.low, p.high
	if low == high {
		low, high = math.Inf(1), math.Inf(-1)
		for _, m := range p.marks {
			low, high = math.Min(low, m.v), math.Max(high, m.v)
		}
		if math.IsInf(low, 0) {
			low, high = 0, 1
		}
		pad := math.Max((high-low)*0.08, (p.least-(high-low))/2)
		low, high = low-pad, high+pad
	}
	toS := math.Max(p.toS, p.fromS+1)
	x := func(s float64) float64 { return leftM + (s-p.fromS)/(toS-p.fromS)*(plotW-leftM-rightM) }
	y := func(v float64) float64 { return plotH - footM - (v-low)/(high-low)*(plotH-topM-footM) }
	d.text(leftM, 14, "start", "title", p.title)
	at, decimals := ticks(low, high, 5)
	for _, v := range at {
		d.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, leftM, plotW-rightM, y(v), y(v))
		format := "%.*f"
		if p.signed {
			format = "%+.*f"
		}
		d.text(leftM-6, y(v)+3.5, "end", "tick", fmt.Sprintf(format, decimals, v))
	}
	d.text(plotW-rightM, 14, "end", "tick", p.unit)
	for _, s := range timeTicks(p.fromS, toS) {
		d.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="grid"/>`, x(s), x(s), topM, plotH-footM)
		anchor := "middle"
		if x(s) > plotW-rightM-22 {
			anchor = "end"
		}
		d.text(x(s), plotH-footM+14, anchor, "tick", hms(p.begin.Add(seconds(s))))
	}
	for _, s := range p.alerts {
		d.add(`<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" class="alertline"/>`, x(s), x(s), topM, plotH-footM)
		d.add(`<path d="M%.1f %.1fl4 -7h-8z" class="alertmark"/>`, x(s), topM+7)
	}
	for _, m := range p.marks {
		d.add(`<circle cx="%.1f" cy="%.1f" r="2.2" class="%s"/>`, x(m.atS), y(math.Max(low, math.Min(high, m.v))), m.class)
	}
	left := leftM + 8 + 6.2*float64(len([]rune(p.title)))
	for _, l := range p.legend {
		d.add(`<circle cx="%.1f" cy="10" r="3.5" class="%s"/>`, left+12, l[0])
		d.text(left+19, 14, "start", "tick", l[1])
		left += 26 + 5.6*float64(len([]rune(l[1])))
	}
	return d.done()
}

// classes are those of the points.
func (p *plot) classes() []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range p.marks {
		if !seen[m.class] {
			seen[m.class] = true
			out = append(out, m.class)
		}
	}
	return out
}

// timeTicks are round moments from one signal time to another.
func timeTicks(fromS, toS float64) []float64 {
	for _, step := range []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 7 * 86400} {
		if (toS-fromS)/step <= 8 {
			var out []float64
			for s := math.Ceil(fromS/step) * step; s <= toS; s += step {
				out = append(out, s)
			}
			return out
		}
	}
	return []float64{fromS, toS}
}
