package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/straycell/straycell/internal/export"
	"github.com/straycell/straycell/internal/store"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
	"github.com/straycell/straycell/tui/plain"
)

// evidenceFlag says where alerts are kept with what speaks for them.
type evidenceFlag struct {
	Evidence string `placeholder:"DIR" help:"Keep evidence of each alert in this folder: samples, messages, history, signed; straycell surveys verify checks it."`
}

// attach makes surveys keep evidence, if that is asked for. It comes after all other sinks. The surveys' outcome goes through
// what it returns. told says what became of a bundle; nil: on stderr.
func (f *evidenceFlag) attach(e *env, all []source, raw rawFlags, lists []string, rules string, told func(export.Written), cfgs []survey.Config) ([]*export.Keeper, func(error) error, error) {
	if f.Evidence == "" {
		return nil, func(err error) error { return err }, nil
	}
	text := ""
	if rules != "" {
		b, err := os.ReadFile(rules)
		if err != nil {
			return nil, nil, err
		}
		text = string(b)
	}
	folder, err := export.OpenFolder(f.Evidence)
	if err != nil {
		return nil, nil, err
	}
	if told == nil {
		told = e.tellEvidence
	}
	e.notes.say("evidence of alerts goes to %s, signed by %s", f.Evidence, folder.Public())
	now := time.Now()
	var keepers []*export.Keeper
	for i := range cfgs {
		about := export.About{Meta: metaOf(now, all[i], raw, lists, &cfgs[i]), Rules: text, Told: told}
		keepers = append(keepers, export.Attach(&cfgs[i], folder, about))
	}
	return keepers, func(err error) error {
		for _, k := range keepers {
			err = errors.Join(err, k.Close())
		}
		return err
	}, nil
}

// tellEvidence says that a bundle was written, or why not.
func (e *env) tellEvidence(w export.Written) {
	if w.Err != nil {
		e.notes.say("%s", plain.Text(w.Err.Error(), maxNote))
		return
	}
	e.notes.say("evidence: straycell surveys verify %s", shell(w.Path))
}

type surveysEvidenceVerb struct {
	File   string `arg:"" name:"survey" help:"A stored survey."`
	Cell   string `arg:"" help:"PLMN:ECI, PCI@EARFCN, or a transmitter as it was printed: t3."`
	Output string `short:"o" env:"-" placeholder:"DIR" default:"evidence" help:"The folder of bundles (${default})."`
}

func (surveysEvidenceVerb) Help() string {
	return `
A bundle holds the cell's messages, its level and clock history, positions, the part of the lists that concerns it, and what
judged it; samples too, where the survey's source still gives them: a recording or a simulated world. It is signed with your key
and chained to the bundle before it in the folder.

Examples:

  straycell surveys evidence monday.survey 450-08:254418430
  straycell surveys evidence monday.survey t19 -o case7
  straycell surveys verify case7
`
}

func (v *surveysEvidenceVerb) run(e *env) (result, error) {
	s, err := openSurvey(v.File)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	sum, err := found(e, s)
	if err != nil {
		return result{}, err
	}
	cells := slices.DeleteFunc(sum.Cells, func(c survey.Cell) bool { return !meant(&c, v.Cell) })
	if len(cells) == 0 {
		return result{}, usagef("no cell %s in this survey: type it like 450-08:27447297, 301@3743 or t3; straycell surveys show %s lists them", v.Cell, shell(v.File))
	}
	cfg, err := again(e, s, nil)
	if err != nil {
		return result{}, err
	}
	folder, err := export.OpenFolder(v.Output)
	if err != nil {
		return result{}, err
	}
	of := export.Stored{Survey: s, Config: cfg}
	of.Samples, of.NoIQ = samplesAgain(e, s, cfg)
	for _, of.Cell = range cells {
		w := folder.FromSurvey(e.ctx, of)
		if w.Err != nil {
			return result{}, w.Err
		}
		if _, err := fmt.Fprintln(e.out, filepath.Clean(w.Path)); err != nil {
			return result{}, err
		}
	}
	e.notes.say("signed by %s", folder.Public())
	return result{}, nil
}

