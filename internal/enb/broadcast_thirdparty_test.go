package enb

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/straycell/straycell/decode/fec"
	"github.com/straycell/straycell/decode/lte"
	"github.com/straycell/straycell/decode/rrc"
)

// receiver is what the test needs to find out how another transmitter sent its broadcast: it knows the cell and its
// flat channel.
type receiver struct {
	m       *Mapper
	h       [4]complex64
	g       *Grid
	got     []complex64
	viterbi fec.Viterbi
}

// soft gives the symbols sent with diversity on the elements at, in order.
func (r *receiver) soft(at []int) []complex64 {
	out := make([]complex64, len(at))
	conj := func(v complex64) complex64 { return complex(real(v), -imag(v)) }
	for i := 0; i < len(at); i++ {
		if r.m.Cell.Ports == 1 {
			out[i] = r.got[at[i]] * conj(r.h[0])
			continue
		}
		a, b := diversityPorts(r.m.Cell.Ports, i/2)
		y0, y1 := r.got[at[i]], r.got[at[i+1]]
		out[i] = conj(r.h[a])*y0 + r.h[b]*conj(y1)
		out[i+1] = conj(r.h[a])*y1 - r.h[b]*conj(y0)
		i++
	}
	return out
}

// llrs are the scrambled bits of symbols, positive for 0, descrambled.
func llrs(d []complex64, scramble []uint8) []float32 {
	out := make([]float32, 2*len(d))
	for i, v := range d {
		out[2*i], out[2*i+1] = real(v), imag(v)
	}
	for i := range out {
		if scramble[i] != 0 {
			out[i] = -out[i]
		}
	}
	return out
}

// cfi finds the control format indicator that fits best.
func (r *receiver) cfi(s subframe) (best int) {
	top := -1.0
	for cfi := 1; cfi <= 3; cfi++ {
		s.cfi = cfi
		s.region = r.m.region(s.sf, false, cfi)
		r.g.clear(r.m.occupied(s))
		r.m.mapPCFICH(r.g, s)
		if v := r.correlate()[PCFICH].value(); v > top {
			top, best = v, cfi
		}
	}
	return best
}

// correlate compares the elements of the grid with those received, through the channel.
func (r *receiver) correlate() map[Use]*correlation {
	sums := map[Use]*correlation{}
	for i, u := range r.g.Use {
		if sums[u] == nil {
			sums[u] = &correlation{}
		}
		var want complex64
		for p := range r.m.Cell.Ports {
			want += r.h[p] * r.g.RE[p][i]
		}
		sums[u].add(r.got[i], want)
	}
	return sums
}

// search tries every place of the common search space for a DCI that is addressed to broadcast.
func (r *receiver) search(t *testing.T, s subframe) []Transmission {
	var out []Transmission
	for _, l := range []int{8, 4} {
	candidates:
		for cce := 0; cce+l <= min(commonCCEs, s.region.cces()); cce += l {
			for _, o := range out {
				if cce >= o.CCE && cce < o.CCE+o.Aggregation {
					continue candidates
				}
			}
			var at []int
			for _, g := range s.region.pdcch[regsPerCCE*cce:][:regsPerCCE*l] {
				for _, k := range g.K {
					at = append(at, g.L*r.g.K+k)
				}
			}
			scramble := fec.Gold(uint32(s.sf)<<9+uint32(r.m.Cell.PCI), 72*(cce+l))[72*cce:]
			soft := llrs(r.soft(at), scramble)
			n := len(DCI{Format: Format1A, N: 1, Column: 2}.bits(r.m.Cell))
			k := n + 16
			var streams [3][]float32
			for i := range streams {
				streams[i] = make([]float32, k)
			}
			for i, j := range fec.ConvOrder(k) {
				for e := i; e < len(soft); e += 3 * k {
					streams[j/k][j%k] += soft[e]
				}
			}
			bits := r.viterbi.Decode(streams)
			rnti := fec.CRC16(bits[:n]) ^ uint16(fec.Value(bits[n:]))
			if rnti != SIRNTI && rnti != PRNTI {
				continue
			}
			// A shorter aggregation level passes within a longer one: the whole must fit.
			wrong := 0
			for i, b := range pdcchBits(bits[:n], rnti, l) {
				if (soft[i] < 0) != (b == 1) {
					wrong++
				}
			}
			if wrong > 9*l {
				continue
			}
			d, err := parse1A(bits[:n], r.m.Cell)
			if err != nil {
				t.Errorf("subframe %d: %v", s.n, err)
				continue
			}
			if again := d.bits(r.m.Cell); !bytes.Equal(again, bits[:n]) {
				t.Errorf("subframe %d: DCI %v is %v here", s.n, bits[:n], again)
			}
			out = append(out, Transmission{RNTI: rnti, DCI: d, RV: d.RV, CCE: cce, Aggregation: l})
		}
	}
	return out
}

