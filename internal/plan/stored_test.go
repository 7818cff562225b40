package plan

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "radios.json")
	if _, ok, err := Recall(path, "1"); ok || err != nil {
		t.Fatal(ok, err)
	}
	now := time.Date(2025, 9, 5, 3, 0, 0, 0, time.UTC)
	for i := range maxStored + 20 {
		if err := Remember(path, Stored{Radio: fmt.Sprint(i), PPM: float64(i), SE: 0.01, Cells: 8, Time: now.Add(time.Duration(i) * time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := Remember(path, Stored{Radio: "119", PPM: -31.5, SE: 0.02, Cells: 5, Time: now.Add(1000 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if s, ok, err := Recall(path, "119"); !ok || err != nil || s.PPM != -31.5 || s.Cells != 5 {
		t.Errorf("%+v %v %v", s, ok, err)
	}
	if _, ok, _ := Recall(path, "3"); ok {
		t.Error("the oldest is still there")
	}
	if err := os.WriteFile(path, []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := Recall(path, "119"); ok || err == nil {
		t.Error("a broken file reads")
	}
	if err := Remember(path, Stored{Radio: "x", PPM: 1, Time: now}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := Recall(path, "x"); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if err := os.WriteFile(path, []byte(`[{"radio":"y","ppm":1e99}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, ok, _ := Recall(path, "y"); ok {
		t.Errorf("%+v", s)
	}
}
