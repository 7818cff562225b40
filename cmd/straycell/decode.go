package main

import (
	"errors"
	"fmt"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/tui/plain"
)

type decodeVerb struct {
	Files []string `arg:"" name:"file" help:"Recordings: .sigmf-meta, .sigmf-data, or raw samples."`
	JSON  bool     `name:"json" help:"Print lines of JSON, as things become known."`
	rawFlags
	listFlags
	surveyFlags
	storeFlag
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
	files, err := v.check(e, set)
	if err != nil {
		return result{}, err
	}
	if err := v.folderFor(len(files)); err != nil {
		return result{}, err
	}
	var all result
	var errs []error
	for i, path := range files {
		src, err := openRecording(path, path, v.rawFlags)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		cfg, err := v.config(e, src, set)
		if err != nil {
			src.Close()
			return all, err
		}
		if i == 0 {
			e.offerLearning(cfg, shell(path)+v.typed())
		}
		if len(v.Files) > 1 && !v.JSON {
			fmt.Fprintf(e.out, "%s:\n", plain.Text(path, maxNote))
		}
		stored, err := v.keep(e, src, v.rawFlags, v.Known, nil, &cfg)
		if err != nil {
			src.Close()
			return all, errors.Join(append(errs, err)...)
		}
		res, _, err := e.report(v.JSON, cfg)
		err = stored(err)
		src.Close()
		all.add(path, len(v.Files), res)
		if err != nil {
			errs = append(errs, err)
		}
		if e.ctx.Err() != nil {
			break
		}
	}
	return all, errors.Join(errs...)
}

// check names what cannot be right before hours are spent on the other files, and leaves out the files in which nothing is
// asked for.
func (v *decodeVerb) check(e *env, set *known.Set) (files []string, err error) {
	var outside error
	for _, path := range v.Files {
		src, err := openRecording(path, path, v.rawFlags)
		if err == nil {
			_, err = v.config(e, src, set)
			src.Close()
		}
		var out outsideError
		if errors.As(err, &out) {
			if outside = err; len(v.Files) > 1 {
				e.notes.say("%v: left out", err)
			}
			continue
		}
		if err != nil && isUsage(err) {
			return nil, err
		}
		files = append(files, path)
	}
	if len(files) == 0 {
		return nil, outside
	}
	return files, nil
}
