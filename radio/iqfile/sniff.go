package iqfile

import (
	"errors"
	"io"
)

// sniff warns when 8-bit samples look as if signed and unsigned were mixed up, which is the common mistake with raw
// recordings. Samples of a receiver crowd around zero; read with the wrong sign they crowd around both limits and leave
// the middle empty.
func (f *File) sniff() {
	if f.layout.bits != 8 {
		return
	}
	other, zero := "cs8", byte(0x80)
	if f.layout.name == "cs8" {
		other, zero = "cu8", 0
	}
	n, err := f.data.ReadAt(f.buf, 0)
	if err != nil && !errors.Is(err, io.EOF) || n < 4096 {
		return
	}
	var middle, limit, edge int
	for _, b := range f.buf[:n] {
		switch d := int(int8(b - zero)); {
		case d == -128 || d == 127:
			limit++
		case d >= -32 && d < 32:
			middle++
		case d < -96 || d >= 96:
			edge++
		}
	}
	// All at the very limits is hard clipping, not a wrong sign.
	if middle*200 < n && (edge+limit)*2 > n && edge*10 > n {
		f.warn("the samples crowd at both limits: this looks like --format %s", other)
	}
}
