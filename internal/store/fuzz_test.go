package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/straycell/straycell/decode/lte"
)

// FuzzUnpack: a binary column and its shape may be anything.
func FuzzUnpack(f *testing.F) {
	var o lte.Observation
	n := 0
	fill(reflect.ValueOf(&o).Elem(), &n)
	f.Add(restShape, pack(nil, reflect.ValueOf(o)))
	f.Add("{A int;B []{C string;D *[3]float};E bool}", []byte{7, 2, 2, 3, 1, 'x', 0, 1})
	f.Fuzz(func(t *testing.T, shape string, b []byte) {
		var o lte.Observation
		u := unpacker{b: b}
		rest, err := u.value(shape, reflect.ValueOf(&o).Elem())
		if err == nil && len(rest) > len(shape) {
			t.Error("the shape grew")
		}
	})
}

// FuzzOpen: a survey's file may be anything.
func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	path := filepath.Join(dir, "a.survey")
	unpackFile(f, path, "testdata/v1.survey.gz")
	seed, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(5000), seed[5000:5100])
	f.Fuzz(func(t *testing.T, at uint32, patch []byte) {
		b := append([]byte(nil), seed...)
		copy(b[int(at)%len(b):], patch)
		path := filepath.Join(t.TempDir(), "b.survey")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			return
		}
		defer s.Close()
		s.Count()
		for _, err := range s.Steps() {
			if err != nil {
				break
			}
		}
		for _, err := range s.Events("") {
			if err != nil {
				break
			}
		}
	})
}