// parse1A reads a DCI of format 1A.
func parse1A(bits []uint8, c Cell) (DCI, error) {
	d := DCI{Format: Format1A}
	take := func(n int) int {
		v := fec.Value(bits[:n])
		bits = bits[n:]
		return int(v)
	}
	if take(1) != 1 {
		return d, fmt.Errorf("format 0")
	}
	d.Distributed = take(1) == 1
	riv := take(width(c.PRB * (c.PRB + 1) / 2))
	for first := range c.PRB {
		for n := 1; first+n <= c.PRB; n++ {
			if indication(c.PRB, first, n) == riv {
				d.First, d.N = first, n
			}
		}
	}
	d.MCS = take(5)
	d.HARQ = take(3 + flag(c.Duplex == lte.TDD))
	d.NDI = take(1)
	if d.Distributed && c.PRB >= 50 {
		d.Gap2, d.NDI = d.NDI == 1, 0
	}
	d.RV = take(2)
	d.Column = 2 + take(2)&1
	if c.Duplex == lte.TDD {
		d.DAI = take(2)
	}
	if d.N == 0 || d.MCS >= len(tbs1A) {
		return d, fmt.Errorf("DCI %+v cannot be", d)
	}
	return d, nil
}

// TestBroadcastAgainstAnotherTransmitter finds how an independent implementation sent its system information, sends the
// truth's octets the same way and compares the grids element for element.
func TestBroadcastAgainstAnotherTransmitter(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes in earnest")
	}
	dir := filepath.Join(captures(t), "thirdparty")
	for _, name := range []string{"a06p1.cs16", "a15p2.cs16", "a25p1.cs8", "a25ext.cs8", "a50p2.cs8", "a50cmas.cs8", "a75p1.cs8", "a100p2.cs8",
		"e_fdd_6prb_4p.cs8", "e_fdd_25prb_4p.cs8", "e_fdd_15prb_2p_ext.cs8", "e_tdd_25prb_1p_cfg1.cs8", "e_tdd_6prb_1p_cfg0_ext.cs8"} {
		t.Run(strings.TrimSuffix(name, filepath.Ext(name)), func(t *testing.T) {
			compareBroadcast(t, filepath.Join(dir, name))
		})
	}
}

