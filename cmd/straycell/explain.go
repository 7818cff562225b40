package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/tui/plain"
	"github.com/straycell/straycell/tui/row"
)

type explainVerb struct {
	Cell  string   `arg:"" help:"PLMN:ECI, PCI@EARFCN, or a transmitter as it was printed: t3."`
	Files []string `arg:"" optional:"" name:"file" help:"Recordings; or a stored survey (.survey), or lines of JSON that a survey printed (.jsonl, - for standard input); instead of a radio."`
	radioFlags
	listFlags
	surveyFlags
}

func (explainVerb) Help() string {
	return `
Every finding with its field, value, expected value and origin, what would take it away and what the verdict were then, and
what could not be judged.

Examples:

  straycell explain t2 night.survey
  straycell explain t2 night.jsonl
  straycell explain 450-08:254419004 --radio 'sim:kt-femto?level=observations' --for 2m
  straycell explain 301@3743 --known kt.csv gangnam.sigmf-meta
`
}

func (v *explainVerb) run(e *env) (result, error) {
	policy, err := v.policy()
	if err != nil {
		return result{}, err
	}
	cells, err := v.cells(e)
	if err != nil {
		return result{}, err
	}
	var b strings.Builder
	found := 0
	for i := range cells {
		if meant(&cells[i], v.Cell) {
			if found++; found > 1 {
				b.WriteString("\n")
			}
			explainCell(&b, &cells[i], policy, e.width())
		}
	}
	if found == 0 {
		return result{}, usagef("no cell %s among %s heard: type it like 450-08:27447297, 301@3743 or t3", v.Cell, count(int64(len(cells)), "cell"))
	}
	_, err = e.out.WriteString(b.String())
	return result{}, err
}

// cells are those of a survey that was stored or printed, or of one that is made now.
func (v *explainVerb) cells(e *env) ([]survey.Cell, error) {
	if len(v.Files) == 1 && was(v.Files[0]) {
		return e.cellsOf(v.Files[0])
	}
	set, err := v.lists(e.notes)
	if err != nil {
		return nil, err
	}
	open := []func() (source, error){func() (source, error) { return v.open(e) }}
	if len(v.Files) > 0 {
		open = nil
	}
	for _, path := range v.Files {
		open = append(open, func() (source, error) { return openRecording(path, path, v.rawFlags) })
	}
	var out []survey.Cell
	for _, o := range open {
		src, err := o()
		if err != nil {
			return nil, err
		}
		cfg, err := v.config(e, src, set)
		if err == nil {
			var sum survey.Summary
			cfg.Sinks = append(cfg.Sinks, e.notes.sink(true))
			sum, err = survey.Run(e.ctx, cfg)
			e.notes.clear()
			out = append(out, sum.Cells...)
		}
		if err = errors.Join(err, src.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// was tells by its name whether a file is a survey that was stored or printed; - is standard input.
func was(path string) bool {
	return path == "-" || strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, surveyEnd)
}

// cellsOf are the cells of a survey that was stored or printed, as it judged them last.
func (e *env) cellsOf(path string) (out []survey.Cell, err error) {
	at := map[string]int{}
	err = e.eachCell(path, func(c survey.Cell) {
		key := c.Transmitter
		if c.ECI != nil {
			key += fmt.Sprint(c.PLMNs, *c.ECI)
		}
		if i, ok := at[key]; ok {
			out[i] = c
			return
		}
		at[key] = len(out)
		out = append(out, c)
	})
	return out, err
}

// eachCell gives every cell of a survey that was stored, or every line of a cell of one that was printed.
func (e *env) eachCell(path string, take func(survey.Cell)) error {
	if path == "-" {
		return readCells(e.in, take)
	}
	if !strings.HasSuffix(path, surveyEnd) {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return readCells(f, take)
	}
	s, err := openSurvey(path)
	if err != nil {
		return err
	}
	defer s.Close()
	sum, err := found(e, s)
	for _, c := range sum.Cells {
		take(c)
	}
	return err
}

// maxJSONLine bounds a line; a cell with every block it can send has some hundred kilobytes.
const maxJSONLine = 16 << 20

// readCells gives every line of a cell.
func readCells(r io.Reader, take func(survey.Cell)) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<16), maxJSONLine)
	for no := 1; sc.Scan(); no++ {
		var c survey.Cell
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			return fmt.Errorf("line %d: %w: want lines of JSON, as scan --json prints them", no, err)
		}
		if c.Type == "cell" {
			take(c)
		}
	}
	return sc.Err()
}

// meant tells whether a person means this cell.
func meant(c *survey.Cell, name string) bool {
	if plmn, eci, ok := strings.Cut(name, ":"); ok {
		return c.ECI != nil && strconv.FormatUint(uint64(*c.ECI), 10) == eci && slices.Contains(c.PLMNs, plmn)
	}
	if pci, earfcn, ok := strings.Cut(name, "@"); ok {
		return strconv.Itoa(c.PCI) == pci && (c.EARFCN != nil && strconv.FormatUint(uint64(*c.EARFCN), 10) == earfcn ||
			slices.ContainsFunc(c.EARFCNCandidates, func(n uint32) bool { return strconv.FormatUint(uint64(n), 10) == earfcn }))
	}
	return c.Transmitter == name
}

// explainCell prints the whole case.
func explainCell(b *strings.Builder, c *survey.Cell, p *verdict.Policy, width int) {
	line := func(indent, text string) {
		for _, l := range plain.Hang(indent, text, width) {
			b.WriteString(strings.TrimRight(l, " ") + "\n")
		}
	}
	line("", fmt.Sprintf("%s, transmitter %s", row.Title(c), c.Transmitter))
	line("", fmt.Sprintf("state %s, level %s, score %d of 100, profile %s", c.Known, c.Level, c.Score, cmp.Or(c.Profile, "none")))
	if who := verdict.Adversary(c.Adversary).String(); who != "" {
		line("", "the findings speak of "+who)
	}
	findings := make([]verdict.Named, len(c.Findings))
	for i, f := range c.Findings {
		findings[i] = verdict.Named{Rule: f.Rule, Version: f.Version, Finding: verdict.Finding{Weight: f.Weight, Hard: f.Hard}}
	}
	for i, f := range c.Findings {
		b.WriteString("\n")
		hard := ""
		if f.Hard {
			hard = ", enough for an alert"
		}
		line("", fmt.Sprintf("%s v%d, %s: weight %d%s", f.Rule, f.Version, cmp.Or(p.Title(f.Rule), "unnamed"), f.Weight, hard))
		line("   ", f.Text)
		line("   ", fmt.Sprintf("%s: %s; expected: %s; from: %s", f.Field, f.Value, cmp.Or(f.Expected, "-"), cmp.Or(f.From, "-")))
		if clears := p.Clears(f.Rule); clears != "" && f.Weight > 0 {
			score, level := p.Score(slices.Delete(slices.Clone(findings), i, i+1))
			line("   ", fmt.Sprintf("would go with: %s; then level %s, score %d", clears, level, score))
		}
	}
	if len(c.Findings) == 0 {
		line("", "no finding against this cell")
	}
	if len(c.NotJudged) > 0 {
		b.WriteString("\n")
	}
	for _, l := range row.NotJudged(c, width) {
		b.WriteString(strings.TrimRight(l, " ") + "\n")
	}
}
