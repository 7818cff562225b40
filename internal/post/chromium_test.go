package post

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/known"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/radio/sim"
)

var screenshot = flag.String("screenshot", "", "file for a picture of the page as TestPage sees it")

// browser is Chromium without a window, spoken to by the DevTools protocol over two pipes.
type browser struct {
	t    *testing.T
	in   *os.File
	mu   sync.Mutex
	next int
	wait map[int]chan json.RawMessage
	said []string // errors: of scripts, of the console, of what the page loads
	sess string
	page any // what it showed last
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := tool(t, "chromium")
	toUs, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	theirsIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-extensions", "--user-data-dir="+t.TempDir(), "--window-size=1200,1500", "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirsIn, theirs} // 3 and 4
	var told tail
	cmd.Stderr = &told
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirsIn.Close()
	theirs.Close()
	b := &browser{t: t, in: in, wait: map[int]chan json.RawMessage{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.read(toUs)
	}()
	t.Cleanup(func() {
		in.Close() // it ends with the pipe
		stop := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		stop.Stop()
		toUs.Close()
		<-done
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.sess = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

func (b *browser) read(from *os.File) {
	r := bufio.NewReaderSize(from, 1<<20)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			ID            int
			Method        string
			Params, Error json.RawMessage
			Result        json.RawMessage
		}
		if json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m) != nil {
			continue
		}
		b.mu.Lock()
		switch {
		case m.ID != 0 && b.wait[m.ID] != nil:
			if m.Error != nil {
				b.said = append(b.said, "protocol: "+string(m.Error))
			}
			b.wait[m.ID] <- m.Result
			delete(b.wait, m.ID)
		case m.Method == "Runtime.exceptionThrown", m.Method == "Log.entryAdded", m.Method == "Runtime.consoleAPICalled", m.Method == "Network.loadingFailed":
			if !strings.Contains(string(m.Params), `"canceled":true`) {
				b.said = append(b.said, m.Method+": "+string(m.Params))
			}
		}
		b.mu.Unlock()
	}
}

func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.mu.Lock()
	b.next++
	id, answer := b.next, make(chan json.RawMessage, 1)
	b.wait[id] = answer
	b.mu.Unlock()
	m := map[string]any{"id": id, "method": method}
	if params != nil {
		m["params"] = params
	}
	if b.sess != "" {
		m["sessionId"] = b.sess
	}
	text, _ := json.Marshal(m)
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	select {
	case r := <-answer:
		if result != nil {
			if err := json.Unmarshal(r, result); err != nil {
				b.t.Fatalf("%s: %v: %s", method, err, r)
			}
		}
	case <-time.After(2 * time.Minute):
		b.t.Fatalf("%s: no answer", method)
	}
}

// eval is what an expression comes to in the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	var r struct{ Result struct{ Value any } }
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	return r.Result.Value
}

// hostileNames are what home eNBs call themselves who mean ill.
var hostileNames = []string{`<img src=x onerror="window.pwned=1">`, `"><script>window.pwned=2</script>`, "\u202e</td><b>bold</b>", "javascript:alert(1)", "\x1b[31m red"}

