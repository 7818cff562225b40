package sim

import (
	_ "embed"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"

	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
	"github.com/straycell/straycell/internal/enb"
)

//go:embed sibs.toml
var sibsText string

// sibDefaults is sibs.toml; nobody changes it.
var sibDefaults = sync.OnceValue(func() (v map[string]any) {
	if _, err := toml.Decode(sibsText, &v); err != nil {
		panic("sim: sibs.toml: " + err.Error()) // a test reads it
	}
	return v
})

// over lays the tables of b over those of a; lists and values replace. Neither is changed.
func over(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]any{}
	}
	for k, v := range b {
		x, isTable := out[k].(map[string]any)
		y, toTable := v.(map[string]any)
		if isTable && toTable {
			out[k] = over(x, y)
		} else {
			out[k] = v
		}
	}
	return out
}

// fromFields makes SIB1 and the messages it announces.
func (s *scenario) fromFields(c *cell) (*enb.Broadcast, string, error) {
	sibs := over(sibDefaults(), s.knownSIBs(c))
	for number, v := range c.SIBs {
		t, ok := v.(table)
		if !ok {
			return nil, "sibs." + number, fmt.Errorf("sibs.%s: want a table", number)
		}
		if _, ok := sibName(number); !ok && number != "1" {
			return nil, "sibs." + number, fmt.Errorf("sibs.%s: there is no such block", number)
		}
		had, _ := sibs[number].(table)
		sibs[number] = over(had, t)
	}
	schedule := c.SISchedule
	if len(schedule) == 0 {
		for _, n := range numbers(sibs) {
			period := int64(64)
			switch n {
			case 2:
				period = 16
			case 3:
				period = 32
			}
			schedule = append(schedule, siGroup{period, []int64{n}})
		}
	}
	var list []any
	var messages [][]byte
	for i, g := range schedule {
		if i == 0 && !slices.Contains(g.SIBs, 2) {
			return nil, "si_schedule", fmt.Errorf("si_schedule: the first message must hold SIB2")
		}
		var blocks, named []any
		for _, n := range g.SIBs {
			number := strconv.FormatInt(n, 10)
			name, known := sibName(number)
			v, ok := sibs[number]
			if !known || !ok {
				return nil, "si_schedule", fmt.Errorf("si_schedule: no SIB%d: write [cell.sibs.%d]", n, n)
			}
			blocks = append(blocks, table{name: v})
			if n != 2 {
				named = append(named, strings.Replace(strings.Replace(name, "sib", "sibType", 1), "V", "-v", 1))
			}
		}
		octets, err := message(table{"systemInformation": table{"criticalExtensions": table{"systemInformationR8": table{"sibTypeAndInfo": blocks}}}})
		if err != nil {
			return nil, "sibs", fmt.Errorf("si_schedule message %d: %w", i+1, err)
		}
		messages = append(messages, octets)
		if named == nil {
			named = []any{}
		}
		list = append(list, table{"siPeriodicity": fmt.Sprintf("rf%d", g.PeriodRF), "sibMappingInfo": named})
	}
	one, _ := sibs["1"].(table)
	sib1, err := message(table{"systemInformationBlockType1": over(table{"schedulingInfoList": list}, one)})
	if err != nil {
		return nil, "sibs.1", err
	}
	for _, octets := range messages {
		c.pB = max(c.pB, statedPB(octets))
	}
	b, err := enb.NewBroadcast(sib1, messages...)
	return b, "sibs.1", err
}

// message encodes what stands in a BCCH-DL-SCH-Message.
func message(of table) ([]byte, error) {
	tree, err := rrc.FromPlain(rrc.BCCHDLSCH, table{"message": table{"c1": of}})
	if err != nil {
		return nil, err
	}
	return rrc.Encode(rrc.BCCHDLSCH, tree)
}

// sibName is the name of a block in a message by its number, TS 36.331 §6.2.2.
func sibName(number string) (string, bool) {
	release, ok := map[string]string{"2": "", "3": "", "4": "", "5": "", "6": "", "7": "", "8": "", "9": "", "10": "", "11": "",
		"12": "V920", "13": "V920", "14": "V1130", "15": "V1130", "16": "V1130", "17": "V1250", "18": "V1250", "19": "V1250",
		"20": "V1310", "21": "V1430", "24": "V1530", "25": "V1530", "26": "V1530"}[number]
	return "sib" + number + release, ok
}

