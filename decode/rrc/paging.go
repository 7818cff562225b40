package rrc

import "github.com/straycell/straycell/decode/lte"

// Paging reads a message on the PCCH and counts it. Identities are read over and dropped here: neither the counts nor an
// error holds any part of one. The caller drops the octets: they hold the identities.
func Paging(octets []byte) (lte.Paging, error) {
	m, err := decode(PCCH, octets)
	if err != nil {
		return lte.Paging{}, err
	}
	v, _ := Field(m.Value, "message", "c1", "paging")
	var p lte.Paging
	for _, record := range list(v, "pagingRecordList") {
		id, _ := Field(record, "ueIdentity")
		switch a, _ := id.(Alternative); a.Name {
		case "sTMSI":
			p.STMSI++
		case "imsi":
			p.IMSI++
		case "ng5GSTMSIR15":
			p.FiveGSTMSI++
		case "fullIRNTIR15":
			p.IRNTI++
		default:
			p.Other++
		}
	}
	v920, v1130, v1310, v1610 := behind(v, 2), behind(v, 3), behind(v, 4), behind(v, 6)
	p.SystemInfoModification = named(v, "systemInfoModification") != ""
	p.ETWSIndication = named(v, "etwsIndication") != ""
	p.CMASIndication = named(v920, "cmasIndicationR9") != ""
	p.EABParamModification = named(v1130, "eabParamModificationR11") != ""
	p.RedistributionIndication = named(v1310, "redistributionIndicationR13") != ""
	p.SystemInfoModificationEDRX = named(v1310, "systemInfoModificationEDRXR13") != ""
	p.UACParamModification = named(v1610, "uacParamModificationR16") != ""
	return p, nil
}

// pagingTree is the counts and flags in the shape messages are printed in: the list of records is replaced by the number
// of records of each kind, and only the names written here can stand in it.
func pagingTree(p lte.Paging) Object {
	records := Object{}
	for _, c := range []struct {
		name string
		n    int
	}{{"sTMSI", p.STMSI}, {"imsi", p.IMSI}, {"ng5GSTMSIR15", p.FiveGSTMSI}, {"fullIRNTIR15", p.IRNTI}, {"other", p.Other}} {
		if c.n > 0 {
			records.Members = append(records.Members, Member{c.name, int64(c.n)})
		}
	}
	var o Object
	if p.Records() > 0 {
		o.Members = append(o.Members, Member{"pagingRecordList", records})
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"systemInfoModification", p.SystemInfoModification},
		{"etwsIndication", p.ETWSIndication},
		{"cmasIndicationR9", p.CMASIndication},
		{"eabParamModificationR11", p.EABParamModification},
		{"redistributionIndicationR13", p.RedistributionIndication},
		{"systemInfoModificationEDRXR13", p.SystemInfoModificationEDRX},
		{"uacParamModificationR16", p.UACParamModification},
	} {
		if f.set {
			o.Members = append(o.Members, Member{f.name, Enum("true")})
		}
	}
	return Object{Members: []Member{{"message", Alternative{"c1", Alternative{"paging", o}}}}}
}
