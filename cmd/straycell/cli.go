package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/straycell/straycell/internal/verdict"
)

// verb is a command of the program. It prints its own output; the error and the result are for the exit code.
type verb interface{ run(*env) (result, error) }

// grammar lists every verb.
type grammar struct {
	Watch  watchVerb  `cmd:"" help:"Survey on the screen: every cell, the unknown ones on top (the default on a terminal)."`
	Scan   scanVerb   `cmd:"" help:"Survey a radio: one sweep, or --for a time; prints a table or lines of JSON."`
	Decode decodeVerb `cmd:"" help:"Survey recordings: SigMF, or raw samples with --format, --rate and --freq."`
	Known  struct {
		Learn  learnVerb  `cmd:"" help:"Write what is on the air here as a baseline: a list of known cells."`
		List   listVerb   `cmd:"" help:"Print lists of known cells, and name their broken lines."`
		Import importVerb `cmd:"" help:"Put an inventory or a crowd database in force."`
		Accept acceptVerb `cmd:"" help:"Put a baseline in force, with a reason."`
		Excuse excuseVerb `cmd:"" help:"Let a finding weigh nothing for a while: planned work, or what was looked into."`
		Diff   diffVerb   `cmd:"" help:"Compare lists: new, changed and gone cells."`
		Export exportVerb `cmd:"" help:"Write lists as one CSV."`
		Drop   dropVerb   `cmd:"" help:"Put a list out of force."`
	} `cmd:"" help:"Lists of known cells."`
	Explain explainVerb `cmd:"" help:"The whole case of a cell: each finding, what would take it away, what was not judged."`
	Surveys struct {
		List     surveysListVerb     `cmd:"" help:"List stored surveys."`
		Show     surveysShowVerb     `cmd:"" help:"Print a stored survey: what it was, what was found, what happened."`
		Replay   surveysReplayVerb   `cmd:"" help:"Run a stored survey again, from its observations or its recording."`
		Rejudge  surveysRejudgeVerb  `cmd:"" help:"Judge a stored survey anew: by other lists, by this program's rules."`
		Diff     surveysDiffVerb     `cmd:"" help:"Say what changed between two surveys of a place."`
		Export   surveysExportVerb   `cmd:"" help:"Write files for others: CSV, GeoJSON, KML, pcapng, a report."`
		Evidence surveysEvidenceVerb `cmd:"" help:"Make a signed bundle of evidence of a cell."`
		Verify   surveysVerifyVerb   `cmd:"" help:"Check bundles of evidence, and decode their samples again."`
	} `cmd:"" help:"Stored surveys."`
	Post    postVerb    `cmd:"" help:"The headless service of a fixed post or a vehicle: surveys for months, alerts, a local API."`
	Hunt    huntVerb    `cmd:"" help:"Stay on one cell: its level, fast, for finding it on foot."`
	Record  recordVerb  `cmd:"" help:"Write what a radio hears as a SigMF recording, with what was decoded as annotations."`
	Devices devicesVerb `cmd:"" help:"List the radios on this machine and what each covers."`
	Doctor  doctorVerb  `cmd:"" help:"Say whether this machine and its radios are fit for the field, and what to do about it."`
	Message messageVerb `cmd:"" help:"Decode one broadcast message from its octets."`
	Sim     struct {
		List  simListVerb  `cmd:"" help:"List the scenarios."`
		Write simWriteVerb `cmd:"" help:"Write a scenario as a SigMF recording with its truth as annotations."`
		Serve simServeVerb `cmd:"" help:"Serve a scenario to rtl_tcp's clients, in real time."`
	} `cmd:"" help:"The simulated radio world."`
	Version versionVerb `cmd:"" help:"Print what was built."`

	ShowVersion kong.VersionFlag `name:"version" env:"-" help:"Print what was built."`
}

const description = `Straycell finds LTE cells that do not belong where they are heard. It receives only.

Examples:

  straycell watch --radio sim:
  straycell scan --radio sim: --json
  straycell decode --known kt.csv gangnam.sigmf-meta
  straycell decode --format cu8 --rate 1.92M --freq 1815.3M dongle.bin

Exit codes: 0 nothing against any cell, 1 failed, 2 wrong usage, 3 a cell is unknown or suspicious, 4 incomplete,
130 interrupted. Every flag may stand in the environment too, as STRAYCELL_KNOWN, STRAYCELL_PPM_RANGE and so on, or as known and
ppm-range in straycell.toml, here or in the folder of the user's settings; flags win, then the environment.`

// radioFlags name a source.
type radioFlags struct {
	Radio []string `placeholder:"URI" sep:"none" help:"Where samples come from: ${radios}."`
	rawFlags
}

