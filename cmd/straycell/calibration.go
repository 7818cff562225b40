package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/straycell/straycell/internal/plan"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio"
)

// radiosFile is where the errors of radios are kept between surveys; "" where nothing can be kept.
func radiosFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "straycell", "radios.json")
}

// radioKey names a device: by its serial number, or where it is on the network. What is no device has none.
func radioKey(i radio.Info) string {
	switch {
	case !i.Live:
		return ""
	case i.Driver == "rtltcp" || i.Serial == "": // a server tells its tuner at most
		return i.URI
	}
	return i.Driver + " " + i.Serial
}

// recall begins with the error that an earlier survey found this radio to have, unless the user says another.
func (e *env) recall(cfg *survey.Config) {
	key, path := radioKey(cfg.Source.Info()), radiosFile()
	if key == "" || path == "" || cfg.Decode.PPM != 0 || cfg.Decode.PPMRange != 0 {
		return
	}
	s, ok, err := plan.Recall(path, key)
	switch {
	case err != nil:
		e.notes.say("the radio's error of earlier surveys cannot be read: %v", err)
	case ok:
		cfg.Decode.PPM, cfg.Decode.PPMRange = s.PPM, plan.StoredRangePPM
		e.notes.say("the radio was %+.2f ppm off on %s; if that is no longer so, type --ppm-range 60", s.PPM, s.Time.Format(time.DateOnly))
	}
}

// survey runs one survey and keeps what it told of the radio.
func (e *env) survey(ctx context.Context, cfg survey.Config) (survey.Summary, error) {
	sum, err := survey.Run(ctx, cfg)
	e.remember(cfg, sum.Sweep)
	return sum, err
}

// sureCells is how many cells must agree on an error for it to be kept.
const sureCells = 3

// remember keeps what a survey found to be the radio's error.
func (e *env) remember(cfg survey.Config, s survey.Sweep) {
	key, path := radioKey(cfg.Source.Info()), radiosFile()
	if key == "" || path == "" || s.PPM == nil || s.PPMCells < sureCells {
		return
	}
	if err := plan.Remember(path, plan.Stored{Radio: key, PPM: *s.PPM, SE: *s.PPMSE, Cells: s.PPMCells, Time: time.Now().UTC().Round(time.Second)}); err != nil {
		e.notes.say("the radio's error cannot be kept for the next survey: %v", err)
	}
}
