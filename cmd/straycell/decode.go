package main

import (
	"errors"
	"fmt"

	"github.com/straycell/straycell/radio/iqfile"
	"github.com/straycell/straycell/tui/plain"
)

type decodeVerb struct {
	Files []string `arg:"" name:"file" help:"Recordings: .sigmf-meta, .sigmf-data, or raw samples."`
	JSON  bool     `name:"json" help:"Print lines of JSON, as things become known."`
	rawFlags
	listFlags
	surveyFlags
}

func (decodeVerb) Help() string {
	return `
Examples:

  straycell decode gangnam.sigmf-meta
  straycell decode --known kt.csv --json *.sigmf-meta
  straycell decode --format cu8 --rate 1.92M --freq 1815.3M dongle.bin
  straycell decode --ppm 31 --ppm-range 2 --for 10s long.sigmf-meta
`
}

func (v *decodeVerb) run(e *env) (result, error) {
	set, err := v.lists(e.notes)
	if err != nil {
		return result{}, err
	}
	for _, path := range v.Files { // a wrong name is told before hours are spent on the others
		f, err := iqfile.Open(path, v.raw())
		if err == nil {
			f.Close()
		} else if isUsage(err) {
			return result{}, err
		}
	}
	var all result
	var errs []error
	for i, path := range v.Files {
		f, err := iqfile.Open(path, v.raw())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		cfg := v.config(source{Source: f, name: path}, set)
		if i == 0 {
			e.offerLearning(cfg, shell(path))
		}
		if len(v.Files) > 1 && !v.JSON {
			fmt.Fprintf(e.out, "%s:\n", plain.Text(path, maxNote))
		}
		res, _, err := e.report(cfg, v.JSON)
		f.Close()
		all.add(path, res)
		if err != nil {
			errs = append(errs, err)
		}
		if e.ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(errs...)
}

func (f *rawFlags) raw() iqfile.Raw {
	return iqfile.Raw{Format: f.Format, RateHz: float64(f.Rate), FreqHz: float64(f.Freq)}
}
