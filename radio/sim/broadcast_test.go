package sim

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// spoken is small with an identity.
var spoken = small + `plmn = "450-08"
tac = 4610
eci = 15667979
`

func world(t *testing.T, text string) *World {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return open(t, "sim:"+path)
}

// said reads what the first cell of a world tells: its SIB1 and all blocks by their type.
func said(t *testing.T, c Truth) (*lte.SIB1, map[lte.SIBType]any) {
	t.Helper()
	m, err := rrc.Decode(rrc.BCCHDLSCH, c.Cell.Broadcast.SIB1)
	if err != nil {
		t.Fatal(err)
	}
	info, err := rrc.SIB1(m)
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[lte.SIBType]any{}
	for i, si := range c.Cell.Broadcast.SI {
		if si.Octets == nil {
			continue
		}
		m, err := rrc.Decode(rrc.BCCHDLSCH, si.Octets)
		if err != nil || len(m.Notes) > 0 {
			t.Fatalf("message %d: %v %v", i, err, m)
		}
		for _, b := range m.SIBs() {
			blocks[b.Type] = b.Value
		}
	}
	return info, blocks
}

func number(t *testing.T, v any, path ...string) int64 {
	t.Helper()
	f, ok := rrc.Field(v, path...)
	n, whole := f.(int64)
	if !ok || !whole {
		t.Fatalf("%v: %v", path, f)
	}
	return n
}

func TestBroadcastFromFields(t *testing.T) {
	c := world(t, spoken).Truth()[0]
	info, blocks := said(t, c)
	if info.PLMNs[0].PLMN.String() != "450-08" || info.TAC != 4610 || info.ECI != 15667979 || info.FreqBandIndicator != 3 ||
		info.SIWindowMS != 20 || len(info.Schedule) != 2 || info.TDD != nil || info.CSG || info.CellBarred {
		t.Errorf("SIB1 says %+v", info)
	}
	if len(blocks) != 2 || number(t, blocks[2], "radioResourceConfigCommon", "pdschConfigCommon", "referenceSignalPower") != 18 {
		t.Errorf("%d blocks: %v", len(blocks), blocks)
	}
	if c.PLMN.String() != "450-08" || c.ECI != 15667979 || c.TAC != 4610 {
		t.Errorf("truth %+v", c)
	}
	if silent := world(t, small).Truth()[0]; silent.Cell.Broadcast != nil {
		t.Error("a cell without identity broadcasts one")
	}
}

func TestBroadcastOverridden(t *testing.T) {
	c := world(t, spoken+`si_schedule = [{period_rf = 8, sibs = [2, 3]}, {period_rf = 64, sibs = [7]}]
ports = 2
load = 0.3
pdcch_load = 0.2
[cell.onair]
cfi = [1, 3]
sib1 = {aggregation = 8, first_prb = [0, 10, 20], prbs = 4, rv = [0], toggle_ndi = true}
si = {subframes = [9], times = 1, format = "1C"}
paging = {rate = 0.5, records = 2, cce = 8}
[cell.sibs.1]
siWindowLength = "ms40"
cellAccessRelatedInfo.csgIndication = true
cellSelectionInfo.qRxLevMin = -70
[cell.sibs.2.radioResourceConfigCommon.pdschConfigCommon]
referenceSignalPower = -29
pB = 2
[cell.sibs.7]
tReselectionGERAN = 1
`).Truth()[0]
	info, blocks := said(t, c)
	if !info.CSG || info.QRxLevMinDBm != -140 || info.SIWindowMS != 40 || len(info.Schedule) != 2 || info.Schedule[1].PeriodRF != 64 || info.ECI != 15667979 {
		t.Errorf("SIB1 says %+v", info)
	}
	if len(blocks) != 3 || number(t, blocks[2], "radioResourceConfigCommon", "pdschConfigCommon", "referenceSignalPower") != -29 ||
		number(t, blocks[2], "radioResourceConfigCommon", "rachConfigCommon", "maxHARQMsg3Tx") != 5 || number(t, blocks[7], "tReselectionGERAN") != 1 {
		t.Errorf("%d blocks: %v", len(blocks), blocks)
	}
	b := c.Cell.Broadcast
	if c.Cell.PB != 2 || len(c.Cell.CFIs) != 2 || b.SIB1Habit.Aggregation != 8 || len(b.SIB1Habit.First) != 3 || !b.SIB1Habit.ToggleNDI ||
		b.SIHabit.Times != 1 || b.Paging.Rate != 0.5 || b.Paging.Records != 2 || b.Paging.Habit.CCE != 8 || c.Cell.Load.PDCCH != 0.2 {
		t.Errorf("cell %+v, broadcast %+v", c.Cell, b)
	}
}

