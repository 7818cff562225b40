package known

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"

	"github.com/straycell/straycell/decode/lte"
)

// The file of a Crowd, little endian: the head, the name, the operators (MCC, MNC, each 2 octets), the rows by square and
// PCI, the row numbers (4 octets) by operator and ECI, the squares (key and first row, 4 octets each).
const (
	crowdMagic = "straycell crowd 1\n"
	headBytes  = len(crowdMagic) + 2 + 4 + 4 + 4 // name's length, operators, rows, squares
	rowBytes   = 28
	rowLat     = 10
	maxCrowd   = math.MaxInt32
	degree7    = 1e7
)

// crowdLine is a row, and before it is written also its square.
type crowdLine struct {
	square   uint32
	pci      uint16 // lte.PCIs: not stated
	plmn     uint16
	eci      uint32
	tac      uint16
	lat, lon int32 // 1e-7 degrees
	range10  uint16
	samples  uint16
	line     uint32
	exact    bool
}

func (r crowdLine) place() Place { return Place{float64(r.lat) / degree7, float64(r.lon) / degree7} }

func (r crowdLine) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint16(b, r.pci)
	le.PutUint16(b[2:], r.plmn)
	le.PutUint32(b[4:], r.eci)
	le.PutUint16(b[8:], r.tac)
	le.PutUint32(b[rowLat:], uint32(r.lat))
	le.PutUint32(b[14:], uint32(r.lon))
	le.PutUint16(b[18:], r.range10)
	le.PutUint16(b[20:], r.samples)
	le.PutUint32(b[22:], r.line)
	b[26], b[27] = 0, 0
	if r.exact {
		b[26] = 1
	}
}

func takeRow(b []byte) crowdLine {
	le := binary.LittleEndian
	_ = b[rowBytes-1]
	return crowdLine{pci: le.Uint16(b), plmn: le.Uint16(b[2:]), eci: le.Uint32(b[4:]), tac: le.Uint16(b[8:]),
		lat: int32(le.Uint32(b[rowLat:])), lon: int32(le.Uint32(b[14:])), range10: le.Uint16(b[18:]),
		samples: le.Uint16(b[20:]), line: le.Uint32(b[22:]), exact: b[26] != 0}
}

// OpenCrowd maps what ImportCrowd wrote.
func OpenCrowd(path string) (*Crowd, error) {
	fail := func(err error) (*Crowd, error) {
		return nil, fmt.Errorf("known: open %s: %w: import the database again", path, err)
	}
	data, closing, err := mapFile(path)
	if err != nil {
		return fail(err)
	}
	c := &Crowd{data: data, close: closing}
	if err := c.parse(); err != nil {
		closing()
		return fail(err)
	}
	return c, nil
}

var errCrowd = errors.New("not a whole crowd database")

// parse checks every bound once, so that look-ups need not.
func (c *Crowd) parse() error {
	if len(c.data) < headBytes || string(c.data[:len(crowdMagic)]) != crowdMagic {
		return errCrowd
	}
	le, h := binary.LittleEndian, c.data[len(crowdMagic):]
	name, plmns, rows, squares := int(le.Uint16(h)), int(le.Uint32(h[2:])), int(le.Uint32(h[6:])), int(le.Uint32(h[10:]))
	if plmns > math.MaxUint16 || len(c.data) != headBytes+name+4*plmns+(rowBytes+4)*rows+8*squares {
		return errCrowd
	}
	at := headBytes
	c.name = clean(string(c.data[at : at+name]))
	at += name
	for range plmns {
		c.plmns = append(c.plmns, writtenPLMN(le.Uint16(c.data[at:]), le.Uint16(c.data[at+2:])))
		at += 4
	}
	c.rows, c.atRows, c.atIDs = rows, at, at+rowBytes*rows
	at = c.atIDs + 4*rows
	for i := range squares {
		s := square{le.Uint32(c.data[at:]), le.Uint32(c.data[at+4:])}
		if int(s.first) >= rows || i > 0 && (s.key <= c.squares[i-1].key || s.first <= c.squares[i-1].first) {
			return errCrowd
		}
		c.squares = append(c.squares, s)
		at += 8
	}
	if rows > 0 && (squares == 0 || c.squares[0].first != 0) {
		return errCrowd
	}
	return nil
}

