package survey

import (
	"encoding/hex"
	"encoding/json"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/internal/cell"
)

// SystemInfo is the part of a Cell that its SIB1 and the messages it schedules tell: absent until a SIB1 passed its CRC, but
// for the count of those that did not.
type SystemInfo struct {
	CSG                  *bool   `json:"csg,omitempty"`
	CSGID                *uint32 `json:"csg_id,omitempty"`
	CellBarred           *bool   `json:"cell_barred,omitempty"`
	IntraFreqReselection *bool   `json:"intra_freq_reselection,omitempty"`
	QRxLevMinDBm         *int    `json:"q_rx_lev_min_dbm,omitempty"`
	FreqBandIndicator    int     `json:"freq_band_indicator,omitempty"`

	SISchedule []SIEntry                  `json:"si_schedule,omitempty"`
	SIWindowMS int                        `json:"si_window_ms,omitempty"`
	SIB1CRCs   int                        `json:"sib1_crcs,omitempty"`
	SIB1Fails  *int                       `json:"sib1_fails,omitempty"`
	SIB1Hex    string                     `json:"sib1_hex,omitempty"`
	SIB1s      int                        `json:"sib1_contents,omitempty"`
	SIHex      []string                   `json:"si_hex,omitempty"`
	SIBs       map[string]json.RawMessage `json:"sibs,omitempty"` // by number: "1", "26a"
	SIOnAir    []SIOnAir                  `json:"si_onair,omitempty"`
	Warnings   []Warning                  `json:"warnings,omitempty"`

	Paging *Paging `json:"paging,omitempty"`
}

// SIEntry is one system information message as SIB1 schedules it.
type SIEntry struct {
	PeriodRF int   `json:"period_rf"`
	SIBs     []any `json:"sibs"` // numbers, and "26a"
	Read     bool  `json:"read"`
}

// SIOnAir is a way in which SIB1 or a message was transmitted.
type SIOnAir struct {
	Entry       int    `json:"entry"` // 0: SIB1; else of the schedule, from 1
	Subframe    int    `json:"subframe"`
	Format      string `json:"format"`
	Aggregation int    `json:"aggregation,omitempty"`
	CCE         *int   `json:"cce,omitempty"` // absent, as Aggregation, where the block was read without its DCI
	Distributed bool   `json:"distributed,omitempty"`
	FirstPRB    int    `json:"first_prb"`
	PRBs        int    `json:"prbs"`
	TBS         int    `json:"tbs"`
	RV          int    `json:"rv"`
	CFI         int    `json:"cfi"`
	Count       int    `json:"count"`
}

// Paging is a sum over paging messages. No identity of a phone gets as far as here.
type Paging struct {
	Messages               int  `json:"messages"`
	STMSI                  int  `json:"s_tmsi"`
	IMSI                   int  `json:"imsi"`
	Other                  int  `json:"other"`
	SystemInfoModification bool `json:"system_info_modification,omitempty"`
	ETWS                   bool `json:"etws_indication,omitempty"`
	CMAS                   bool `json:"cmas_indication,omitempty"`
}

// identify fills what SIB1 and the other messages tell.
func (e *Cell) identify(c *cell.Cell) {
	if c.SIB1Fails > 0 || c.Identity != nil {
		e.SIB1Fails = &c.SIB1Fails
	}
	id := c.Identity
	if id == nil {
		return
	}
	s := &id.SIB1
	for _, p := range s.PLMNs {
		e.PLMNs = append(e.PLMNs, p.PLMN.String())
	}
	tac, eci := int(s.TAC), uint32(s.ECI)
	e.TAC, e.ECI = &tac, &eci
	if !homeENB(s) {
		enb, sector := s.ECI.ENB(), s.ECI.Sector()
		e.ENB, e.Sector = &enb, &sector
	}
	e.CSG, e.CSGID, e.CellBarred = &s.CSG, s.CSGID, &s.CellBarred
	if s.CellBarred {
		e.IntraFreqReselection = &s.IntraFreqReselection
	}
	e.QRxLevMinDBm, e.FreqBandIndicator, e.SIWindowMS = &s.QRxLevMinDBm, s.FreqBandIndicator, s.SIWindowMS
	e.SIB1CRCs, e.SIB1Hex = id.CRCs, hex.EncodeToString(id.Octets)
	if id.Contents > 1 {
		e.SIB1s = id.Contents
	}
	e.schedule(id)
	for _, o := range id.OnAir {
		on := SIOnAir{Entry: o.Entry, Subframe: o.Subframe, Format: o.Format, Aggregation: o.Aggregation,
			Distributed: o.Distributed, FirstPRB: o.FirstPRB, PRBs: o.PRBs, TBS: o.TBS, RV: o.RV, CFI: o.CFI, Count: o.Count}
		if o.Aggregation > 0 {
			cce := o.CCE
			on.CCE = &cce
		}
		e.SIOnAir = append(e.SIOnAir, on)
	}
	if id.Pages > 0 {
		p := id.Paging
		e.Paging = &Paging{Messages: id.Pages, STMSI: p.STMSI, IMSI: p.IMSI, Other: p.Records() - p.STMSI - p.IMSI,
			SystemInfoModification: p.SystemInfoModification, ETWS: p.ETWSIndication, CMAS: p.CMASIndication}
	}
}

// schedule fills the messages: each octet string once, and of each block the newest content.
func (e *Cell) schedule(id *cell.Identity) {
	read := map[int]bool{}
	for _, m := range id.Messages {
		read[m.Entry] = true
		e.SIHex = append(e.SIHex, hex.EncodeToString(m.Octets))
	}
	e.SIBs, e.Warnings = blocks(id), warnings(id)
	for i, g := range id.SIB1.Schedule {
		entry := SIEntry{PeriodRF: g.PeriodRF, SIBs: []any{}, Read: read[i+1]}
		for _, t := range g.SIBs {
			if t == lte.SIB26a {
				entry.SIBs = append(entry.SIBs, t.String())
			} else {
				entry.SIBs = append(entry.SIBs, int(t))
			}
		}
		e.SISchedule = append(e.SISchedule, entry)
	}
}

// homeENB tells whether SIB1 shows a home eNB, whose ECI has no sector: a closed or hybrid cell, or one that sends its
// name, TS 36.331 §6.3.1 (SystemInformationBlockType9).
func homeENB(s *lte.SIB1) bool {
	if s.CSG || s.CSGID != nil {
		return true
	}
	for _, g := range s.Schedule {
		for _, t := range g.SIBs {
			if t == 9 {
				return true
			}
		}
	}
	return false
}
