package lte

import "strconv"

// SIBType numbers a system information block: 1 for SIB1, 2 for SIB2 and so on.
type SIBType uint8

// SIB26a is the block that stands between 26 and 27 and has no number of its own.
const SIB26a SIBType = 126

// String prints "2", "26a"; the zero type prints as "".
func (t SIBType) String() string {
	switch t {
	case 0:
		return ""
	case SIB26a:
		return "26a"
	}
	return strconv.Itoa(int(t))
}

// ParseSIBType reads the number of a block as the specification writes it: "2", "26a".
func ParseSIBType(s string) (SIBType, bool) {
	if s == "26a" {
		return SIB26a, true
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n >= int(SIB26a) || strconv.Itoa(n) != s {
		return 0, false
	}
	return SIBType(n), true
}

// SIB1 holds what SystemInformationBlockType1 says about the cell, TS 36.331 §6.2.2. The octets stay with whoever read them.
type SIB1 struct {
	PLMNs                []BroadcastPLMN
	TAC                  uint16
	ECI                  ECI
	CellBarred           bool
	IntraFreqReselection bool // allowed, if the cell is barred
	CSG                  bool // csg-Indication: only members of the closed subscriber group may stay
	CSGID                *uint32

	QRxLevMinDBm      int  // lowest RSRP at which a phone may stay, TS 36.304 §5.2.3.2
	QRxLevMinOffsetDB int  // 0 when not sent
	PMaxDBm           *int // the phone's transmit power limit; nil: the band's

	FreqBandIndicator int        // band of the carrier as the cell states it
	MultiBandInfoList []int      // further bands the carrier belongs to
	Schedule          []SIGroup  // system information messages, in the order of their windows
	SIWindowMS        int        // length of a message's window
	TDD               *TDDConfig // nil: not sent, as in FDD
	ValueTag          int        // systemInfoValueTag, 0 to 31; changes when system information does
}

// BroadcastPLMN is one operator of the cell.
type BroadcastPLMN struct {
	PLMN     PLMN
	Reserved bool // cellReservedForOperatorUse
}

// SIGroup is one scheduled system information message: the blocks in it and how often it comes.
type SIGroup struct {
	PeriodRF int // radio frames
	SIBs     []SIBType
}

// TDDConfig is the frame configuration of TS 36.211 §4.2.
type TDDConfig struct {
	SubframeAssignment     int // uplink-downlink configuration 0 to 6
	SpecialSubframePattern int // special subframe configuration 0 to 10
}

// Paging counts what one paging message holds, TS 36.331 §6.2.2. Identities are counted by kind and never kept.
type Paging struct {
	STMSI, IMSI, FiveGSTMSI, IRNTI, Other int // records by kind of identity

	SystemInfoModification     bool
	ETWSIndication             bool
	CMASIndication             bool
	EABParamModification       bool
	RedistributionIndication   bool
	SystemInfoModificationEDRX bool
	UACParamModification       bool
}

// Records is the number of paging records of any kind.
func (p Paging) Records() int { return p.STMSI + p.IMSI + p.FiveGSTMSI + p.IRNTI + p.Other }

// Plus is the sum of two counts; a flag set in one is set in the sum.
func (p Paging) Plus(q Paging) Paging {
	p.STMSI += q.STMSI
	p.IMSI += q.IMSI
	p.FiveGSTMSI += q.FiveGSTMSI
	p.IRNTI += q.IRNTI
	p.Other += q.Other
	p.SystemInfoModification = p.SystemInfoModification || q.SystemInfoModification
	p.ETWSIndication = p.ETWSIndication || q.ETWSIndication
	p.CMASIndication = p.CMASIndication || q.CMASIndication
	p.EABParamModification = p.EABParamModification || q.EABParamModification
	p.RedistributionIndication = p.RedistributionIndication || q.RedistributionIndication
	p.SystemInfoModificationEDRX = p.SystemInfoModificationEDRX || q.SystemInfoModificationEDRX
	p.UACParamModification = p.UACParamModification || q.UACParamModification
	return p
}

// Warning is a public warning as SIB10 (ETWS primary), SIB11 (ETWS secondary) or SIB12 (CMAS) carries it. Its text is
// hostile until it is escaped for where it is shown.
type Warning struct {
	SIB       SIBType
	MessageID uint16 // TS 23.041 §9.4.1.2.2
	Serial    uint16 // TS 23.041 §9.4.1.2.1

	Type uint16 // SIB10: warning type and its two flags, TS 23.041 §9.3.24

	Coding   *byte  // SIB11, SIB12: data coding scheme, TS 23.038 §5; nil: not sent
	Language string // as the coding or the text's first characters state it, ISO 639; "" unknown
	Text     string // "" when the coding is not one of text, or the pages are malformed
	Octets   []byte // all segments, as sent
}