// writtenPLMN prints an MNC of unknown length as its country writes them: North America and some others with three digits.
func writtenPLMN(mcc, mnc uint16) lte.PLMN {
	p := lte.PLMN{MCC: mcc, MNC: mnc, MNCDigits: 2}
	if mnc > 99 || mcc >= 310 && mcc <= 316 || mcc == 302 || mcc == 334 {
		p.MNCDigits = 3
	}
	return p
}

// crowdWriter sorts lines by place as they come, and writes the file; memory does not grow with their number.
type crowdWriter struct {
	dir   string
	plmns map[lte.PLMN]uint16
	lines *sorter[crowdLine]
}

func newCrowdWriter(dir string) *crowdWriter {
	return &crowdWriter{dir: dir, plmns: map[lte.PLMN]uint16{}, lines: newSorter(dir, 4+rowBytes,
		func(a, b *crowdLine) int {
			return compare3(a.square, b.square, uint32(a.pci), uint32(b.pci), a.line, b.line)
		},
		func(b []byte, r *crowdLine) {
			binary.LittleEndian.PutUint32(b, r.square)
			r.put(b[4:])
		},
		func(b []byte) crowdLine {
			r := takeRow(b[4:])
			r.square = binary.LittleEndian.Uint32(b)
			return r
		})}
}

// compare3 orders by a and b, where they are equal by c and d, then by e and f.
func compare3(a, b, c, d, e, f uint32) int {
	switch {
	case a != b:
		return cmp.Compare(a, b)
	case c != d:
		return cmp.Compare(c, d)
	}
	return cmp.Compare(e, f)
}

// crowdID is an entry of the index by identity.
type crowdID struct {
	plmn     uint16
	eci, row uint32
}

// write puts everything into f.
func (w *crowdWriter) write(f *os.File, name string) (err error) {
	ids := newSorter(w.dir, 10,
		func(a, b *crowdID) int { return compare3(uint32(a.plmn), uint32(b.plmn), a.eci, b.eci, a.row, b.row) },
		func(b []byte, r *crowdID) {
			binary.LittleEndian.PutUint16(b, r.plmn)
			binary.LittleEndian.PutUint32(b[2:], r.eci)
			binary.LittleEndian.PutUint32(b[6:], r.row)
		},
		func(b []byte) crowdID {
			return crowdID{binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint32(b[2:]), binary.LittleEndian.Uint32(b[6:])}
		})
	defer ids.close()
	plmns, place := w.operators()
	name = clean(name)
	if len(name) > math.MaxUint16 {
		name = name[:math.MaxUint16]
	}
	out := bufio.NewWriterSize(f, 1<<20)
	head := make([]byte, headBytes)
	out.Write(head) // counts are not known yet
	out.WriteString(name)
	for _, p := range plmns {
		out.Write(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, p.MCC), p.MNC))
	}
	var squares []square
	rows := uint32(0)
	var b [rowBytes]byte
	err = w.lines.each(func(r *crowdLine) error {
		if n := len(squares); n == 0 || squares[n-1].key != r.square {
			squares = append(squares, square{r.square, rows})
		}
		r.plmn = place[r.plmn]
		if err := ids.add(crowdID{r.plmn, r.eci, rows}); err != nil {
			return err
		}
		rows++
		r.put(b[:])
		_, err := out.Write(b[:])
		return err
	})
	if err != nil {
		return err
	}
	if err := ids.each(func(x *crowdID) error {
		_, err := out.Write(binary.LittleEndian.AppendUint32(b[:0], x.row))
		return err
	}); err != nil {
		return err
	}
	for _, s := range squares {
		out.Write(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b[:0], s.key), s.first))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	le := binary.LittleEndian
	copy(head, crowdMagic)
	h := head[len(crowdMagic):]
	le.PutUint16(h, uint16(len(name)))
	le.PutUint32(h[2:], uint32(len(plmns)))
	le.PutUint32(h[6:], rows)
	le.PutUint32(h[10:], uint32(len(squares)))
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = f.Write(head)
	return err
}

// operators sorts them, and tells where each number given while reading went.
func (w *crowdWriter) operators() (plmns []lte.PLMN, place []uint16) {
	for p := range w.plmns {
		plmns = append(plmns, p)
	}
	sort.Slice(plmns, func(i, j int) bool {
		a, b := plmns[i], plmns[j]
		return a.MCC < b.MCC || a.MCC == b.MCC && a.MNC < b.MNC
	})
	place = make([]uint16, len(plmns))
	for i, p := range plmns {
		place[w.plmns[p]] = uint16(i)
	}
	return plmns, place
}