// rawFlags describe a recording without a description.
type rawFlags struct {
	Format string `group:"Raw recordings:" placeholder:"F" help:"Sample format: cu8, cs8, cs16 or cf32."`
	Rate   hertz  `group:"Raw recordings:" placeholder:"R" help:"Samples per second: 19.2M, 1920000."`
	Freq   freqs  `placeholder:"F" help:"Centre frequency of a raw recording: 1815.3M. With a radio, what to sweep: 1805M-1880M,954.3M."`
}

// listFlags name what cells are judged by.
type listFlags struct {
	Known []string `placeholder:"CSV" sep:"none" help:"List of known cells, an inventory or a baseline; may be repeated."`
	mapFlag
}

type mapFlag struct {
	Map map[string]string `placeholder:"THEIRS=OURS" mapsep:"none" help:"Name of a list's column and what straycell calls it: --map CellIdentity=eci."`
}

// surveyFlags say how to survey.
type surveyFlags struct {
	PPM      float64       `name:"ppm" placeholder:"P" help:"The radio's known frequency error, parts per million."`
	PPMRange float64       `name:"ppm-range" placeholder:"W" help:"How far it may be off that (default 60)."`
	For      time.Duration `placeholder:"D" help:"Signal time to survey: 30s, 10m."`
	Workers  int           `placeholder:"N" help:"Decoding workers (default: one per processor)."`
	sweepFlags
	folderFlag
	rulesFlags
}

// rulesFlags say how cells are judged.
type rulesFlags struct {
	weightFlags
	Past []string `placeholder:"SURVEY" sep:"none" help:"An earlier survey of this place, stored (.survey) or as scan --json printed it; may be repeated. What came, moved or works at night alone shows against weeks of them."`
}

// weightFlags say what findings weigh.
type weightFlags struct {
	Profile string `placeholder:"P" help:"Weights for the place: city-fixed (default), drive, border, indoor-DAS, korea-kt."`
	Rules   string `placeholder:"TOML" help:"Weights and thresholds of your own, in the form of the shipped rules.toml; it holds what is changed."`
}

func (f *weightFlags) policy() (*verdict.Policy, error) {
	var changes io.Reader
	if f.Rules != "" {
		file, err := os.Open(f.Rules)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		changes = file
	}
	p, err := verdict.NewPolicy(f.Profile, changes)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return p, nil
}

// Validate is called by the parser.
func (f *surveyFlags) Validate() error {
	switch {
	case f.For < 0:
		return fmt.Errorf("--for %v: type a time above zero, like 30s or 10m", f.For)
	case f.Workers < 0:
		return fmt.Errorf("--workers %d: type 1 or more", f.Workers)
	case !(f.PPMRange >= 0 && f.PPMRange <= 200):
		return fmt.Errorf("--ppm-range %g: type 0 to 200 parts per million, like 2 for a calibrated radio", f.PPMRange)
	case !(f.PPM >= -500 && f.PPM <= 500):
		return fmt.Errorf("--ppm %g: type -500 to 500 parts per million", f.PPM)
	}
	return nil
}

// parse finds the verb and fills its flags. Flags may stand in the environment too: STRAYCELL_RADIO, STRAYCELL_KNOWN …
func parse(args []string, e *env) (verb, error) {
	var g grammar
	file, err := readSettings(e.getenv)
	if err != nil {
		return nil, err
	}
	k, err := kong.New(&g,
		kong.Name("straycell"), kong.Description(description), kong.Writers(e.out, e.notes.w),
		kong.Vars{"version": version(), "radios": radioNames()},
		kong.DefaultEnvars("STRAYCELL"), kong.Resolvers(file),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100, NoAppDescFormat: true}),
		kong.ValueFormatter(func(v *kong.Value) string { return v.Help }),
	)
	if err != nil {
		return nil, err
	}
	for _, v := range os.Environ() { // set to nothing is not set
		if name, value, _ := strings.Cut(v, "="); value == "" && strings.HasPrefix(name, "STRAYCELL_") {
			os.Unsetenv(name)
		}
	}
	ctx, err := k.Parse(args)
	if err != nil {
		return nil, explain(err)
	}
	return ctx.Selected().Target.Addr().Interface().(verb), nil
}

// explain adds to a parser's error where help is found.
func explain(err error) error {
	text := err.Error()
	if strings.Contains(text, "time: ") {
		text += `: type a time like 30s or 10m`
	}
	verb := "straycell"
	if p, ok := err.(*kong.ParseError); ok && p.Context != nil && p.Context.Selected() != nil {
		verb = cmp.Or(p.Context.Selected().FullPath(), verb)
	}
	return usagef("%s; see %s --help", text, verb)
}
