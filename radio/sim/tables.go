package sim

import (
	"embed"
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

// What the decoder makes of signals, as `make bench-sensitivity` measured it on scenes of several cells. The observation level
// draws from these tables and from nothing else.
//
//go:embed tables
var tableFiles embed.FS

// row is what becomes of a cell at one effective SINR and length of look: of n tried, the share whose MIB was read, and of
// those how well the rest was measured.
type row struct {
	found                float64 // share
	crcs                 float64 // share of 40 ms periods whose own CRC passed, where the MIB was read
	cfoHz, cfoSEHz       float64 // standard deviation of the error, and what the decoder says of it
	clockPPM, clockSEPPM float64
	timingUS             float64
	rsrpDB, rsrpSD       float64 // mean error and standard deviation
	sinrDB, sinrSD       float64 // reported less effective SINR
	rssiDB               float64 // reported RSSI less the power of everything in view of six resource blocks
	sib1, alone, failed  float64 // share of SIB1s read; of its transmissions, those that passed by themselves and those counted as failures
}

// outcomes holds rows of ascending SINR for each length of look.
type outcomes struct {
	ms   []int
	rows map[int][]row
}

// The SINRs of the rows, dB.
const (
	tableLow, tableHigh = -20, 12
	tableRows           = tableHigh - tableLow + 1
)

// measured are the tables by name: what is read through a narrow window, and from one as wide as the carrier.
var measured = sync.OnceValue(func() map[string]*outcomes {
	out := map[string]*outcomes{}
	for _, name := range []string{"narrow", "wide"} {
		text, err := tableFiles.ReadFile("tables/" + name + ".csv")
		if err == nil {
			out[name], err = parseTable(string(text))
		}
		if err != nil {
			panic("sim: tables/" + name + ".csv: " + err.Error()) // a test reads them
		}
	}
	return out
})

// columns are the table's, in order; the writer uses them too.
var columns = []string{"ms", "sinr_db", "tried", "found", "crcs", "cfo_sd_hz", "cfo_se_hz", "clock_sd_ppm", "clock_se_ppm", "timing_sd_us",
	"rsrp_mean_db", "rsrp_sd_db", "sinr_mean_db", "sinr_sd_db", "rssi_mean_db", "sib1", "sib1_alone", "sib1_failed"}

func (r *row) fields() []*float64 {
	return []*float64{&r.found, &r.crcs, &r.cfoHz, &r.cfoSEHz, &r.clockPPM, &r.clockSEPPM, &r.timingUS,
		&r.rsrpDB, &r.rsrpSD, &r.sinrDB, &r.sinrSD, &r.rssiDB, &r.sib1, &r.alone, &r.failed}
}

func parseTable(text string) (*outcomes, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	t := &outcomes{rows: map[int][]row{}}
	for i, line := range lines {
		if i == 0 {
			if strings.Join(line, ",") != strings.Join(columns, ",") {
				return nil, fmt.Errorf("columns %v: want %v", line, columns)
			}
			continue
		}
		var v []float64
		for _, s := range line {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("row %d: %q is no number", i, s)
			}
			v = append(v, x)
		}
		ms := int(v[0])
		if n := len(t.rows[ms]); int(v[1]) != tableLow+n {
			return nil, fmt.Errorf("row %d: %g dB of %d ms: want %d", i, v[1], ms, tableLow+n)
		}
		if len(t.rows[ms]) == 0 {
			t.ms = append(t.ms, ms)
		}
		var x row
		for k, p := range x.fields() {
			*p = v[3+k]
		}
		t.rows[ms] = append(t.rows[ms], x)
	}
	for _, ms := range t.ms {
		if len(t.rows[ms]) != tableRows {
			return nil, fmt.Errorf("%d rows of %d ms: want %d", len(t.rows[ms]), ms, tableRows)
		}
	}
	if len(t.ms) == 0 {
		return nil, fmt.Errorf("no rows")
	}
	return t, nil
}

// at reads the table between its rows: lengths of look by their logarithm, SINR linearly; outside it keeps to the edge, but
// below the lowest SINR nothing is found, nor in less than a 40 ms period.
func (t *outcomes) at(ms, sinrDB float64) row {
	if sinrDB < tableLow || ms < 40 {
		return row{}
	}
	i := 0
	for i < len(t.ms)-1 && float64(t.ms[i+1]) <= ms {
		i++
	}
	x := t.in(t.ms[i], sinrDB)
	if low := float64(t.ms[i]); ms > low && i < len(t.ms)-1 {
		u := math.Log(ms/low) / math.Log(float64(t.ms[i+1])/low)
		next := t.in(t.ms[i+1], sinrDB)
		x = x.towards(&next, u)
	}
	return x
}

func (t *outcomes) in(ms int, sinrDB float64) row {
	rows := t.rows[ms]
	x := math.Min(sinrDB-tableLow, tableRows-1)
	i := min(int(x), tableRows-2)
	return rows[i].towards(&rows[i+1], x-float64(i))
}

// towards lies the part u of the way to o. Errors are not mixed with those of a row in which nothing was found.
func (r row) towards(o *row, u float64) row {
	a, b := r.fields(), o.fields()
	for k := range a {
		switch {
		case k == 0 || r.found > 0 && o.found > 0:
			*a[k] += u * (*b[k] - *a[k])
		case r.found == 0:
			*a[k] = *b[k]
		}
	}
	return r
}
