package main

import (
	"github.com/straycell/straycell/hardware/gps"
	"github.com/straycell/straycell/internal/survey"
)

// gpsFlag says what knows where the radio is.
type gpsFlag struct {
	GPS string `name:"gps" placeholder:"URI" help:"Where the radio is: gpsd://, gpsd://host:2947, nmea:/dev/ttyACM0 or nmea:COM3?baud=4800."`
}

// locate makes a survey ask for positions, if an instrument is named. What it returns stops that.
func (f *gpsFlag) locate(src source, cfg *survey.Config) (stop func() error, err error) {
	if f.GPS == "" {
		return func() error { return nil }, nil
	}
	if !src.Info().Live {
		return nil, usagef("--gps with %s: a position is of now, and its samples are not", src.name)
	}
	r, err := gps.Open(f.GPS)
	if err != nil {
		return nil, usagef("--%v", err)
	}
	cfg.Place = r
	return r.Close, nil
}
