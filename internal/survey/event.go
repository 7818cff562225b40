// Package survey is the line itself: source, decoder, register, verdict, events. It is the only package that knows the
// order of the stages, and it imports none of the sinks.
package survey

import (
	"time"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
	"github.com/straycell/straycell/radio"
)

// Event is one line of news about a survey. Its JSON form is the contract in docs/json.md: what is not known is absent.
type Event interface{ Kind() string }

// Look is one window of samples and all that was observed in it: what the register works on, so that a survey can be
// replayed from its looks alone. Only sinks that ask for looks get them, before the news they bring.
type Look struct {
	StartS, EndS float64 // signal time
	First        int64   // sample index of StartS
	Tuning       radio.Tuning
	Time         time.Time         // of its first sample; zero where the source does not know
	Fix          *radio.Fix        // where it was taken; nil: unknown
	Fraction     float64           // as Progress.Fraction
	Obs          []lte.Observation // their StartS, EndS, CaptureHz and RateHz are those of the look
	Failed       bool              // its decoding panicked: an Error before it says so
}

// Cell is the state of one (transmitter, identity): a cell whose MIB passed its CRC and was accepted.
type Cell struct {
	Type        string  `json:"type"` // "cell"
	TS          float64 `json:"t_s"`
	Time        string  `json:"time,omitempty"`
	Source      string  `json:"source,omitempty"`
	Transmitter string  `json:"transmitter"`

	FreqHz           float64  `json:"freq_hz"`
	EARFCN           *uint32  `json:"earfcn,omitempty"`
	EARFCNCandidates []uint32 `json:"earfcn_candidates,omitempty"`
	Band             int      `json:"band,omitempty"`

	PCI           int    `json:"pci"`
	Duplex        string `json:"duplex,omitempty"`
	CP            string `json:"cp,omitempty"`
	Ports         int    `json:"ports,omitempty"`
	PRB           int    `json:"prb,omitempty"`
	PHICHDuration string `json:"phich_duration,omitempty"`
	PHICHResource string `json:"phich_resource,omitempty"`

	SFN         *int     `json:"sfn,omitempty"`
	FirstSample *float64 `json:"first_sample,omitempty"`
	MIBCRCs     int      `json:"mib_crcs,omitempty"`
	MIBFails    *int     `json:"mib_fails,omitempty"`
	MIBHex      string   `json:"mib_hex,omitempty"`

	RSRPdBFS *float64 `json:"rsrp_dbfs,omitempty"`
	RSSIdBFS *float64 `json:"rssi_dbfs,omitempty"`
	RSRPdBm  *float64 `json:"rsrp_dbm,omitempty"`
	RSRQdB   *float64 `json:"rsrq_db,omitempty"`
	SINRdB   *float64 `json:"sinr_db,omitempty"`

	CFOHz       *float64 `json:"cfo_hz,omitempty"`
	CFOSEHz     *float64 `json:"cfo_se_hz,omitempty"`
	ClockPPM    *float64 `json:"clock_ppm,omitempty"`
	CFORelPPM   *float64 `json:"cfo_rel_ppm,omitempty"`
	CFORelSEPPM *float64 `json:"cfo_rel_se_ppm,omitempty"`
	CFORelCells int      `json:"cfo_rel_cells,omitempty"`

	PLMNs  []string `json:"plmns,omitempty"` // "450-08"; from here to Sector: only once a SIB1 passed its CRC
	TAC    *int     `json:"tac,omitempty"`
	ECI    *uint32  `json:"eci,omitempty"`    // 28 bits, TS 36.331 §6.3.4 (cellIdentity)
	ENB    *int     `json:"enb,omitempty"`    // absent for home eNBs
	Sector *int     `json:"sector,omitempty"` // absent for home eNBs

	SystemInfo

	Known     string      `json:"known"` // known unconfirmed unknown no-list
	Score     int         `json:"score"`
	Level     string      `json:"level"` // normal watch suspicious alert
	Findings  []Finding   `json:"findings,omitempty"`
	NotJudged []NotJudged `json:"not_judged,omitempty"`
	Adversary string      `json:"adversary,omitempty"` // A B
	Profile   string      `json:"profile,omitempty"`

	Lat  *float64 `json:"lat,omitempty"`
	Lon  *float64 `json:"lon,omitempty"`
	Stop string   `json:"stop,omitempty"`

	Place *Place `json:"place,omitempty"` // of the transmitter; only where the receiver moved

	FirstS float64 `json:"first_s"` // signal time it was first and last seen
	LastS  float64 `json:"last_s"`
	Looks  int     `json:"looks"` // windows in which it was observed

	History *History `json:"-"` // for the screen
}

