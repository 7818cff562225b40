package main

import (
	"github.com/straycell/straycell/hardware/gps"
	"github.com/straycell/straycell/internal/survey"
)

// gpsFlag says what knows where the radio is.
type gpsFlag struct {
	GPS string `name:"gps" placeholder:"URI" help:"Where the radio is: gpsd://, gpsd://host:2947, nmea:/dev/ttyACM0 or nmea:COM3?baud=4800."`
}

// locate makes surveys ask for positions, if an instrument is named. What it returns stops that.
func (f *gpsFlag) locate(all []source, cfgs []survey.Config) (stop func() error, err error) {
	if f.GPS == "" {
		return func() error { return nil }, nil
	}
	for i := range all {
		if !all[i].Info().Live {
			return nil, usagef("--gps with %s: a position is of now, and its samples are not", all[i].name)
		}
	}
	r, err := gps.Open(f.GPS)
	if err != nil {
		return nil, usagef("--%v", err)
	}
	for i := range cfgs {
		cfgs[i].Place = r
	}
	return r.Close, nil
}
