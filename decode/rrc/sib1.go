package rrc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/straycell/straycell/decode/lte"
)

// errNotSIB1 is returned for messages that hold something else.
var errNotSIB1 = errors.New("rrc: read SIB1: the message is not a SystemInformationBlockType1")

// ReadSIB1 reads a transport block of the BCCH-DL-SCH; nil where it is no SIB1, or not what TS 36.331 allows.
func ReadSIB1(octets []byte) *lte.SIB1 {
	m, err := Decode(BCCHDLSCH, octets)
	if err != nil {
		return nil
	}
	s, err := SIB1(m)
	if err != nil {
		return nil
	}
	return s
}

// SIB1 reads the facts of a message's SIB1 out of its tree. It fails with a FormatError where the specification's own
// conditions are broken: a first PLMN without MCC.
func SIB1(m *Message) (*lte.SIB1, error) {
	v, ok := Field(m.Value, "message", "c1", "systemInformationBlockType1")
	if !ok {
		return nil, errNotSIB1
	}
	s := &lte.SIB1{
		TAC:                  uint16(number(v, "cellAccessRelatedInfo", "trackingAreaCode")),
		ECI:                  lte.ECI(number(v, "cellAccessRelatedInfo", "cellIdentity")),
		CellBarred:           named(v, "cellAccessRelatedInfo", "cellBarred") == "barred",
		IntraFreqReselection: named(v, "cellAccessRelatedInfo", "intraFreqReselection") == "allowed",
		CSG:                  number(v, "cellAccessRelatedInfo", "csgIndication") == 1,
		QRxLevMinDBm:         2 * int(number(v, "cellSelectionInfo", "qRxLevMin")), // TS 36.331 §6.3.4, Q-RxLevMin
		QRxLevMinOffsetDB:    2 * int(number(v, "cellSelectionInfo", "qRxLevMinOffset")),
		SIWindowMS:           trailing(named(v, "siWindowLength")),
		ValueTag:             int(number(v, "systemInfoValueTag")),
	}
	if _, ok := Field(v, "cellAccessRelatedInfo", "csgIdentity"); ok {
		id := uint32(number(v, "cellAccessRelatedInfo", "csgIdentity"))
		s.CSGID = &id
	}
	if _, ok := Field(v, "pMax"); ok {
		p := int(number(v, "pMax"))
		s.PMaxDBm = &p
	}
	var err error
	if s.PLMNs, err = plmns(v); err != nil {
		return nil, err
	}
	late, _ := Field(v, "nonCriticalExtension", "lateNonCriticalExtension") // v8h0 and what follows it
	s.FreqBandIndicator, s.MultiBandInfoList = bands(v, late)
	s.Schedule = schedule(v, late)
	s.TDD = tdd(v)
	return s, nil
}

// number is the value of an integer, a bit string or a boolean (1 true); 0 when it is absent.
func number(v any, names ...string) int64 {
	f, _ := Field(v, names...)
	switch t := f.(type) {
	case int64:
		return t
	case Bits:
		return int64(t.Uint())
	case bool:
		if t {
			return 1
		}
	}
	return 0
}

// named is the name of an enumerated value; "" when it is absent.
func named(v any, names ...string) string {
	f, _ := Field(v, names...)
	e, _ := f.(Enum)
	return string(e)
}

// behind follows the chain of nonCriticalExtension for n links; nil where it ends before.
func behind(v any, n int) any {
	for range n {
		v, _ = Field(v, "nonCriticalExtension")
	}
	return v
}

// list is the elements of a list; none when it is absent.
func list(v any, names ...string) List {
	f, _ := Field(v, names...)
	l, _ := f.(List)
	return l
}

// trailing is the number at the end of a name such as rf16, ms40, sa2.
func trailing(name string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz"))
	return n
}