// History is what a cell's transmitter was like before, as the register keeps it: shared with it and never changed.
type History struct {
	Moments  []cell.Moment  // levels and carrier, oldest first, thinned
	Versions []cell.Version // each content of each block, by block, oldest first
	Jumps    []cell.Jump    // of its frame numbers, the newest
	Turns    []cell.Turn    // of SIB1 back to what it said before, the newest
}

// Place is what the levels along the receiver's way tell of where a transmitter stands: an area, or why it cannot be known.
type Place struct {
	Lat     *float64 `json:"lat,omitempty"`
	Lon     *float64 `json:"lon,omitempty"`
	RadiusM float64  `json:"radius_m,omitempty"`
	AreaKM2 float64  `json:"area_km2,omitempty"`
	Moved   bool     `json:"moved,omitempty"`
	MovedM  float64  `json:"moved_m,omitempty"`
	FromS   float64  `json:"from_s,omitempty"`
	ToS     float64  `json:"to_s,omitempty"`
	Why     string   `json:"why,omitempty"`
}

// Finding is one rule's case against a cell, HOUSE invariant: rule and version, field, value, expected value and its origin.
type Finding struct {
	Rule     string `json:"rule"`
	Version  int    `json:"version"`
	Weight   int    `json:"weight"`
	Hard     bool   `json:"hard,omitempty"`
	Field    string `json:"field"`
	Value    string `json:"value"`
	Expected string `json:"expected,omitempty"`
	From     string `json:"from,omitempty"`
	Text     string `json:"text"`
}

// NotJudged names a rule that could not be applied, and why.
type NotJudged struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// Candidate is a PCI without a MIB: synchronisation signals alone. It is never called a cell.
type Candidate struct {
	Type   string   `json:"type"` // "candidate"
	TS     float64  `json:"t_s"`
	FreqHz float64  `json:"freq_hz"`
	PCI    int      `json:"pci"`
	Duplex string   `json:"duplex,omitempty"`
	CP     string   `json:"cp,omitempty"`
	CFOHz  *float64 `json:"cfo_hz,omitempty"`
	SINRdB *float64 `json:"sinr_db,omitempty"`
	Stop   string   `json:"stop,omitempty"`
	Ghost  string   `json:"ghost,omitempty"` // "alias of 1852.5 MHz": not there, for the reason it names
}

// Transmitter is one radio: a carrier, a PCI, a clock and a continuous frame timing.
type Transmitter struct {
	Type      string   `json:"type"` // "transmitter"
	TS        float64  `json:"t_s"`
	ID        string   `json:"id"`
	Cells     []string `json:"cells"`
	CFORelPPM *float64 `json:"cfo_rel_ppm,omitempty"`
	First     float64  `json:"first"`
	Last      float64  `json:"last"`
}

// Change is news about a cell while the survey runs.
type Change struct {
	Type        string  `json:"type"` // "change"
	TS          float64 `json:"t_s"`
	Transmitter string  `json:"transmitter"`
	PCI         int     `json:"pci"`
	FreqHz      float64 `json:"freq_hz"`
	What        string  `json:"what"` // "new", "sib1", "mib", "timing", "joined", "ghost", "known", "level", "moved"
	From        string  `json:"from,omitempty"`
	To          string  `json:"to,omitempty"`
}