func compareBroadcast(t *testing.T, path string) {
	var rec recording
	truth, err := os.ReadFile(path + ".json")
	if err == nil {
		err = json.Unmarshal(truth, &rec)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := rec.cell(t)
	if strings.Contains(path, "cfg1") {
		c.UplinkDownlink = 1
	}
	sib1, si := rec.messages(t)
	if c.Broadcast, err = NewBroadcast(sib1, si...); err != nil {
		t.Fatal(err)
	}
	for _, octets := range si {
		if m, err := rrc.Decode(rrc.BCCHDLSCH, append(bytes.Clone(octets), make([]byte, 8)...)); err == nil {
			c.PB = max(c.PB, findPB(m.Value))
		}
	}
	m, err := NewMapper(c)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := NewGrid(c)
	r := &receiver{m: m, g: g, got: make([]complex64, g.K*g.Symbols)}
	x := readSamples(t, path, rec.Format)
	size := int(rec.Rate / SpacingHz)
	first := int64(rec.Cells[0].SFN * 10)
	r.h = flatChannel(m, g, x, size, first)

	sums := map[Use]*correlation{}
	sibs, sis := 0, map[string]int{}
	seen := map[string]int{}
	for sub := 0; (sub+1)*15*size <= len(x); sub++ {
		s := m.at(first + int64(sub))
		if s.region == nil {
			continue
		}
		demodulate(r.got, x[sub*15*size:], m.Cell, size)
		s.cfi = r.cfi(s)
		s.region = m.region(s.sf, false, s.cfi)
		sent, unknown := r.search(t, s), false
		for i := range sent {
			tx := &sent[i]
			options := si
			if s.sf == 5 && s.sfn%2 == 0 {
				options = [][]byte{sib1}
			}
			top, which := -1.0, -1
			for j, octets := range options {
				if 8*len(octets) > tx.DCI.TBS() {
					continue
				}
				tx.Octets, tx.block = octets, transportBlock(octets, tx.DCI.TBS())
				m.fillGrid(g, s, sent[i:i+1])
				if v := r.correlate()[PDSCH].value(); v > top {
					top, which = v, j
				}
			}
			if which < 0 {
				if len(si) > 0 {
					t.Errorf("subframe %d: %+v fits no message", s.n, tx.DCI)
				}
				unknown, tx.block = true, transportBlock(nil, tx.DCI.TBS())
				continue
			}
			tx.Octets = options[which]
			tx.block = transportBlock(tx.Octets, tx.DCI.TBS())
			seen[fmt.Sprintf("%d octets in subframe %d, CFI %d, %d CCEs from %d, %d blocks from %d", len(tx.Octets), s.sf, s.cfi, tx.Aggregation, tx.CCE,
				tx.DCI.N, tx.DCI.First)]++
			if s.sf == 5 && s.sfn%2 == 0 {
				sibs++
				continue
			}
			sis[string(tx.Octets)]++
			if w := c.Broadcast.WindowMS; s.sfn%c.Broadcast.SI[which].PeriodRF*10+s.sf < which*w || s.sfn%c.Broadcast.SI[which].PeriodRF*10+s.sf >= which*w+w {
				t.Errorf("subframe %d: message %d outside its window", s.n, which)
			}
		}
		m.fillGrid(g, s, sent)
		for u, v := range r.correlate() {
			if u == PDSCH && unknown {
				continue
			}
			if sums[u] == nil {
				sums[u] = &correlation{}
			}
			sums[u].xy, sums[u].xx, sums[u].yy = sums[u].xy+v.xy, sums[u].xx+v.xx, sums[u].yy+v.yy
		}
	}
	t.Logf("%d transmissions of SIB1, %d of %d messages; CRS %.4f PBCH %.4f PCFICH %.4f PDCCH %.4f PDSCH %.4f", sibs, len(sis), len(si),
		sums[CRS].value(), sums[PBCH].value(), sums[PCFICH].value(), sums[PDCCH].value(), sums[PDSCH].value())
	for k, n := range seen {
		t.Logf("%3d x %s", n, k)
	}
	if sibs == 0 || len(sis) < len(si) {
		t.Errorf("%d transmissions of SIB1, %d of %d other messages found", sibs, len(sis), len(si))
	}
	for u, name := range map[Use]string{PCFICH: "PCFICH", PDCCH: "PDCCH", PDSCH: "PDSCH"} {
		if v := sums[u].value(); !(v > 0.99) {
			t.Errorf("%s: normalised correlation %.4f, want above 0.99", name, v)
		}
	}
}

func (r recording) messages(t *testing.T) (sib1 []byte, si [][]byte) {
	t.Helper()
	octets := func(text string) []byte {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, h := range r.Cells[0].SIHex {
		si = append(si, octets(h))
	}
	return octets(r.Cells[0].SIB1Hex), si
}

// findPB looks for pB anywhere in a message.
func findPB(v any) int {
	best := 0
	switch t := v.(type) {
	case rrc.Object:
		for _, m := range t.Members {
			if n, ok := m.Value.(int64); ok && m.Name == "pB" {
				return int(n)
			}
			best = max(best, findPB(m.Value))
		}
	case rrc.Alternative:
		return findPB(t.Value)
	case rrc.List:
		for _, e := range t {
			best = max(best, findPB(e))
		}
	}
	return best
}