// plmns reads the identities; one without an MCC has that of the one before it, TS 36.331 §6.3.4 (PLMN-Identity).
func plmns(v any) ([]lte.BroadcastPLMN, error) {
	var out []lte.BroadcastPLMN
	mcc := -1
	for i, entry := range list(v, "cellAccessRelatedInfo", "plmnIdentityList") {
		if d := list(entry, "plmnIdentity", "mcc"); d != nil {
			mcc = decimal(d)
		}
		if mcc < 0 {
			return nil, &FormatError{
				Path: fmt.Sprintf("message.c1.systemInformationBlockType1.cellAccessRelatedInfo.plmnIdentityList[%d].plmnIdentity", i),
				Text: "no MCC, and no PLMN before it that has one",
			}
		}
		mnc := list(entry, "plmnIdentity", "mnc")
		out = append(out, lte.BroadcastPLMN{
			PLMN:     lte.PLMN{MCC: uint16(mcc), MNC: uint16(decimal(mnc)), MNCDigits: uint8(len(mnc))},
			Reserved: named(entry, "cellReservedForOperatorUse") == "reserved",
		})
	}
	return out, nil
}

func decimal(digits List) int {
	n := 0
	for _, d := range digits {
		v, _ := d.(int64)
		n = 10*n + int(v)
	}
	return n
}

// bands reads the band indicators: 64 stands for the extended one of v9e0, TS 36.331 §6.2.2 (Cond FBI-max, mFBI-max).
func bands(v, late any) (band int, more []int) {
	const extended = 64
	band = int(number(v, "freqBandIndicator"))
	v9e0 := behind(late, 1)
	if n := number(v9e0, "freqBandIndicatorV9e0"); n != 0 && band == extended {
		band = int(n)
	}
	wide := list(v9e0, "multiBandInfoListV9e0")
	for i, b := range list(late, "multiBandInfoList") {
		n, _ := b.(int64)
		if n == extended && i < len(wide) {
			if w := number(wide[i], "freqBandIndicatorV9e0"); w != 0 {
				n = w
			}
		}
		more = append(more, int(n))
	}
	return band, more
}

// schedule reads the system information messages; SIB2 is always in the first and not listed, and the lists of v12j0 add
// blocks to the messages and messages behind them, TS 36.331 §6.2.2 (SystemInformationBlockType1 field descriptions).
func schedule(v, late any) []lte.SIGroup {
	v12j0 := behind(late, 5)
	more := list(v12j0, "schedulingInfoListV12j0")
	var out []lte.SIGroup
	for i, entry := range list(v, "schedulingInfoList") {
		g := lte.SIGroup{PeriodRF: trailing(named(entry, "siPeriodicity"))}
		if i == 0 {
			g.SIBs = append(g.SIBs, 2)
		}
		g.SIBs = append(g.SIBs, blockTypes(list(entry, "sibMappingInfo"))...)
		if i < len(more) {
			g.SIBs = append(g.SIBs, blockTypes(list(more[i], "sibMappingInfoV12j0"))...)
		}
		out = append(out, g)
	}
	for _, entry := range list(v12j0, "schedulingInfoListExtR12") {
		out = append(out, lte.SIGroup{
			PeriodRF: trailing(named(entry, "siPeriodicityR12")),
			SIBs:     blockTypes(list(entry, "sibMappingInfoR12")),
		})
	}
	return out
}

func blockTypes(l List) []lte.SIBType {
	var out []lte.SIBType
	for _, e := range l {
		name, _ := e.(Enum)
		if t, ok := blockType(string(name), "sibType"); ok {
			out = append(out, t)
		}
	}
	return out
}

// tdd reads the frame configuration; the special subframe patterns 7 (extended CP), 9 and 10 come in extensions that
// replace the first one, TS 36.331 §6.3.2 (TDD-Config).
func tdd(v any) *lte.TDDConfig {
	config, ok := Field(v, "tddConfig")
	if !ok {
		return nil
	}
	t := &lte.TDDConfig{
		SubframeAssignment:     trailing(named(config, "subframeAssignment")),
		SpecialSubframePattern: trailing(named(config, "specialSubframePatterns")),
	}
	v1130 := behind(v, 3)
	if name := named(v1130, "tddConfigV1130", "specialSubframePatternsV1130"); name != "" {
		t.SpecialSubframePattern = trailing(name)
	}
	v1430 := behind(v1130, 6)
	if name := named(v1430, "tddConfigV1430", "specialSubframePatternsV1430"); name != "" {
		t.SpecialSubframePattern = trailing(name)
	}
	if name := named(behind(v1430, 1), "tddConfigV1450", "specialSubframePatternsV1450"); name != "" {
		t.SpecialSubframePattern = 10 // ssp10-CRS-LessDwPTS
	}
	return t
}
