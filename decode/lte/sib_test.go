package lte

import "testing"

func TestSIBType(t *testing.T) {
	for text, want := range map[string]SIBType{"1": 1, "2": 2, "24": 24, "26a": SIB26a, "32": 32} {
		got, ok := ParseSIBType(text)
		if !ok || got != want || got.String() != text {
			t.Errorf("%q reads as %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "0", "-1", "02", "+2", "126", "300", "26b", "x"} {
		if got, ok := ParseSIBType(text); ok {
			t.Errorf("%q reads as %v", text, got)
		}
	}
	if SIBType(0).String() != "" {
		t.Error("the zero type has a name")
	}
}

func TestPagingRecords(t *testing.T) {
	if n := (Paging{STMSI: 1, IMSI: 2, FiveGSTMSI: 3, IRNTI: 4, Other: 5}).Records(); n != 15 {
		t.Errorf("%d records", n)
	}
}