// TestBroadcastOctets sends what another implementation did.
func TestBroadcastOctets(t *testing.T) {
	const sib1, si = "4051401100426543201810200081c4", "00800ce1bf788800ca11e20100000801829945ab9c30c698bd41c21462d84ea5a4"
	c := world(t, small+"sib1_hex = \""+sib1+"\"\nsi_hex = [\""+si+"\"]\n").Truth()[0]
	if b := c.Cell.Broadcast; hex.EncodeToString(b.SIB1) != sib1 || len(b.SI) != 1 || hex.EncodeToString(b.SI[0].Octets) != si {
		t.Errorf("%+v", b)
	}
	if c.PLMN.String() != "450-08" || c.TAC != 66 || c.ECI != 106181121 {
		t.Errorf("truth %+v", c)
	}
}

// TestScenariosSpeak: every cell of what is shipped says what its truth says.
func TestScenariosSpeak(t *testing.T) {
	for _, s := range Scenarios() {
		for i, c := range open(t, "sim:"+s.Name).Truth() {
			if i > 40 && i%10 > 0 { // femtocells like all others
				continue
			}
			info, blocks := said(t, c)
			band, _ := c.EARFCN.Band()
			if info.PLMNs[0].PLMN != c.PLMN || info.ECI != c.ECI || info.TAC != c.TAC || info.FreqBandIndicator != band.Number {
				t.Errorf("%s: %s says %+v", s.Name, c.Name, info)
			}
			if len(blocks) < 2 {
				t.Errorf("%s: %s sends blocks %v", s.Name, c.Name, blocks)
			}
		}
	}
}

func TestBadBroadcasts(t *testing.T) {
	for _, c := range []struct{ add, want string }{
		{"si_hex = [\"00\"]", `line 21: cell "a": si_hex without sib1_hex`},
		{"sib1_hex = \"zz\"", `line 21: cell "a": sib1_hex: want octets`},
		{"sib1_hex = \"00\"", `line 21: cell "a": sib1: `},
		{"sib1_hex = \"4051401100426543201810200081c4\"", `line 21: cell "a": sib1_hex says plmn 450-08, eci 106181121, tac 66`},
		{"sib1_hex = \"40\"\n[cell.sibs.2]", `line 21: cell "a": sib1_hex and sibs`},
		{"si_schedule = [{period_rf = 16, sibs = [3]}]", `line 21: cell "a": si_schedule: the first message must hold SIB2`},
		{"si_schedule = [{period_rf = 16, sibs = [2, 7]}]", `line 21: cell "a": si_schedule: no SIB7: write [cell.sibs.7]`},
		{"si_schedule = [{period_rf = 9, sibs = [2]}]", `cell "a": rrc: encode message.c1.systemInformationBlockType1.schedulingInfoList[0].siPeriodicity: no value is called rf9`},
		{"si_schedule = [{period = 16, sibs = [2]}]", `unknown key "period"`},
		{"[cell.sibs.1]\nsiWindow = 3", `line 21: cell "a": rrc: encode message.c1.systemInformationBlockType1: no field is called siWindow`},
		{"[cell.sibs]\n2 = 3", `line 22: cell "a": sibs.2: want a table`},
		{"[cell.sibs.99]\na = 3", `line 21: cell "a": sibs.99: there is no such block`},
		{"[cell.sibs.1.cellSelectionInfo]\nqRxLevMin = -90", `-90 is outside -70 to -22`},
		{"[cell.onair]\nsib1 = {aggregation = 3}", `line 22: cell "a": sib1: aggregation 3`},
		{"[cell.onair]\nsi = {format = \"1B\"}", `line 22: cell "a": format "1B": want 1A or 1C`},
		{"[cell.onair]\nsi = {first_prb = [24]}", `line 22: cell "a": si 1: `},
		{"[cell.onair]\ncfi = [4]", `line 22: cell "a": cfis [4]`},
		{"[cell.onair]\npaging = {rate = 1.5}", `line 22: cell "a": paging: a rate of 1.5`},
		{"[cell.onair]\npaging = {rat = 0.5}", `line 22: unknown key "rat"`},
	} {
		_, err := parse(spoken+c.add+"\n", "s.toml")
		var arg *ArgumentError
		if !errors.As(err, &arg) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want an ArgumentError with %q", c.add, err, c.want)
		}
	}
	without := strings.Replace(spoken, "tac = 4610\n", "", 1) + "[cell.sibs.2]\n"
	if _, err := parse(without, "s"); err == nil || !strings.Contains(err.Error(), `sibs and no identity`) {
		t.Errorf("no identity: %v", err)
	}
}
