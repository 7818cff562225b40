package known

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/straycell/straycell/decode/lte"
)

// crowdColumns are those of OpenCellID's and Mozilla's CSV, in the order they have when the header is missing. net is the
// MNC, area the TAC, cell the ECI, unit the PCI; changeable 0 says that the operator stated the place.
var crowdColumns = []string{"radio", "mcc", "net", "area", "cell", "unit", "lon", "lat", "range", "samples", "changeable", "created", "updated", "averageSignal"}

// gunzip reads r as it is, or unpacked if it is gzip.
func gunzip(r io.Reader) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<18)
	if magic, _ := b.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(z, 1<<18), nil
}

// IsCrowd tells whether a file looks like a crowd database: its first line says so, or is one of its lines.
func IsCrowd(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, fmt.Errorf("known: %w", err)
	}
	defer f.Close()
	r, err := gunzip(f)
	if err != nil {
		return false, nil
	}
	line, _ := r.Peek(1024)
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	var fields crowdFields
	n := fields.split(bytes.TrimPrefix(bytes.TrimSpace(line), []byte("\ufeff")))
	if n < 9 {
		return false, nil
	}
	first := string(bytes.ToUpper(bytes.Trim(fields[0], `"`)))
	return first == "RADIO" || slices.Contains([]string{"GSM", "UMTS", "LTE", "CDMA", "NR", "NBIOT"}, first), nil
}

// CrowdReport tells how reading a crowd database went.
type CrowdReport struct {
	Report
	Other int // lines of other radio systems
}

// ImportCrowd reads a crowd database, plain or gzip, and writes its LTE cells to a new file at out, sorted for look-up.
// Broken lines are skipped and named; an error leaves no file.
func ImportCrowd(ctx context.Context, path, out string) (rep CrowdReport, err error) {
	rep.File = path
	defer func() {
		if err != nil {
			err = fmt.Errorf("known: import %s: %w", path, err)
		}
	}()
	in, err := os.Open(path)
	if err != nil {
		return rep, err
	}
	defer in.Close()
	w := newCrowdWriter(filepath.Dir(out))
	defer w.lines.close()
	if err := readCrowd(ctx, in, w, &rep); err != nil {
		return rep, err
	}
	if rep.Kept == 0 {
		return rep, errors.New("no line of an LTE cell in it")
	}
	f, err := os.OpenFile(out, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return rep, err
	}
	if err = errors.Join(w.write(f, filepath.Base(path)), f.Sync(), f.Close(), ctx.Err()); err != nil {
		os.Remove(out)
	}
	return rep, err
}

// readCrowd reads every line. Unpacking has a goroutine of its own.
func readCrowd(ctx context.Context, in io.Reader, w *crowdWriter, rep *CrowdReport) error {
	packed, err := gunzip(in)
	if err != nil {
		return err
	}
	pr, pw := io.Pipe()
	go func() {
		_, err := io.CopyBuffer(struct{ io.Writer }{pw}, struct{ io.Reader }{packed}, make([]byte, 1<<18))
		pw.CloseWithError(err)
	}()
	defer pr.Close()
	r := bufio.NewReaderSize(pr, 1<<20)
	h := crowdHeader{}
	for no := 1; ; no++ {
		if no%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		text, err := r.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("line %d: %w", no, err) // a file that breaks off is no database
		}
		if len(text) == 0 && err != nil {
			return nil
		}
		if no > math.MaxInt32 {
			return errors.New("more lines than can be counted")
		}
		problem := error(nil)
		if text = bytes.TrimSpace(text); long {
			problem = errors.New("far too long")
		} else {
			problem = h.line(text, no, w, rep)
		}
		if problem != nil {
			if no == 1 {
				return fmt.Errorf("line 1: %w", problem)
			}
			if rep.Skipped++; len(rep.Problems) < MaxProblems {
				rep.Problems = append(rep.Problems, Problem{no, problem.Error()})
			}
		}
		if err != nil {
			return nil
		}
	}
}

// maxCrowdFields bounds a line; the databases have 14.
const maxCrowdFields = 24

type crowdFields [maxCrowdFields][]byte

// split cuts a line at its commas. Quotes are not special: no field of these databases holds a comma.
func (f *crowdFields) split(line []byte) int {
	n := 0
	for n < maxCrowdFields {
		i := bytes.IndexByte(line, ',')
		if i < 0 {
			f[n] = bytes.Trim(line, ` "`)
			return n + 1
		}
		f[n] = bytes.Trim(line[:i], ` "`)
		line = line[i+1:]
		n++
	}
	return n + 1
}

// crowdHeader tells in which field each column stands.
type crowdHeader struct {
	at     [10]int // of the first ten crowdColumns and changeable, in their order
	fields int
	change int
	f      crowdFields
}

