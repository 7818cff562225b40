package lte

// SystemInfo is what one look read of a cell's system information. All of it passed a CRC24.
type SystemInfo struct {
	SIB1       *SIB1  // nil: not read, or SIB1Octets are not what TS 36.331 allows
	SIB1Octets []byte // the transport block as sent, padding included
	SIB1Others [][]byte
	SIB1CRCs   int // transmissions of SIB1 whose own CRC passed with this content, or 1 if only several together did
	SIB1Fails  int // transmissions in view that did not pass by themselves

	Messages []SIMessage      // system information messages, in the order of the schedule
	OnAir    []SITransmission // how SIB1 and the messages read were sent, in the order of time

	Pages  int    // paging messages read
	Paging Paging // their sum
}

// SIMessage is one system information message.
type SIMessage struct {
	Entry  int // in SIB1's schedule, from 1
	Octets []byte
	SIBs   []SIBContent // empty if it could not be read
	CRCs   int          // as SIB1CRCs
}

// SIBContent is one block of a message.
type SIBContent struct {
	Type SIBType
	JSON []byte // its fields: the specification's names and raw values, as decode/rrc writes them
}

// SITransmission is one transmission of SIB1 or of a system information message.
type SITransmission struct {
	Entry int // 0: SIB1; else as SIMessage.Entry
	SFN   int
	Subframe,
	CFI,
	CCE, // first control channel element
	Aggregation int
	Format      string // of the DCI: "1A" or "1C"
	Distributed bool
	FirstPRB    int // lowest resource block in the first slot
	PRBs        int
	TBS         int // bits
	RV          int // redundancy version used
	NDI         int // as sent in format 1A
}
