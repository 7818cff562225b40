package store

import (
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

var writeFixture = flag.String("write-fixture", "", "write a survey of the present schema here, to be kept gzipped as testdata/vN.survey.gz")

// Files of every schema that was ever written can be read.
func TestOldSchemas(t *testing.T) {
	if *writeFixture != "" {
		store(t, *writeFixture, Options{Meta: Meta{Program: "fixture", Source: "sim:", Started: began, PPMRange: 60}}, world{cells: 6, looks: 60, everyS: 0.4, moving: true}.steps())
	}
	files, err := filepath.Glob("testdata/v*.survey.gz")
	if err != nil || len(files) != Version {
		t.Fatalf("%d fixtures of %d schemas, %v", len(files), Version, err)
	}
	for i, file := range files {
		path := filepath.Join(t.TempDir(), "old.survey")
		unpackFile(t, path, file)
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, path)
		c, err := s.Count()
		if err != nil || s.Schema != i+1 || s.Meta.Program != "fixture" || !s.Closed || c.Looks != 60 || c.Observations != 360 || c.Messages != 4 {
			t.Errorf("%s: %+v %+v %v", file, s.Meta, c, err)
		}
		cells := 0
		for e, err := range s.Events("cell") {
			if err != nil {
				t.Fatal(err)
			}
			if k := e.(survey.Cell); k.MIBCRCs > 0 && k.RSRPdBFS != nil {
				cells++
			}
		}
		looks := 0
		for e, err := range s.Steps() {
			if err != nil {
				t.Fatal(err)
			}
			if l, ok := e.(survey.Look); ok && len(l.Obs) == 6 && l.Obs[3].SIB1.TAC == 4660 && l.Obs[3].OnAir[0].TBS == 176 && l.Obs[1].MIB.PRB == 50 &&
				(i < 1 || l.Fix != nil && l.Fix.Age == 123*time.Millisecond && l.Fix.Lat >= 37.5) {
				looks++
			}
		}
		if cells != 6 || looks != 60 {
			t.Errorf("%s: %d cells, %d looks whole", file, cells, looks)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s: reading changed the file, %v", file, err)
		}
	}
}

func unpackFile(t testing.TB, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
