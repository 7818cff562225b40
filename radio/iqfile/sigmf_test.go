package iqfile

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func sigmf(global, captures string) string {
	return `{"global":{"core:datatype":"cu8","core:sample_rate":2e6` + global + `},"captures":[` + captures + `]}`
}

// TestBadMeta: the error names the file and the field.
func TestBadMeta(t *testing.T) {
	const ok = `{"core:sample_start":0,"core:frequency":8e8}`
	at := func(start string) string { return `{"core:sample_start":` + start + `,"core:frequency":8e8}` }
	freq := func(f string) string { return `{"core:sample_start":0,"core:frequency":` + f + `}` }
	for name, c := range map[string]struct{ meta, want string }{
		"not JSON":            {"hello", "not JSON at octet 1"},
		"cut":                 {sigmf("", ok)[:60], "not JSON"},
		"two documents":       {sigmf("", ok) + "{}", "not JSON at octet"},
		"a list":              {"[]", "a JSON array stands where an object must be"},
		"global is a text":    {`{"global":"x"}`, `"global" must not be a JSON string`},
		"captures is a text":  {`{"global":{"core:datatype":"cu8","core:sample_rate":2e6},"captures":"x"}`, "captures is not a list"},
		"capture is a number": {sigmf("", "7"), "captures[0]: a JSON number stands where an object must be"},
		"deep":                {sigmf("", strings.Repeat("[", 200_000)), "not JSON"},
		"no datatype":         {`{"global":{"core:sample_rate":2e6},"captures":[]}`, "core:datatype is missing"},
		"real datatype":       {strings.Replace(sigmf("", ok), "cu8", "rf32_le", 1), `core:datatype "rf32_le" is not read`},
		"datatype of escapes": {strings.Replace(sigmf("", ok), "cu8", `\u001b[2J`, 1), `"\x1b[2J"`},
		"datatype a number":   {strings.Replace(sigmf("", ok), `"cu8"`, "8", 1), `core:datatype is "8", not a text`},
		"no rate":             {`{"global":{"core:datatype":"cu8"},"captures":[]}`, "core:sample_rate is missing"},
		"rate a text":         {strings.Replace(sigmf("", ok), "2e6", `"2e6"`, 1), "core:sample_rate is"},
		"rate null":           {strings.Replace(sigmf("", ok), "2e6", `null`, 1), "core:sample_rate is"},
		"rate NaN":            {strings.Replace(sigmf("", ok), "2e6", `NaN`, 1), "not JSON"},
		"rate 1e999":          {strings.Replace(sigmf("", ok), "2e6", `1e999`, 1), `core:sample_rate is "1e999", not a finite number`},
		"rate 1e300":          {strings.Replace(sigmf("", ok), "2e6", `1e300`, 1), "straycell does not read that"},
		"rate negative":       {strings.Replace(sigmf("", ok), "2e6", `-2e6`, 1), "below the 1.92 Msps"},
		"channels":            {sigmf(`,"core:num_channels":2`, ok), "core:num_channels is 2"},
		"no samples":          {sigmf(`,"core:metadata_only":true`, ok), "core:metadata_only"},
		"dataset elsewhere":   {sigmf(`,"core:dataset":"../../etc/passwd"`, ok), "is not a plain file name"},
		"dataset ..":          {sigmf(`,"core:dataset":".."`, ok), "is not a plain file name"},
		"dataset elsewhere 2": {sigmf(`,"core:dataset":"c:\\x"`, ok), "is not a plain file name"},
		"trailing negative":   {sigmf(`,"core:trailing_bytes":-1`, ok), "core:trailing_bytes is"},
		"no start":            {sigmf("", `{"core:frequency":8e8}`), "captures[0]: core:sample_start is missing"},
		"start negative":      {sigmf("", at("-5")), `captures[0]: core:sample_start is "-5", not a whole number`},
		"start fraction":      {sigmf("", at("0.5")), "not a whole number"},
		"start huge":          {sigmf("", at("1e30")), "not a whole number from 0 to 2^53"},
		"start a list":        {sigmf("", at("[[[]]]")), "core:sample_start is"},
		"start a long text":   {sigmf("", at(`"`+strings.Repeat("x", 1000)+`"`)), "…, not a whole number"},
		"unordered":           {sigmf("", ok+","+at("100")+","+at("50")), "captures[2]: core:sample_start 50 lies before 100"},
		"before offset":       {sigmf(`,"core:offset":10`, at("5")), "core:sample_start 5 lies before core:offset 10"},
		"no frequency":        {sigmf("", `{"core:sample_start":0}`), "captures[0] has no core:frequency: say --freq"},
		"no captures":         {sigmf("", ""), "has no core:frequency: say --freq"},
		"frequency negative":  {sigmf("", freq("-8e8")), "core:frequency"},
		"frequency null":      {sigmf("", freq("null")), "core:frequency"},
		"frequency 1e300":     {sigmf("", freq("1e300")), "no carrier frequency"},
		"header negative":     {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:header_bytes":-4}`), "core:header_bytes"},
		"header beyond":       {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:header_bytes":9007199254740992}`), "not one whole sample"},
		"trailing beyond":     {sigmf(`,"core:trailing_bytes":9007199254740992`, ok), "not one whole sample"},
		"all beyond the end":  {sigmf("", at("9007199254740992")), "not one whole sample"},
		"annotations a text":  {strings.Replace(sigmf("", ok), `"captures"`, `"annotations":"x","captures"`, 1), "annotations is not a list"},
		"gain_auto a number":  {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"straycell:gain_auto":1}`), "straycell:gain_auto"},
		"band too wide":       {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"straycell:band_hz":1e9}`), "straycell:band_hz"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(putSigMF(t, c.meta, count(1000)), Raw{})
			if err == nil {
				f.Close()
				t.Fatal("opened")
			}
			text := err.Error()
			if !strings.Contains(text, c.want) || !strings.Contains(text, "rec.sigmf-") || strings.ContainsRune(text, 0x1b) || len(text) > 500 {
				t.Errorf("%s\nwant: %s", text, c.want)
			}
		})
	}
}