// line takes one line.
func (h *crowdHeader) line(text []byte, no int, w *crowdWriter, rep *CrowdReport) error {
	if no == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	if len(text) == 0 {
		return nil
	}
	n := h.f.split(text)
	if no == 1 {
		return h.open(n, w, rep)
	}
	if n != h.fields {
		return fmt.Errorf("%d fields where the first line has %d", n, h.fields)
	}
	return h.cell(no, w, rep)
}

// open reads the header; without one, the first line is a cell.
func (h *crowdHeader) open(n int, w *crowdWriter, rep *CrowdReport) error {
	h.fields, h.change = n, -1
	if !bytes.EqualFold(h.f[0], []byte("radio")) {
		if n != len(crowdColumns) {
			return fmt.Errorf("%d fields: want a header that starts with radio, or the %d columns of OpenCellID", n, len(crowdColumns))
		}
		for i := range h.at {
			h.at[i] = i
		}
		h.change = 10
		return h.cell(1, w, rep)
	}
	for i := range h.at {
		h.at[i] = -1
	}
	for i := range min(n, maxCrowdFields) {
		switch k := slices.IndexFunc(crowdColumns, func(c string) bool { return bytes.EqualFold(h.f[i], []byte(c)) }); {
		case k >= 0 && k < len(h.at) && h.at[k] < 0:
			h.at[k] = i
		case k >= 0 && k < len(h.at):
			return fmt.Errorf("two columns are %s", crowdColumns[k])
		case k == 10:
			h.change = i
		}
	}
	for i, at := range h.at[:8] {
		if at < 0 && crowdColumns[i] != "unit" {
			return fmt.Errorf("no column %s", crowdColumns[i])
		}
	}
	return nil
}

// cell takes one cell.
func (h *crowdHeader) cell(no int, w *crowdWriter, rep *CrowdReport) error {
	field := func(i int) []byte {
		if h.at[i] < 0 {
			return nil
		}
		return h.f[h.at[i]]
	}
	switch radio := field(0); {
	case bytes.EqualFold(radio, []byte("LTE")):
	case len(radio) == 0 || len(radio) > 8:
		return errors.New("no radio system")
	default:
		rep.Other++
		return nil
	}
	var r crowdLine
	var bad string
	number := func(i int, max int64) int64 {
		n, ok := digits(field(i))
		if (!ok || n > max) && bad == "" {
			bad = fmt.Sprintf("%s %.24q: want a number from 0 to %d", crowdColumns[i], field(i), max)
		}
		return n
	}
	p := lte.PLMN{MCC: uint16(number(1, 999)), MNC: uint16(number(2, 999))}
	r.tac, r.eci = uint16(number(3, math.MaxUint16)), uint32(number(4, int64(lte.MaxECI)))
	r.pci = lte.PCIs
	if n, ok := digits(field(5)); ok && n < lte.PCIs && (n > 0 || len(field(5)) > 0) {
		r.pci = uint16(n) // others write 0, -1 or 65535 where they do not know: 0 is also a PCI, and cannot be told from that
	}
	lon, okLon := fixed(field(6))
	lat, okLat := fixed(field(7))
	if bad == "" && (!okLat || !okLon || abs(lat) > 90*degree7 || abs(lon) > 180*degree7 || lat == 0 && lon == 0) {
		bad = fmt.Sprintf("lat %.24q lon %.24q: want degrees", field(7), field(6))
	}
	if bad != "" {
		return errors.New(bad)
	}
	r.lat, r.lon = int32(lat), int32(min(lon, 180*degree7-1))
	if n, ok := digits(field(8)); ok {
		r.range10 = uint16(min(n/10, math.MaxUint16))
	}
	if n, ok := digits(field(9)); ok {
		r.samples = uint16(min(n, math.MaxUint16))
	}
	r.exact = h.change >= 0 && bytes.Equal(h.f[h.change], []byte("0"))
	at := r.place()
	r.square, r.line = crowdSquare(at.Lat, at.Lon), uint32(no)
	n, ok := w.plmns[p]
	if !ok {
		if len(w.plmns) == math.MaxUint16 {
			return errors.New("more operators than there are")
		}
		n = uint16(len(w.plmns))
		w.plmns[p] = n
	}
	r.plmn = n
	rep.Kept++
	return w.lines.add(r)
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// digits reads a whole number.
func digits(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 15 {
		return 0, false
	}
	n := int64(0)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// fixed reads a decimal number as ten-millionths.
func fixed(b []byte) (int64, bool) {
	neg := len(b) > 0 && b[0] == '-'
	if neg || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	whole, frac, point := bytes.Cut(b, []byte("."))
	n, ok := digits(whole)
	if !ok || len(whole) > 4 || point && len(frac) == 0 {
		return 0, false
	}
	n *= degree7
	for i, unit := 0, int64(degree7/10); i < len(frac); i, unit = i+1, unit/10 {
		if frac[i] < '0' || frac[i] > '9' {
			return 0, false
		}
		n += int64(frac[i]-'0') * unit
	}
	if neg {
		n = -n
	}
	return n, true
}