// samplesAgain is how a stored survey's samples are had once more, or why they are not.
func samplesAgain(e *env, s *store.Survey, cfg survey.Config) (func(context.Context, func(*radio.Block)) error, string) {
	if m := s.Meta; !strings.HasPrefix(m.Source, "file:") && !strings.HasPrefix(m.Source, "sim:") {
		return nil, "a radio's samples are kept only where the survey itself was run with --evidence"
	}
	src, err := openStored(e, s)
	if err != nil {
		return nil, plain.Text(err.Error(), maxNote)
	}
	defer src.Close()
	if src.observer != nil {
		return nil, "the simulated world told observations and made no samples"
	}
	return func(ctx context.Context, tap func(*radio.Block)) error {
		src, err := openStored(e, s)
		if err != nil {
			return err
		}
		defer src.Close()
		cfg := cfg
		asStored(&cfg, s, src)
		cfg.Tap = tap
		_, err = survey.Run(ctx, cfg)
		return err
	}, ""
}

type surveysVerifyVerb struct {
	Paths []string `arg:"" name:"path" help:"A bundle, or a folder of bundles."`
	Trust []string `placeholder:"KEY" sep:"none" help:"A key that is believed, as its owner told it; may be repeated. Your own always is."`
}

func (surveysVerifyVerb) Help() string {
	return `
Checks that no file was changed, added or taken away, who signed it, that no bundle is missing in the chain, and decodes the samples again:
they must give the same cell and the same findings. Exit code 1: something is wrong; 4: nothing is, but not all could be checked.

Examples:

  straycell surveys verify evidence
  straycell surveys verify case7/0002 --trust ed25519:7cCPFgYV3aSMPbSeSXfhYFXgRmCx5iXRJW7bKbyNB0A
`
}

func (v *surveysVerifyVerb) run(e *env) (result, error) {
	var trusted []ed25519.PublicKey
	for _, text := range v.Trust {
		key, err := export.ParsePublic(text)
		if err != nil {
			return result{}, usagef("--trust: %v", err)
		}
		trusted = append(trusted, key)
	}
	if own, ok := export.OwnPublic(); ok {
		trusted = append(trusted, own)
	}
	var res result
	var errs []error
	for _, path := range v.Paths {
		c, err := export.Verify(e.ctx, path, trusted)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if _, err := e.out.WriteString(verified(c, path, &res)); err != nil {
			return res, err
		}
		if !c.Good() {
			errs = append(errs, fmt.Errorf("%s: this is not what was signed, or its samples do not bear it out", path))
		}
	}
	return res, errors.Join(errs...)
}

// verified prints what was checked.
func verified(c *export.Checked, path string, res *result) string {
	var b strings.Builder
	line := func(sign, text string) { b.WriteString(plain.Text("  "+sign+" "+text, maxNote) + "\n") }
	for _, x := range c.Bundles {
		b.WriteString(plain.Text(fmt.Sprintf("%s: bundle %d of %s: %s", x.Path, x.Number, x.Made, x.Cell), maxNote) + "\n")
		for _, text := range x.Wrong {
			line("!!", text)
		}
		for _, text := range x.Open {
			line("??", text)
			res.incomplete = append(res.incomplete, plain.Text(x.Path+": "+text, maxNote))
		}
		for _, text := range x.Fine {
			line("ok", text)
		}
		line("  ", "signed by "+x.Key)
	}
	for _, text := range c.Wrong {
		b.WriteString(plain.Text(fmt.Sprintf("%s: !! %s", path, text), maxNote) + "\n")
	}
	for _, text := range c.Open {
		b.WriteString(plain.Text(fmt.Sprintf("%s: ?? %s", path, text), maxNote) + "\n")
		res.incomplete = append(res.incomplete, plain.Text(path+": "+text, maxNote))
	}
	return b.String()
}