// crowd puts n cells into a post, known ones of a list but for the last, which is unknown.
func crowd(t *testing.T, s *still, n int) {
	t.Helper()
	w, err := sim.Open("sim:kt-femto?level=observations")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	set, _, err := known.Read(bytes.NewReader(w.Inventory()), "kt-femto.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.lists = []survey.Lists{{Known: set}}
	s.mu.Unlock()
	lat, lon := w.Where()
	level := func(n int) *float64 { v := -40 - float64(n%40); return &v }
	facts := slices.Collect(set.All())
	for k := 1; k < n; k++ {
		f := facts[k%len(facts)]
		earfcn, eci, sinr := uint32(f.EARFCNs[0]), uint32(f.ECI)+uint32(k/len(facts)), float64(k%30)-8
		c := survey.Cell{Type: "cell", TS: 1, LastS: 1, Source: "sim:", Transmitter: fmt.Sprint("t", k), FreqHz: f.EARFCNs[0].FreqHz(), EARFCN: &earfcn, PCI: int(f.PCI), Known: "known", Level: "normal",
			PLMNs: []string{f.PLMN.String()}, ECI: &eci, RSRPdBFS: level(k), SINRdB: &sinr, Lat: &lat, Lon: &lon}
		name := fmt.Sprintf("%x", hostileNames[k%len(hostileNames)])
		c.SIBs = map[string]json.RawMessage{"9": json.RawMessage(`{"hnbName":"` + name + `"}`)}
		s.put(c)
	}
	c := testCell("t9999", 254419004, "unknown", "alert", 1)
	c.Score, c.Source, c.RSRPdBFS, c.Lat, c.Lon = 100, "sim:", level(3), &lat, &lon
	c.Findings = []survey.Finding{{Rule: "ID-01", Version: 1, Weight: 45, Text: `no line has <script>window.pwned=3</script>`}}
	s.put(*c)
	for m := range 2 {
		psd := make([]float32, 256)
		for i := range psd {
			psd[i] = float32(-80 + 6*math.Sin(float64(i*(m+1))/9))
			if i > 20 && i < 230 {
				psd[i] += 25
			}
		}
		s.put(survey.Progress{Type: "progress", FreqHz: 954.3e6 + 885.7e6*float64(m), RateHz: 2.4e6, PSD: psd})
	}
}

// TestPage looks at the page with a browser: it shows 500 cells, the unknown one on top, follows what happens, makes no markup of
// hostile names, and has nothing to complain about.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := newBrowser(t)
	s := newStill(t)
	s.hear(0, 1)
	const n = 500
	crowd(t, s, n)
	basic := base64.StdEncoding.EncodeToString([]byte("x:" + testToken))
	b.call("Network.setExtraHTTPHeaders", map[string]any{"headers": map[string]string{"Authorization": "Basic " + basic}}, nil)
	// When all rows are there, by the page's own clock from the start of its loading.
	b.call("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": fmt.Sprintf(`
		new MutationObserver(() => { if (!window.allAt && document.querySelectorAll("#cells tr").length >= %d) window.allAt = performance.now(); })
			.observe(document, {childList: true, subtree: true});`, n)}, nil)
	b.call("Page.navigate", map[string]any{"url": s.url + "/"}, nil)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the page: %.2000v; the browser: %.3000s", b.page, b.said)
		}
	})
	eventually(t, "all cells are shown", func() bool {
		b.page = b.eval(`document.title + " " + document.body.innerText.slice(0, 900)`)
		return b.eval("window.allAt || 0").(float64) > 0
	})
	t.Logf("%d cells are shown after %.0f ms", n, b.eval("window.allAt"))
	first := b.eval(`document.querySelector("#cells tr").innerText`).(string)
	if !strings.Contains(first, "unknown") || !strings.Contains(first, "450-08:254419004") || !strings.Contains(first, "<script>") {
		t.Errorf("the first row is %q", first)
	}
	eventually(t, "alerts, health, spectrum and map are there", func() bool {
		return b.eval(`["alerts", "health", "proof"].every((id) => document.getElementById(id).innerText.length > 6) && document.getElementById("scale").innerText.includes("rings") && document.getElementById("tuned").innerText === ""`) == true
	})
	if text := b.eval(`document.getElementById("alerts").innerText`).(string); !strings.Contains(text, "critical") {
		t.Errorf("alerts: %q", text)
	}
	// Live: a level changes, a cell comes.
	c := testCell("t10000", 254419017, "unknown", "suspicious", 2)
	c.Score = 55
	s.put(*c)
	eventually(t, "a new cell is shown", func() bool {
		return strings.Contains(b.eval(`[...document.querySelectorAll("#cells tr")].slice(0, 2).map((r) => r.innerText).join(" ")`).(string), "450-08:254419017")
	})
	for what, want := range map[string]any{
		"typeof window.pwned": "undefined",
		`document.querySelectorAll("#cells img, #cells script, #cells b, #alerts script").length`:     0.0,
		`[...document.querySelectorAll("td.name")].some((d) => d.textContent.includes("<img src=x"))`: true,
	} {
		if got := b.eval(what); got != want {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	if *screenshot != "" {
		var picture struct{ Data []byte }
		b.call("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &picture)
		if err := os.WriteFile(*screenshot, picture.Data, 0o644); err != nil {
			t.Error(err)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, what := range b.said {
		t.Errorf("the browser complains: %.500s", what)
	}
}