// Progress says what is being looked at. Sinks may drop it.
type Progress struct {
	Type     string    `json:"type"` // "progress"
	TS       float64   `json:"t_s"`
	FreqHz   float64   `json:"freq_hz"`
	RateHz   float64   `json:"rate_hz,omitempty"`
	Fraction float64   `json:"fraction,omitempty"` // of a finite source or plan, 0 to 1
	Cells    int       `json:"cells"`
	PSD      []float32 `json:"-"` // spectrum of the tuning, dBFS per bin, lowest frequency first, for the screen
	Status   *Status   `json:"-"` // for the screen
}

// Status is how the survey fares at a look.
type Status struct {
	Source   string  // whose look it is
	Round    int     // of the plan, from 0
	Place    float64 // how much of the round is done, 0 to 1
	Planned  int     // tunings of the plan
	Views    int     // different tunings looked at so far
	Held     bool    // it stays on one carrier: see Config.Stay
	GainDB   float64
	Clipped  float64 // share of samples at the converter's limits
	PPM      float64 // the radio's error as far as it is known
	RangePPM float64 // and how far it may be off that
	PPMCells int     // cells that say so; 0: none did yet
	Lost     int64   // samples lost so far
	Fix      *radio.Fix
}

// Gap is a stretch of lost samples.
type Gap struct {
	Type string  `json:"type"` // "gap"
	TS   float64 `json:"t_s"`
	Lost int64   `json:"lost_samples"`
}

// Sweep closes a survey: what was planned and covered.
type Sweep struct {
	Type            string   `json:"type"` // "sweep"
	TS              float64  `json:"t_s"`
	Cells           int      `json:"cells"`
	SIB1Read        int      `json:"sib1_read"`
	Unread          int      `json:"unread"`
	BandsSkipped    []Skip   `json:"bands_skipped,omitempty"`
	SensitivityDBFS *float64 `json:"sensitivity_dbfs,omitempty"`
	Tunings         int      `json:"tunings,omitempty"`
	CarriersPlanned int      `json:"carriers_planned,omitempty"`
	CarriersCovered *int     `json:"carriers_covered,omitempty"`
	PPM             *float64 `json:"ppm,omitempty"`
	PPMSE           *float64 `json:"ppm_se,omitempty"`
	PPMCells        int      `json:"ppm_cells,omitempty"`
	Seconds         float64  `json:"seconds"`
	LostSamples     int64    `json:"lost_samples"`
}

// Skip is a band that was asked for and could not be covered.
type Skip struct {
	Band int    `json:"band"`
	Why  string `json:"why"`
}

// Alert is raised when a cell reaches the level of that name.
type Alert struct {
	Type string  `json:"type"` // "alert"
	TS   float64 `json:"t_s"`
	Cell Cell    `json:"cell"`
}

// Error is something that went wrong without ending the survey.
type Error struct {
	Type string  `json:"type"` // "error"
	TS   float64 `json:"t_s"`
	Text string  `json:"text"`
	Cut  bool    `json:"cut,omitempty"` // samples that ought to be there are missing: a file cut short

	Stack string `json:"-"` // of a fault of the program's own; not for a terminal
}

func (e Look) Kind() string        { return "look" }
func (e Cell) Kind() string        { return "cell" }
func (e Candidate) Kind() string   { return "candidate" }
func (e Transmitter) Kind() string { return "transmitter" }
func (e Change) Kind() string      { return "change" }
func (e Progress) Kind() string    { return "progress" }
func (e Gap) Kind() string         { return "gap" }
func (e Sweep) Kind() string       { return "sweep" }
func (e Alert) Kind() string       { return "alert" }
func (e Error) Kind() string       { return "error" }
