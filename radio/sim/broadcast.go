package sim

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/enb"
)

// broadcast are the keys of a [[cell]] about what it tells phones. A cell with plmn, tac and eci sends SIB1 to SIB5, made
// of what the scenario knows and of sibs.toml; its own sibs tables go over that, and sib1_hex replaces it all.
type broadcast struct {
	SIBs       map[string]any `toml:"sibs"` // by number, in the names of TS 36.331
	SISchedule []siGroup      `toml:"si_schedule"`
	SIB1Hex    string         `toml:"sib1_hex"`
	SIHex      []string       `toml:"si_hex"` // in the order sib1_hex announces; "": never sent

	OnAir struct {
		CFI    []int64 `toml:"cfi"`
		SIB1   habit   `toml:"sib1"`
		SI     habit   `toml:"si"`
		Paging struct {
			habit
			Rate    float64 `toml:"rate"`
			Records int64   `toml:"records"`
			Hex     string  `toml:"hex"` // message on the PCCH; absent: made up
		} `toml:"paging"`
	} `toml:"onair"`
}

type siGroup struct {
	PeriodRF int64   `toml:"period_rf"`
	SIBs     []int64 `toml:"sibs"`
}

// habit is enb.Habit as a scenario writes it.
type habit struct {
	Format      string `toml:"format"`
	Subframes   []int  `toml:"subframes"`
	Times       int    `toml:"times"`
	Aggregation int    `toml:"aggregation"`
	CCE         int    `toml:"cce"`
	Distributed bool   `toml:"distributed"`
	Gap2        bool   `toml:"gap2"`
	FirstPRB    []int  `toml:"first_prb"`
	PRBs        int    `toml:"prbs"`
	RV          []int  `toml:"rv"`
	ToggleNDI   bool   `toml:"toggle_ndi"`
}

func (h habit) enb() (enb.Habit, error) {
	out := enb.Habit{Subframes: h.Subframes, Times: h.Times, Aggregation: h.Aggregation, CCE: h.CCE, Distributed: h.Distributed,
		Gap2: h.Gap2, First: h.FirstPRB, Blocks: h.PRBs, RV: h.RV, ToggleNDI: h.ToggleNDI}
	switch h.Format {
	case "", "1A":
	case "1C":
		out.Format = enb.Format1C
	default:
		return out, fmt.Errorf("format %q: want 1A or 1C", h.Format)
	}
	return out, nil
}

// table is a plain value for rrc.FromPlain.
type table = map[string]any

// broadcasts completes every cell with what it sends.
func (s *scenario) broadcasts() *problem {
	for i := range s.Cells {
		c := &s.Cells[i]
		if c.Repeats != "" { // of a cell above
			of := slices.IndexFunc(s.Cells, func(o cell) bool { return o.Name == c.Repeats })
			c.broadcastAs, c.pB, c.plmn, c.ECI, c.TAC = s.Cells[of].broadcastAs, s.Cells[of].pB, s.Cells[of].plmn, s.Cells[of].ECI, s.Cells[of].TAC
			continue
		}
		if key, err := s.broadcast(c); err != nil {
			return &problem{"cell", i, key, fmt.Sprintf("cell %q: %v", c.Name, err)}
		}
	}
	return nil
}

