package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWritten: what is shipped is what this program writes.
func TestWritten(t *testing.T) {
	want := files()
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join("..", "scenarios", name))
		if err != nil || string(got) != text {
			t.Errorf("%s is not what would be written (%v): run go generate ./radio/sim", name, err)
		}
	}
	there, _ := os.ReadDir(filepath.Join("..", "scenarios"))
	if len(there) != len(want) {
		t.Errorf("%d files lie in scenarios, %d would be written", len(there), len(want))
	}
}
