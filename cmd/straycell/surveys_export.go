package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/straycell/straycell/internal/export"
)

type surveysExportVerb struct {
	File   string `arg:"" name:"survey" help:"A stored survey."`
	Output string `short:"o" env:"-" required:"" placeholder:"PATH" help:"A file, its format by its ending: .csv, .geojson, .kml, .pcapng or .html; or a folder, which gets all of them."`
}

func (surveysExportVerb) Help() string {
	return `
A folder gets cells.csv, levels.csv (every measurement with its place), track.csv, femtos.csv (the femtocells heard, for the
operator's OSS), survey.geojson, survey.kml, messages.pcapng (for Wireshark) and report.html, which prints well and asks no network
for anything. A file named .csv gets the cells. Nothing is overwritten.

Examples:

  straycell surveys export drive.survey -o drive
  straycell surveys export drive.survey -o drive.html
`
}

// product is one file for others.
type product struct {
	name  string
	write func(*export.Drive, context.Context, io.Writer) error
}

// products are all of them; of those with one ending the first is what a file of that ending gets.
var products = []product{
	{"cells.csv", (*export.Drive).WriteCells},
	{"levels.csv", (*export.Drive).WriteLevels},
	{"track.csv", (*export.Drive).WriteTrack},
	{"femtos.csv", (*export.Drive).WriteFemtos},
	{"survey.geojson", (*export.Drive).WriteGeoJSON},
	{"survey.kml", (*export.Drive).WriteKML},
	{"messages.pcapng", (*export.Drive).WritePackets},
	{"report.html", (*export.Drive).WriteReport},
}

func (v *surveysExportVerb) run(e *env) (result, error) {
	todo, err := v.todo()
	if err != nil {
		return result{}, err
	}
	s, err := openSurvey(v.File)
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	sum, err := found(e, s)
	if err != nil {
		return result{}, err
	}
	debug.SetGCPercent(100) // what is held from here on is no samples but small things, and to collect them at every tenth costs tenfold
	d, err := export.Open(e.ctx, s, sum)
	if err != nil {
		return result{}, err
	}
	for _, p := range todo {
		if err := writeProduct(e.ctx, d, p); err != nil {
			return result{}, err
		}
		e.notes.say("%s written", p.name)
	}
	return result{}, nil
}

// todo lists what is to be written, by the paths.
func (v *surveysExportVerb) todo() ([]product, error) {
	ending := strings.ToLower(filepath.Ext(v.Output))
	st, err := os.Stat(v.Output)
	dir := err == nil && st.IsDir()
	var out []product
	for _, p := range products {
		switch {
		case dir || ending == "":
			p.name = filepath.Join(v.Output, p.name)
		case filepath.Ext(p.name) == ending && len(out) == 0:
			p.name = v.Output
		default:
			continue
		}
		if _, err := os.Lstat(p.name); err == nil {
			return nil, existsError(p.name)
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, usagef("-o %s: no format ends like that: type .csv, .geojson, .kml, .pcapng or .html, or name a folder for all of them", v.Output)
	}
	if ending == "" && !dir {
		return out, os.MkdirAll(v.Output, 0o755)
	}
	return out, nil
}

// writeProduct writes one file; what is cut short is taken away.
func writeProduct(ctx context.Context, d *export.Drive, p product) error {
	f, err := os.OpenFile(p.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return existsError(p.name)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(p.write(d, ctx, f), f.Close()); err != nil {
		os.Remove(p.name)
		return err
	}
	return nil
}
