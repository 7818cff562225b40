package rrc

import (
	"errors"
	"reflect"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// sib1Message is a SIB1 with members put in place of, or behind, those of a plain one.
func sib1Message(members ...Member) *Message {
	access := Object{Members: []Member{
		{"plmnIdentityList", List{plmn(List{int64(4), int64(5), int64(0)}, "notReserved", 0, 8), plmn(nil, "reserved", 0, 0, 2)}},
		{"trackingAreaCode", Bits{[]byte{0x12, 0x34}, 16}},
		{"cellIdentity", Bits{[]byte{0x1a, 0x2d, 0x00, 0x10}, 28}},
		{"cellBarred", Enum("barred")},
		{"intraFreqReselection", Enum("notAllowed")},
		{"csgIndication", true},
		{"csgIdentity", Bits{[]byte{0, 0, 0, 0x60}, 27}},
	}}
	o := Object{Members: []Member{
		{"cellAccessRelatedInfo", access},
		{"cellSelectionInfo", Object{Members: []Member{{"qRxLevMin", int64(-61)}, {"qRxLevMinOffset", int64(3)}}}},
		{"pMax", int64(-30)},
		{"freqBandIndicator", int64(64)},
		{"schedulingInfoList", List{
			scheduled("rf16"),
			scheduled("rf512", "sibType3", "sibType12-v920", "sibType26a-v1610"),
		}},
		{"tddConfig", Object{Members: []Member{{"subframeAssignment", Enum("sa2")}, {"specialSubframePatterns", Enum("ssp7")}}}},
		{"siWindowLength", Enum("ms40")},
		{"systemInfoValueTag", int64(31)},
	}}
	for _, m := range members {
		replaced := false
		for i := range o.Members {
			if o.Members[i].Name == m.Name {
				o.Members[i], replaced = m, true
			}
		}
		if !replaced {
			o.Members = append(o.Members, m)
		}
	}
	return &Message{Channel: BCCHDLSCH, Value: Object{Members: []Member{{"message", Alternative{"c1", Alternative{"systemInformationBlockType1", o}}}}}}
}

func plmn(mcc List, reserved Enum, mnc ...int64) Object {
	var digits List
	for _, d := range mnc {
		digits = append(digits, d)
	}
	id := Object{Members: []Member{{"mnc", digits}}}
	if mcc != nil {
		id.Members = append([]Member{{"mcc", mcc}}, id.Members...)
	}
	return Object{Members: []Member{{"plmnIdentity", id}, {"cellReservedForOperatorUse", reserved}}}
}

func scheduled(period Enum, blocks ...Enum) Object {
	l := List{}
	for _, b := range blocks {
		l = append(l, b)
	}
	return Object{Members: []Member{{"siPeriodicity", period}, {"sibMappingInfo", l}}}
}

// chain nests objects behind one another by nonCriticalExtension.
func chain(links ...Object) Object {
	for i := len(links) - 1; i > 0; i-- {
		links[i-1].Members = append(links[i-1].Members, Member{"nonCriticalExtension", links[i]})
	}
	return links[0]
}

func TestSIB1Extensions(t *testing.T) {
	one := func(name string, v any) Object { return Object{Members: []Member{{name, v}}} }
	late := chain(
		one("multiBandInfoList", List{int64(5), int64(64)}),
		Object{Members: []Member{{"freqBandIndicatorV9e0", int64(66)}, {"multiBandInfoListV9e0", List{Object{}, one("freqBandIndicatorV9e0", int64(65))}}}},
		Object{}, Object{}, Object{},
		Object{Members: []Member{
			{"schedulingInfoListV12j0", List{Object{}, one("sibMappingInfoV12j0", List{Enum("sibType24-v1530")})}},
			{"schedulingInfoListExtR12", List{Object{Members: []Member{{"siPeriodicityR12", Enum("rf128")}, {"sibMappingInfoR12", List{Enum("sibType20-v1310")}}}}}},
		}})
	chained := chain(one("lateNonCriticalExtension", late), Object{}, one("tddConfigV1130", one("specialSubframePatternsV1130", Enum("ssp9"))),
		one("cellAccessRelatedInfoV1250", Object{}), Object{}, Object{}, Object{}, Object{}, one("tddConfigV1430", one("specialSubframePatternsV1430", Enum("ssp10"))))
	built := sib1Message(Member{"nonCriticalExtension", chained})
	octets, err := Encode(BCCHDLSCH, built.Value)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(BCCHDLSCH, octets)
	if err != nil {
		t.Fatal(err)
	}
	got, err := SIB1(m)
	if err != nil {
		t.Fatal(err)
	}
	csg, pMax := uint32(3), -30
	want := &lte.SIB1{
		PLMNs: []lte.BroadcastPLMN{
			{PLMN: lte.PLMN{MCC: 450, MNC: 8, MNCDigits: 2}},
			{PLMN: lte.PLMN{MCC: 450, MNC: 2, MNCDigits: 3}, Reserved: true},
		},
		TAC: 0x1234, ECI: 0x1a2d001, CellBarred: true, CSG: true, CSGID: &csg,
		QRxLevMinDBm: -122, QRxLevMinOffsetDB: 6, PMaxDBm: &pMax,
		FreqBandIndicator: 66, MultiBandInfoList: []int{5, 65},
		Schedule: []lte.SIGroup{
			{PeriodRF: 16, SIBs: []lte.SIBType{2}},
			{PeriodRF: 512, SIBs: []lte.SIBType{3, 12, lte.SIB26a, 24}},
			{PeriodRF: 128, SIBs: []lte.SIBType{20}},
		},
		SIWindowMS: 40, TDD: &lte.TDDConfig{SubframeAssignment: 2, SpecialSubframePattern: 10}, ValueTag: 31,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestSIB1WithoutMCC(t *testing.T) {
	access, _ := Field(sib1Message().Value, "message", "c1", "systemInformationBlockType1", "cellAccessRelatedInfo")
	o := access.(Object)
	o.Members[0].Value = List{plmn(nil, "notReserved", 0, 8)}
	var format *FormatError
	if _, err := SIB1(sib1Message(Member{"cellAccessRelatedInfo", o})); !errors.As(err, &format) {
		t.Errorf("%v", err)
	}
	if _, err := SIB1(&Message{Value: Object{}}); err != errNotSIB1 {
		t.Errorf("%v", err)
	}
}
