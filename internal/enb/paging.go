package enb

import (
	"encoding/binary"

	"github.com/straycell/straycell/decode/rrc"
)

// pagingMessage calls so many phones by identities made up from a number, TS 36.331 §6.2.2.
func pagingMessage(records int, number uint64) []byte {
	var list rrc.List
	for i := range records {
		v := mix(number + uint64(i))
		list = append(list, rrc.Object{Members: []rrc.Member{
			{Name: "ueIdentity", Value: rrc.Alternative{Name: "sTMSI", Value: rrc.Object{Members: []rrc.Member{
				{Name: "mmec", Value: rrc.Bits{Octets: []byte{byte(v >> 32)}, Len: 8}},
				{Name: "mTMSI", Value: rrc.Bits{Octets: binary.BigEndian.AppendUint32(nil, uint32(v)), Len: 32}},
			}}}},
			{Name: "cnDomain", Value: rrc.Enum("ps")},
		}})
	}
	octets, err := rrc.Encode(rrc.PCCH, rrc.Object{Members: []rrc.Member{{Name: "message", Value: rrc.Alternative{Name: "c1",
		Value: rrc.Alternative{Name: "paging", Value: rrc.Object{Members: []rrc.Member{{Name: "pagingRecordList", Value: list}}}}}}}})
	if err != nil {
		panic("enb: " + err.Error()) // every value is in its range
	}
	return octets
}
