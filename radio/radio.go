// Package radio is the contract between whatever delivers IQ samples and the rest of straycell.
//
// Receive only: nothing in this package, and nothing that implements it, can transmit.
package radio

import (
	"context"
	"time"
)

// Source delivers IQ samples: a device, a recording or a simulated world. One goroutine reads; Close may come from another.
type Source interface {
	// Info tells what the source can do.
	Info() Info
	// Tune asks for a centre frequency, rate and gain and returns what the source really did. A recording has its own
	// tuning; it accepts only a Tuning that it already has (zero fields ask for nothing) and returns its own.
	Tune(context.Context, Tuning) (Tuning, error)
	// Read fills b.IQ up to its capacity (at least one sample unless an error is returned) and sets the other fields.
	// A block never spans a change of tuning or a gap. io.EOF ends a recording; a recording that was cut in the middle
	// of a sample ends with io.EOF too, and says so through Warnings.
	Read(ctx context.Context, b *Block) error
	// Close returns within a deadline even if a driver hangs.
	Close() error
}

// Warner is a Source that has something to say about its own data after or during reading (a cut file, a broken
// header). Each call returns the warnings since the last one.
type Warner interface{ Warnings() []Warning }

// Warning is one remark of a source about its own data.
type Warning struct {
	Text string
	Cut  bool // samples that ought to be there are missing: a file cut short
}

// Locator knows where the receiver's antenna is: a Source (a simulated world, a stamped recording) or an instrument beside it.
type Locator interface {
	// Where is the place at a signal time, in seconds since the survey's start, which was this time by the source's clock;
	// zero where it has none. It is false where the place is unknown; there is no default.
	Where(signalS float64, at time.Time) (Fix, bool)
}

// Fix is a place of the receiver's antenna, WGS 84.
type Fix struct {
	Lat, Lon float64       // degrees
	ErrM     float64       // horizontal error, 68 %; 0: unknown
	HDOP     float64       // horizontal dilution of precision; 0: unknown
	Age      time.Duration // since it was measured; 0 where it was interpolated
	From     string        // what knows it: "gpsd", "nmea", "sim", "given"
}

// Tuning is one setting of a receiver. Zero fields are "unknown" in a result and "as it is" in a request.
type Tuning struct {
	FreqHz float64 // centre frequency
	RateHz float64 // complex samples per second
	BandHz float64 // usable bandwidth around the centre; 0: all of RateHz
	GainDB float64
	Auto   bool // gain chosen by the source
}

// Info describes a source.
type Info struct {
	URI       string // as given to --radio, or the file's name
	Driver    string // "file", "sim", "rtlsdr" …
	Serial    string
	MinHz     float64
	MaxHz     float64
	Rates     []float64
	Bits      int     // of one component of one sample
	FullScale float64 // magnitude of a component at full scale in Block.IQ: always 1 by convention
	PPM       float64 // typical error of the oscillator, 1 sigma; 0 unknown
	Finite    bool    // the source ends by itself
	Samples   int64   // of a finite source, 0 unknown
	Live      bool    // time passes whether or not Read is called
	SettleS   float64 // after a change of frequency nothing is heard for so long; 0 unknown
}

// Block is a run of consecutive samples of one tuning.
type Block struct {
	Tuning Tuning
	IQ     []complex64 // full scale is magnitude 1 per component
	Time   time.Time   // of the first sample; zero where the source does not know
	First  int64       // index of the first sample since the source's start; lost samples are counted in it
	Lost   int64       // samples lost directly before this block
	Clip   int         // components of this block at the converter's limits
}

// AwayError is an error of Read and Tune of a source that may come back by itself, like a device that was unplugged. It is
// tried again by calling again; such a call waits before it tries. What is lost meanwhile is in the Lost of the next block.
type AwayError struct{ Err error }

func (e *AwayError) Error() string { return e.Err.Error() }
func (e *AwayError) Unwrap() error { return e.Err }