// TestOddMeta: what is odd but readable is read, with a warning.
func TestOddMeta(t *testing.T) {
	for name, c := range map[string]struct {
		meta    string
		samples int64
		want    string // of the warning; empty: none
	}{
		"capture beyond the end": {sigmf("", `{"core:sample_start":0,"core:frequency":8e8},{"core:sample_start":600,"core:frequency":9e8}`), 500, "captures[1] starts at sample 600, beyond the end"},
		"empty capture":          {sigmf("", `{"core:sample_start":0,"core:frequency":8e8},{"core:sample_start":0,"core:frequency":9e8}`), 500, ""},
		"whole numbers as 1e2":   {sigmf("", `{"core:sample_start":1e2,"core:frequency":8e8},{"core:sample_start":200.0,"core:frequency":9e8}`), 400, "the first 100 samples belong to no capture"},
		"rate a little low":      {strings.Replace(sigmf("", `{"core:sample_start":0,"core:frequency":8e8}`), "2e6", "1919999.2", 1), 500, ""},
		"no time":                {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:datetime":"yesterday\u001b"}`), 500, `"yesterday\\u001b`},
		"time before radio":      {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:datetime":"0001-01-01T00:00:00Z"}`), 500, "is no time"},
		"time without Z":         {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:datetime":"2025-09-05T04:31:00.25"}`), 500, ""},
		"count goes back": {sigmf("", `{"core:sample_start":0,"core:frequency":8e8,"core:global_index":9007199254740992},
			{"core:sample_start":1,"core:frequency":8e8,"core:global_index":0},{"core:sample_start":2,"core:frequency":8e8,"core:global_index":9007199254740992}`), 500, "core:global_index goes back"},
		"byte order mark": {"\xef\xbb\xbf" + sigmf("", `{"core:sample_start":0,"core:frequency":8e8}`), 500, ""},
		"bad annotation": {strings.Replace(sigmf("", `{"core:sample_start":0,"core:frequency":8e8}`), `"captures"`,
			`"annotations":[7,{"core:sample_start":-1},{"core:sample_start":1,"core:label":3}],"captures"`, 1), 500, "annotations[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t, putSigMF(t, c.meta, count(1000)), Raw{})
			w, _ := said(f)
			if f.Info().Samples != c.samples || !strings.Contains(w, c.want) || c.want == "" && w != "" || strings.ContainsRune(w, 0x1b) {
				t.Errorf("%d samples, warnings %q", f.Info().Samples, w)
			}
			if again := f.Warnings(); again != nil {
				t.Errorf("warned twice: %v", again)
			}
			last := int64(-1)
			for _, b := range blocks(t, f, 64) {
				if b.First <= last || b.Lost < 0 {
					t.Fatalf("block at %d after sample %d", b.First, last)
				}
				last = b.First + int64(len(b.IQ)) - 1
			}
		})
	}
}

func TestFrequencyFromOutside(t *testing.T) {
	meta := sigmf("", `{"core:sample_start":0},{"core:sample_start":100,"core:frequency":9e8}`)
	b := blocks(t, open(t, putSigMF(t, meta, count(1000)), Raw{FreqHz: 8e8}), 1000)
	if len(b) != 2 || b[0].Tuning.FreqHz != 8e8 || b[1].Tuning.FreqHz != 9e8 {
		t.Errorf("%+v", b)
	}
}

// TestMetaMemory: a description made to cost memory costs a bounded amount of it.
func TestMetaMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and ten times that under the race detector")
	}
	const capture = `{"core:sample_start":0,"core:frequency":8e8}`
	fields := &strings.Builder{}
	for i := range 800_000 {
		fmt.Fprintf(fields, `,"%d":0`, i)
	}
	annotations := func(s string) string {
		return strings.Replace(sigmf("", capture), `"captures"`, `"annotations":[`+s+`],"captures"`, 1)
	}
	for name, c := range map[string]struct{ meta, want string }{
		"too large":        {strings.Repeat(" ", maxMeta+1), "larger than 16 MiB"},
		"annotations":      {annotations(strings.Repeat("{},", 4_000_000) + "{}"), ""},
		"annotation":       {annotations(`{"core:label":"x"` + fields.String() + `}`), ""},
		"captures":         {sigmf("", strings.Repeat(capture+",", maxCaptures)+capture), "more than 100000 captures"},
		"unknown fields":   {sigmf(fields.String(), capture), ""},
		"many bad remarks": {annotations(strings.Repeat("7,", 4_000_000) + "7"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			m, err := parseMeta([]byte(c.meta), 0)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 100<<20 {
				t.Errorf("%d MiB are kept", kept>>20)
			}
			if m != nil && len(m.warnings) > 20 {
				t.Errorf("%d warnings", len(m.warnings))
			}
			runtime.KeepAlive(m)
		})
	}
}

func TestFormatErrorType(t *testing.T) {
	_, err := Open(putSigMF(t, "{", count(10)), Raw{})
	var f *FormatError
	if !errors.As(err, &f) || !strings.HasSuffix(f.Path, metaSuffix) {
		t.Errorf("%T %v", err, err)
	}
}
