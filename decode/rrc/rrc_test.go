package rrc

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// octetsOf packs text of 0 and 1 (spaces ignored) into octets, so that vectors are written by the clause, not by our encoder.
func octetsOf(t *testing.T, text string) []byte {
	t.Helper()
	var e encoder
	for _, r := range strings.ReplaceAll(text, " ", "") {
		if r != '0' && r != '1' {
			t.Fatalf("%q is no bit", r)
		}
		e.bits(uint64(r-'0'), 1)
	}
	return e.octets
}

func TestMIB(t *testing.T) {
	// n100, normal, one; SFN 10100101; 00100 for the scheduling of SIB1-BR; not unchanged; spare.
	text, ok := MessageJSON("bcch-bch", octetsOf(t, "101 0 10 10100101 00100 0 0 00 0"))
	want := `{"message":{"dlBandwidth":"n100","phichConfig":{"phichDuration":"normal","phichResource":"one"},` +
		`"systemFrameNumber":"10100101","schedulingInfoSIB1BRR13":4,"systemInfoUnchangedBRR15":false,"partEARFCN17":{"spare":"00"},"spare":"0"}}`
	if !ok || string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// sib1Bits is a SIB1 of one PLMN (001-01), TAC 1, cell identity 1, with what stands behind the value tag.
const sib1Bits = "0 1  0 0 %" + // c1, systemInformationBlockType1; no p-Max, no TDD
	" 0  000 1 0000 0000 0001  0 0000 0001  1" + // no CSG identity; PLMN 001-01, not reserved
	" 0000000000000001  0000000000000000000000000001  1 0 0" + // TAC, cell, not barred, allowed, no CSG
	" 0 000101  000010  00000 001 00000  001 00000" // q-RxLevMin -65, band 3, rf16 with SIB2 alone, 2 ms, tag 0

func sib1Octets(t *testing.T, behind string) []byte {
	extension := "0"
	if behind != "" {
		extension = "1"
	}
	return octetsOf(t, strings.Replace(sib1Bits, "%", extension, 1)+behind)
}

func TestSIB1ByHand(t *testing.T) {
	m, err := Decode(BCCHDLSCH, sib1Octets(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	s, err := SIB1(m)
	if err != nil {
		t.Fatal(err)
	}
	if s.PLMNs[0].PLMN.String() != "001-01" || s.PLMNs[0].Reserved || s.TAC != 1 || s.ECI != 1 || s.CellBarred || !s.IntraFreqReselection ||
		s.QRxLevMinDBm != -130 || s.FreqBandIndicator != 3 || s.SIWindowMS != 2 || s.Schedule[0].PeriodRF != 16 || s.TDD != nil || s.PMaxDBm != nil {
		t.Errorf("%+v", s)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name, bits, path, text string
		bit                    int
		unsupported            bool
	}{
		{"cut", "0 0 0 0 0000", "message.c1.systemInformation.criticalExtensions.systemInformationR8.sibTypeAndInfo", "5 bits needed, 4 left", 4, false},
		{"enumerated", "0 1  0 0 0 0  000 1 1111", "message.c1.systemInformationBlockType1.cellAccessRelatedInfo.plmnIdentityList[0].plmnIdentity.mcc[0]",
			"number outside 0 to 9", 10, false},
		{"later", "1 0000000", "message.messageClassExtension", "message of a later release", 1, true},
	} {
		_, err := Decode(BCCHDLSCH, octetsOf(t, c.bits))
		var format *FormatError
		var unsupported *UnsupportedError
		switch {
		case c.unsupported && errors.As(err, &unsupported):
			format = (*FormatError)(unsupported)
		case !c.unsupported && errors.As(err, &format):
		default:
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if format.Path != c.path || format.Text != c.text || format.Bit != c.bit {
			t.Errorf("%s: %+v", c.name, format)
		}
	}
	if _, err := Decode(PCCH, nil); err == nil || !strings.Contains(err.Error(), "Paging") {
		t.Errorf("paging as a tree: %v", err)
	}
	if _, ok := MessageJSON("dl-ccch", nil); ok {
		t.Error("a channel that does not exist")
	}
}

// tree walks down generically: names step into objects, alternatives and the first element of lists.
func tree(t *testing.T, v any, names ...string) any {
	t.Helper()
	for _, n := range names {
		if l, ok := v.(List); ok {
			v = l[0]
		}
		below, ok := Field(v, n)
		if !ok {
			t.Fatalf("no %s in %s", n, AppendJSON(nil, v))
		}
		v = below
	}
	return v
}

// TestLaterReleases reads what does not exist yet: an unknown block between two known ones, an unknown extension of a
// block, and an unknown value. Nothing known is lost, and all of it encodes again as it came.
func TestLaterReleases(t *testing.T) {
	g := Object{Members: []Member{{"message", Alternative{"c1", Alternative{"systemInformation", Object{Members: []Member{{"criticalExtensions",
		Alternative{"systemInformationR8", Object{Members: []Member{{"sibTypeAndInfo", List{
			Alternative{"unknownExtension40", Unread{[]byte{1, 2, 3}, 24}},
			Alternative{"sib9", Object{Members: []Member{
				{"hnbName", Octets("home")},
				{"lateNonCriticalExtension", Octets{0xaa}},
				{"unknownExtension2", Unread{[]byte{0xfe}, 8}},
				{"unknownExtension70", Unread{[]byte{0xff}, 8}},
			}}},
			Alternative{"sib16V1130", Object{}},
		}}}}}}}}}}}}}
	octets, err := Encode(BCCHDLSCH, g)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(BCCHDLSCH, octets)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Notes) != 3 {
		t.Errorf("notes: %v", m.Notes)
	}
	for _, n := range m.Notes {
		if n.Kind != NoteUnknown {
			t.Errorf("%v", n)
		}
	}
	want := `{"message":{"c1":{"systemInformation":{"criticalExtensions":{"systemInformationR8":{"sibTypeAndInfo":[{"unknownExtension40":"010203"},` +
		`{"sib9":{"hnbName":"686f6d65","lateNonCriticalExtension":"aa","unknownExtension2":"fe","unknownExtension70":"ff"}},{"sib16V1130":{}}]}}}}}}`
	if got := string(AppendJSON(nil, m.Value)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again, err := Encode(BCCHDLSCH, m.Value)
	if err != nil || !reflect.DeepEqual(again, octets) {
		t.Errorf("%x encodes again to %x: %v", octets, again, err)
	}
	var types []string
	for _, b := range m.SIBs() {
		types = append(types, b.Type.String())
	}
	if strings.Join(types, " ") != "9 16" {
		t.Errorf("blocks %v", types)
	}
}

// TestOddForms finds what is valid and yet not as X.691 wants it.
func TestOddForms(t *testing.T) {
	for _, c := range []struct {
		name   string
		octets []byte
		kind   NoteKind
		text   string
	}{
		{"trailing", append(sib1Octets(t, ""), 0, 1), NotePadding, "bits behind the message are not zero"},
		// v890 with a late extension of one octet (0x00: nothing in v8h0), its length in two octets.
		{"length", sib1Octets(t, " 1 0 1000000000000001 00000000"), NoteForm, "length not in its shortest form"},
		// the late extension's octet says that a chain of later releases follows, and none of it is there
		{"cut inside", sib1Octets(t, " 1 0 00000001 01111111"), NoteMalformed, "bits needed"},
		{"padded", sib1Octets(t, " 1 0 00000010 00000000 00000000"), NotePadding, "content does not fill its length"},
	} {
		m, err := Decode(BCCHDLSCH, c.octets)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(m.Notes) != 1 || m.Notes[0].Kind != c.kind || !strings.Contains(m.Notes[0].Text, c.text) {
			t.Errorf("%s: %v", c.name, m.Notes)
		}
		if _, err := SIB1(m); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestDefaults shows that a DEFAULT stands in the tree although it was not sent, and is not sent when it is in the tree.
func TestDefaults(t *testing.T) {
	set, _ := messages(40)
	found := false
	for _, g := range set {
		octets, err := Encode(g.channel, g.value)
		if err != nil {
			t.Fatal(err)
		}
		m, err := decode(g.channel, octets)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range m.SIBs() {
			if b.Type == 5 {
				if v := tree(t, b.Value, "interFreqCarrierFreqList", "qOffsetFreq"); v == Enum("dB0") {
					found = true
				}
			}
		}
	}
	if !found {
		t.Error("no SIB5 with the default q-OffsetFreq")
	}
}

func TestPagingKeepsNoIdentity(t *testing.T) {
	// Three records: an S-TMSI, an IMSI of six digits 1 to 6, a 5G-S-TMSI; systemInfoModification and etws-Indication; and
	// in the chain of extensions cmas-Indication.
	octets := octetsOf(t, "0 1 1 1 1 0010"+
		" 0 0 0 10101010 11111111000000001111111100000000 0"+
		" 0 0 1 0000 0001 0010 0011 0100 0101 0110 1"+
		" 0 1 0000000 00000110 101010101010101010101010101010101010101010101010 0"+
		" 0 1 1 0")
	p, err := Paging(octets)
	if err != nil {
		t.Fatal(err)
	}
	if p.STMSI != 1 || p.IMSI != 1 || p.FiveGSTMSI != 1 || p.Records() != 3 || !p.SystemInfoModification || !p.ETWSIndication || !p.CMASIndication || p.EABParamModification {
		t.Errorf("%+v", p)
	}
	text, ok := MessageJSON("pcch", octets)
	want := `{"message":{"c1":{"paging":{"pagingRecordList":{"sTMSI":1,"imsi":1,"ng5GSTMSIR15":1},"systemInfoModification":"true",` +
		`"etwsIndication":"true","cmasIndicationR9":"true"}}}}`
	if !ok || string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	// The type that leaves the decoder has no room for an identity.
	for i := range reflect.TypeOf(p).NumField() {
		if k := reflect.TypeOf(p).Field(i).Type.Kind(); k != reflect.Int && k != reflect.Bool {
			t.Errorf("%s is a %s", reflect.TypeOf(p).Field(i).Name, k)
		}
	}
	// A digit above 9 is named by its place alone.
	_, err = Paging(octetsOf(t, "0 1 0 0 0 0000  0 0 1 0000 1111 1111 1111 1111 1111 1111 1"))
	if err == nil || !strings.Contains(err.Error(), "imsi[0]: number outside 0 to 9") || strings.Contains(err.Error(), "15") {
		t.Errorf("%v", err)
	}
}

func TestEncodeErrors(t *testing.T) {
	message := func(v any) Object { return Object{Members: []Member{{"message", v}}} }
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, "where an Object should stand"},
		{Object{}, "message is missing"},
		{message(Alternative{"c2", Null{}}), "message.c2: no such alternative"},
		{message(Alternative{"c1", Alternative{"systemInformation", Object{Members: []Member{{"more", Null{}}}}}}), "no field is called more"},
		{Object{Members: []Member{{"message", Null{}}, {"message", Null{}}}}, "stands twice"},
	} {
		if _, err := Encode(BCCHDLSCH, c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestBits(t *testing.T) {
	b := Bits{[]byte{0xa5, 0x80}, 9}
	if b.String() != "101001011" || b.Uint() != 0x14b || hex.EncodeToString(b.Octets) != "a580" {
		t.Errorf("%s %x", b, b.Uint())
	}
}