// broadcast makes the messages of a cell; on failure it names the key that is to blame.
func (s *scenario) broadcast(c *cell) (key string, err error) {
	var b *enb.Broadcast
	switch {
	case c.SIB1Hex != "":
		if len(c.SIBs) > 0 || len(c.SISchedule) > 0 {
			return "sib1_hex", fmt.Errorf("sib1_hex and sibs or si_schedule at once: octets say it all")
		}
		if b, key, err = c.fromOctets(); err != nil {
			return key, err
		}
	case len(c.SIHex) > 0:
		return "si_hex", fmt.Errorf("si_hex without sib1_hex, which announces it")
	case c.PLMN != "" && c.TAC != nil && c.ECI != nil:
		if b, key, err = s.fromFields(c); err != nil {
			return key, err
		}
	case len(c.SIBs) > 0 || len(c.SISchedule) > 0:
		return "sibs", fmt.Errorf("sibs and no identity: write plmn, tac and eci")
	default:
		return "", nil
	}
	for _, h := range []struct {
		key  string
		from habit
		to   *enb.Habit
	}{{"onair.sib1", c.OnAir.SIB1, &b.SIB1Habit}, {"onair.si", c.OnAir.SI, &b.SIHabit}, {"onair.paging", c.OnAir.Paging.habit, &b.Paging.Habit}} {
		if *h.to, err = h.from.enb(); err != nil {
			return h.key, err
		}
	}
	if b.Paging.Octets, err = hex.DecodeString(c.OnAir.Paging.Hex); err != nil {
		return "onair.paging", fmt.Errorf("paging: hex: %w", err)
	}
	if len(b.Paging.Octets) == 0 {
		b.Paging.Octets = nil
	} else if _, err := rrc.Paging(b.Paging.Octets); err != nil {
		return "onair.paging", fmt.Errorf("paging: hex: %w", err)
	}
	b.Paging.Rate, b.Paging.Records = c.OnAir.Paging.Rate, int(c.OnAir.Paging.Records)
	c.broadcastAs = b
	e, _ := c.enb() // checked before
	if err := e.Check(); err != nil {
		key := "onair"
		if kind, _, ok := strings.Cut(err.Error(), ":"); ok {
			kind, _, _ = strings.Cut(kind, " ")
			key += "." + kind
		}
		return key, err
	}
	return "", nil
}

func (c *cell) fromOctets() (*enb.Broadcast, string, error) {
	sib1, err := hex.DecodeString(c.SIB1Hex)
	if err != nil {
		return nil, "sib1_hex", fmt.Errorf("sib1_hex: want octets in hex: %w", err)
	}
	var si [][]byte
	for _, text := range c.SIHex {
		octets, err := hex.DecodeString(text)
		if err != nil {
			return nil, "si_hex", fmt.Errorf("si_hex: want octets in hex: %w", err)
		}
		if len(octets) == 0 {
			octets = nil
		}
		si = append(si, octets)
	}
	b, err := enb.NewBroadcast(sib1, si...)
	if err != nil {
		return nil, "sib1_hex", err
	}
	m, err := rrc.Decode(rrc.BCCHDLSCH, sib1)
	if err != nil {
		return nil, "sib1_hex", err
	}
	info, err := rrc.SIB1(m)
	if err != nil || len(info.PLMNs) == 0 {
		return nil, "sib1_hex", fmt.Errorf("sib1_hex: no PLMN in it")
	}
	plmn, eci, tac := info.PLMNs[0].PLMN, int64(info.ECI), int64(info.TAC)
	if c.PLMN != "" && c.plmn != plmn || c.ECI != nil && *c.ECI != eci || c.TAC != nil && *c.TAC != tac {
		return nil, "sib1_hex", fmt.Errorf("sib1_hex says plmn %v, eci %d, tac %d: write the same or leave them out", plmn, eci, tac)
	}
	c.plmn, c.ECI, c.TAC = plmn, &eci, &tac
	for _, octets := range si {
		c.pB = max(c.pB, statedPB(octets))
	}
	return b, "", nil
}

// statedPB is the pB that a message's SIB2 states, 0 for none.
func statedPB(octets []byte) int {
	m, err := rrc.Decode(rrc.BCCHDLSCH, octets)
	if err != nil {
		return 0
	}
	for _, sib := range m.SIBs() {
		if v, ok := rrc.Field(sib.Value, "radioResourceConfigCommon", "pdschConfigCommon", "pB"); ok {
			n, _ := v.(int64)
			return int(n)
		}
	}
	return 0
}
