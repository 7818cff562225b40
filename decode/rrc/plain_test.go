package rrc

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// TestPlainForm prints generated messages as JSON, reads the JSON, and finds the same octets.
func TestPlainForm(t *testing.T) {
	set, _ := messages(120)
	n := 0
	for i, g := range set {
		want, err := Encode(g.channel, g.value)
		if err != nil {
			t.Fatal(err)
		}
		var plain any
		if err := json.Unmarshal(AppendJSON(nil, g.value), &plain); err != nil {
			t.Fatal(err)
		}
		tree, err := FromPlain(g.channel, plain)
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		got, err := Encode(g.channel, tree)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("message %d: %x, want %x: %v", i, got, want, err)
		}
		n++
	}
	if n < 100 {
		t.Errorf("%d messages", n)
	}
}

func TestPlainRefusals(t *testing.T) {
	sib1 := func(v string) string { return `{"message":{"c1":{"systemInformationBlockType1":` + v + `}}}` }
	for text, want := range map[string]string{
		`3`:                                   "message: want a table",
		`{"massage":{}}`:                      "message: no field is called massage",
		`{"message":{"c2":true}}`:             "no alternative is called c2",
		`{"message":{}}`:                      "want a table with one key",
		sib1(`{"freqBandIndicator":"3"}`):     "freqBandIndicator: want a whole number",
		sib1(`{"freqBandIndicator":3.5}`):     "freqBandIndicator: want a whole number",
		sib1(`{"siWindowLength":20}`):         "siWindowLength: want a name in quotes",
		sib1(`{"schedulingInfoList":{}}`):     "schedulingInfoList: want a list",
		sib1(`{"schedulingInfoList":[3]}`):    "schedulingInfoList[0]: want a table",
		sib1(`{"cellAccessRelatedInfo":[1]}`): "cellAccessRelatedInfo: want a table",
		sib1(`{"cellAccessRelatedInfo":{"csgIndication":"no"}}`):          "csgIndication: want true or false",
		sib1(`{"cellAccessRelatedInfo":{"trackingAreaCode":"12"}}`):       "trackingAreaCode: want a text of 0 and 1",
		sib1(`{"nonCriticalExtension":{"lateNonCriticalExtension":"0"}}`): "lateNonCriticalExtension: want octets in hex",
		`{"message":{"messageClassExtension":{}}}`:                        "later release",
	} {
		var plain any
		if err := json.Unmarshal([]byte(text), &plain); err != nil {
			t.Fatal(err)
		}
		if v, err := FromPlain(BCCHDLSCH, plain); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %q", text, v, err, want)
		}
	}
	if _, err := FromPlain("dcch", map[string]any{}); err == nil {
		t.Error("a channel that is none was accepted")
	}
}
