package plan

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Stored is a radio's frequency error as a survey found it.
type Stored struct {
	Radio string    `json:"radio"` // serial number, or where it is found if it has none
	PPM   float64   `json:"ppm"`
	SE    float64   `json:"ppm_se"`
	Cells int       `json:"cells"`
	Time  time.Time `json:"time"`
}

// StoredRangePPM is how far a radio may be off what was stored: an oscillator that is cold, or older.
const StoredRangePPM = 5

// maxStored bounds the radios remembered: those not heard for the longest time go.
const maxStored = 100

// readStored reads the file of radios; one that is missing is empty.
func readStored(path string) ([]Stored, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var all []Stored
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// Recall finds what is stored of a radio.
func Recall(path, radio string) (s Stored, ok bool, err error) {
	all, err := readStored(path)
	if err != nil {
		return s, false, err
	}
	i := slices.IndexFunc(all, func(s Stored) bool { return s.Radio == radio })
	if i < 0 || !(math.Abs(all[i].PPM) <= 500) {
		return s, false, nil
	}
	return all[i], true, nil
}

// Remember stores a radio's error in place of what was stored of it. The file is replaced as a whole.
func Remember(path string, s Stored) error {
	all, err := readStored(path)
	if err != nil {
		all = nil // what nobody can read is of no use to anybody
	}
	all = slices.DeleteFunc(all, func(o Stored) bool { return o.Radio == s.Radio })
	all = append(all, s)
	slices.SortStableFunc(all, func(a, b Stored) int { return cmp.Compare(b.Time.Unix(), a.Time.Unix()) })
	text, err := json.MarshalIndent(all[:min(len(all), maxStored)], "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".radios-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