// numbers lists the blocks other than SIB1, in ascending order.
func numbers(sibs map[string]any) (out []int64) {
	for k := range sibs {
		if n, err := strconv.ParseInt(k, 10, 64); err == nil && n > 1 {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// knownSIBs is what a scenario says about the system information of a cell without saying so.
func (s *scenario) knownSIBs(c *cell) map[string]any {
	band, _ := c.earfcn.Band()
	e, _ := c.enb()
	var mcc, mnc []any
	for _, d := range fmt.Sprintf("%03d", c.plmn.MCC) {
		mcc = append(mcc, int64(d-'0'))
	}
	for _, d := range fmt.Sprintf("%0*d", int(c.plmn.MNCDigits), c.plmn.MNC) {
		mnc = append(mnc, int64(d-'0'))
	}
	sib1 := table{
		"cellAccessRelatedInfo": table{
			"plmnIdentityList": []any{table{"plmnIdentity": table{"mcc": mcc, "mnc": mnc}, "cellReservedForOperatorUse": "notReserved"}},
			"trackingAreaCode": fmt.Sprintf("%016b", *c.TAC),
			"cellIdentity":     fmt.Sprintf("%028b", *c.ECI),
		},
		"freqBandIndicator":  int64(band.Number),
		"systemInfoValueTag": *c.ECI % 32,
	}
	if band.Number > 64 { // TS 36.331 §6.2.2: the field says 64 and an extension the band
		sib1["freqBandIndicator"] = int64(64)
		sib1["nonCriticalExtension"] = table{"lateNonCriticalExtension": table{"nonCriticalExtension": table{"freqBandIndicatorV9e0": int64(band.Number)}}}
	}
	if e.Duplex == lte.TDD {
		sib1["tddConfig"] = table{"subframeAssignment": fmt.Sprintf("sa%d", c.UplinkDownlink), "specialSubframePatterns": fmt.Sprintf("ssp%d", c.SpecialSubframe)}
	}
	length := "len1"
	if e.CP == lte.ExtendedCP {
		length = "len2"
	}
	// The antenna adds to what the reference elements have at its port.
	antennaDB := 2.0
	if c.Azimuth != nil {
		antennaDB = 16
	}
	power := int64(math.Max(-60, math.Min(50, math.Round(*c.RSEIRPdBm-antennaDB))))
	out := table{
		"1": sib1,
		"2": table{"radioResourceConfigCommon": table{
			"ulCyclicPrefixLength": length,
			"pdschConfigCommon":    table{"referenceSignalPower": power, "pB": int64(min(e.Ports, 2) / 2)},
		}},
		"3": table{"intraFreqCellReselectionInfo": table{"presenceAntennaPort1": e.Ports > 1}},
	}
	if near := s.neighbours(c); len(near) > 0 {
		out["4"] = table{"intraFreqNeighCellList": near}
	}
	if others := s.otherCarriers(c); len(others) > 0 {
		out["5"] = table{"interFreqCarrierFreqList": others}
	}
	return out
}

// neighbours are the nearest cells of the operator on the carrier that belong there, femtocells left out.
func (s *scenario) neighbours(c *cell) (list []any) {
	type place struct {
		pci    int64
		metres float64
	}
	var near []place
	for i := range s.Cells {
		o := &s.Cells[i]
		if o != c && !o.Rogue && o.Repeats == "" && o.Class != "femto" && o.earfcn == c.earfcn && o.plmn == c.plmn {
			lat, lon := s.home(c)
			toLat, toLon := s.home(o)
			metres, _ := way(lat, lon, toLat, toLon)
			near = append(near, place{*o.PCI, metres})
		}
	}
	slices.SortStableFunc(near, func(a, b place) int { return int(math.Copysign(1, a.metres-b.metres)) })
	for _, p := range near[:min(8, len(near))] {
		list = append(list, table{"physCellId": p.pci, "qOffsetCell": "dB0"})
	}
	return list
}

// otherCarriers are those that the operator's other cells are on.
func (s *scenario) otherCarriers(c *cell) (list []any) {
	seen := map[lte.EARFCN]bool{c.earfcn: true}
	for i := range s.Cells {
		o := &s.Cells[i]
		if o.Rogue || o.plmn != c.plmn || seen[o.earfcn] || o.earfcn > 0xffff || len(list) == 8 {
			continue
		}
		seen[o.earfcn] = true
		e, _ := o.enb()
		list = append(list, table{
			"dlCarrierFreq": int64(o.earfcn), "qRxLevMin": int64(-62), "tReselectionEUTRA": int64(2), "threshXHigh": int64(10), "threshXLow": int64(4),
			"allowedMeasBandwidth": fmt.Sprintf("mbw%d", e.PRB), "presenceAntennaPort1": e.Ports > 1,
			"cellReselectionPriority": int64(4), "neighCellConfig": "10",
		})
	}
	return list
}

// home is where a cell stands, or sets out.
func (s *scenario) home(c *cell) (lat, lon float64) { return s.stand(c.Lat, c.Lon, c.Route).at(0) }

func (s *scenario) stand(lat, lon *float64, on string) stand {
	for i := range s.Routes {
		if on != "" && s.Routes[i].Name == on {
			return stand{route: &s.Routes[i]}
		}
	}
	return stand{lat: *lat, lon: *lon}
}
