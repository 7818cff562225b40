package iqfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// each calls f for the elements of a JSON array, one at a time, until f returns an error. A missing array is empty.
func each(raw json.RawMessage, name string, f func(i int, one json.RawMessage) error) error {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	if raw[0] != '[' {
		return fmt.Errorf("%s is not a list", name)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return jsonError(err)
	}
	for i := 0; dec.More(); i++ {
		var one json.RawMessage
		if err := dec.Decode(&one); err != nil {
			return jsonError(err)
		}
		if err := f(i, one); err != nil {
			return err
		}
	}
	return nil
}

// textOf reads a string that may be absent.
func textOf(raw json.RawMessage, name string) (string, error) {
	if raw == nil {
		return "", nil
	}
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return "", fmt.Errorf("%s is %s, not a text", name, quote(raw))
	}
	return *s, nil
}

// numberOf reads a finite number that may be absent (0).
func numberOf(raw json.RawMessage, name string) (float64, error) {
	if raw == nil {
		return 0, nil
	}
	var v *float64
	if json.Unmarshal(raw, &v) != nil || v == nil {
		return 0, fmt.Errorf("%s is %s, not a finite number", name, quote(raw))
	}
	return *v, nil
}

// countOf reads a whole number from 0 to maxIndex that may be absent. Some writers note whole numbers as 1e6 or 1000.0.
func countOf(raw json.RawMessage, name string, absent int64) (int64, error) {
	if raw == nil {
		return absent, nil
	}
	v, err := numberOf(raw, name)
	if err != nil || v < 0 || v > maxIndex || v != math.Trunc(v) {
		return 0, fmt.Errorf("%s is %s, not a whole number from 0 to 2^53", name, quote(raw))
	}
	return int64(v), nil
}

// jsonError says in the words of the file, not of Go, what is wrong with it.
func jsonError(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return fmt.Errorf("a JSON %s stands where an object must be", kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("%s must not be a JSON %s", quote([]byte(kind.Field)), kind.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at octet %d: %s", syntax.Offset, syntax.Error())
	}
	return fmt.Errorf("not JSON: %w", err)
}
