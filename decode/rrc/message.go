package rrc

// MessageJSON decodes one message of a channel (bcch-bch, bcch-dl-sch, pcch) and returns it as one JSON object: the
// specification's field names with the hyphens dropped, in its order. Paging comes as counts and flags. ok is false where
// the octets are no such message or the channel has no such name.
func MessageJSON(channel string, octets []byte) (json []byte, ok bool) {
	c := Channel(channel)
	if c == PCCH {
		p, err := Paging(octets)
		if err != nil {
			return nil, false
		}
		return AppendJSON(nil, pagingTree(p)), true
	}
	m, err := Decode(c, octets)
	if err != nil {
		return nil, false
	}
	return AppendJSON(nil, m.Value), true
}
