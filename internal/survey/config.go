package survey

import (
	"context"
	"time"

	"github.com/straycell/straycell/decode"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/narrow"
	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/verdict"
	"github.com/straycell/straycell/radio"
)

// Config says what to survey and where the news go. Source is all that is required.
type Config struct {
	Source   radio.Source   // the caller opens and closes it
	Observer Observer       // the same radio, where it tells observations instead of samples; nil: samples are read and decoded
	Plan     []radio.Tuning // to be swept; nil: the source's own tuning, as in a recording
	Spans    []plan.Span    // the carriers that Plan shows: a better plan is made of them once the radio's error is known; nil: Plan stays
	Missed   []Skip         // what was asked for and is not in Plan, and why
	Decode   decode.Config  // the radio's error in it is where to begin: cells tell a better one
	Bands    []int          // preferred where bands overlap, in this order; else the lowest
	For      time.Duration  // signal time; 0: until the source ends, or once through the plan and what was heard there

	Known  *known.Set      // nil: no list
	Here   *known.Place    // where the receiver stands; nil: unknown
	Place  radio.Locator   // where it is while it moves; nil: Here is all that is known
	Rules  []verdict.Rule  // nil: verdict.Rules
	Policy *verdict.Policy // nil: the shipped one under the default profile
	Past   *verdict.Past   // what earlier surveys of the place told; nil: none

	// Stay is asked between the looks of a plan: while it is true the survey listens to this raster point alone, in short looks.
	Stay func() (freqHz float64, ok bool)
	// Relist brings what takes the place of Known, Policy and Past from then on, and all cells are judged anew; nil: they stay.
	Relist <-chan Lists

	Workers int    // decode workers; 0: one per processor
	Sinks   []Sink // see Sink for what each may expect

	// Tap sees every block of samples as it was read, before it is looked at; the samples are the reader's again once it returns.
	Tap func(*radio.Block)

	NewLooker func(decode.Config) Looker // nil: decode.New
	narrow    bool                       // NewLooker was nil: what it observes is in the samples
}

// Looker turns one look into observations: a decode.Decoder, or a stand-in for it. Each worker owns one.
type Looker interface {
	Decode(context.Context, *radio.Block) []lte.Observation
}

// aimer is a Looker that makes use of the radio's error.
type aimer interface{ Aim(ppm, rangePPM float64) }

// Observer stands in for samples and decoder at once: a simulated world at the level of observations, fast enough for months.
// Its Source is tuned as any other; all else goes its usual way, so register, rules, sinks and lists cannot tell.
type Observer interface {
	// Observe passes over the next n samples of the present tuning, or fewer where a gap in them begins, and returns how many,
	// and what a decoder set up like this would tell of them. It fills b but for the samples.
	Observe(ctx context.Context, d decode.Config, b *radio.Block, n int64) (int64, []lte.Observation, error)
	// Wants is what cells ask for, as of a narrow.Reader.
	Wants(sinceS float64, messages bool) []narrow.Want
}

// Sink takes the events of a survey. Take is called by one goroutine at a time, in order; its first error ends the survey.
type Sink struct {
	Name string
	Take func(Event) error
	// Live: a Cell event whenever a look changed what is known of a cell, carrying its newest measurement. Otherwise, and
	// in any case at the end, there is one final Cell per (transmitter, identity), carrying its best measurement.
	Live bool
	// Looks: a Look event for every window, with all observations.
	Looks bool
	// Coalesce: the survey does not wait for Take. Cells, candidates and progress that a newer one supersedes are dropped
	// (a screen). Otherwise every event is delivered and the survey waits (a file, a store).
	Coalesce bool
}

// Summary is what a survey came to: all that a table and an exit code need.
type Summary struct {
	Cells  []Cell      // final, in order of their transmitters
	Ghosts []Candidate // images of other cells, made by the receiver; never among Cells
	Sweep  Sweep       // counts, seconds and lost samples
	Cut    []string    // what the source said of samples that are missing: a file cut short
	Looks  int         // windows decoded
	Failed int         // windows whose decoding panicked
	Gone   error       // the source's error after which no more could be read; nil: it ended by itself

	Unknown    int // cells in state unknown
	Suspicious int // cells at level suspicious or alert
	Strong     int // cells above 3 dB SINR
	StrongMute int // of those, without SIB1
}
