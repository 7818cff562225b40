package post

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hostileNotice is a message whose text came off the air.
func hostileNotice() Message {
	n := Notice{Type: "notice", ID: "ab-7", Post: "roof", Time: time.Date(2026, 11, 22, 4, 5, 6, 7e8, time.UTC), Alert: StrayCell, Event: raised, Severity: Critical,
		Subject: "450-08:\"]\\7", Text: "<script>alert(1)</script>\x1b[2J\n<0>1 forged \u202eline"}
	return Message{ID: n.ID, Alert: n.Alert, Severity: n.Severity, Time: n.Time, Body: line(n)}
}

func parsed(t *testing.T, text string) Sink {
	t.Helper()
	s, err := ParseSink(text, "roof")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseSink(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	os.WriteFile(empty, nil, 0o600)
	for text, want := range map[string]string{
		"exec:page-me":                   "whole path",
		"webhook":                        "type it like",
		"ftp://host/x":                   "alerts go to",
		"https://u:pw@host/x":            "put it into a file",
		"https://host/x#password=x":      "no option",
		"https://host/x#secret=/no/one":  "no such file",
		"https://host/x#secret=" + empty: "holds none",
		"mqtt://host/a/+/b":              "no + and #",
		"syslog+udp://":                  "type it like",
	} {
		if _, err := ParseSink(text, "roof"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	key := filepath.Join(t.TempDir(), "key")
	os.WriteFile(key, []byte("  secret\n"), 0o600)
	if s := parsed(t, "https://host/x#secret="+key); s.Name() != "https://host/x" || string(s.(webhook).secret) != "secret" {
		t.Errorf("%+v", s)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(key))
	if s := parsed(t, "mqtts://me@host#password=key"); s.Name() != "mqtts://me@host" || string(s.(mqttSink).password) != "secret" {
		t.Errorf("%+v", s)
	}
}

// TestWebhook: the signature is the one that standardwebhooks.com's libraries check, no redirect is followed, and only answers that
// hold for this very notice let others pass it.
func TestWebhook(t *testing.T) {
	answer, got := http.StatusNoContent, &http.Request{}
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Location", "http://127.0.0.1:1/")
		w.WriteHeader(answer)
	}))
	defer srv.Close()
	key := filepath.Join(t.TempDir(), "key")
	os.WriteFile(key, []byte("plJ3nmyCDGBKInavdOK15jsl"), 0o600)
	s, m := parsed(t, srv.URL+"/hook?x=1#secret="+key), hostileNotice()
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	h := got.Header
	if at, _ := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64); time.Since(time.Unix(at, 0)) > time.Minute || h.Get("Webhook-Id") != "ab-7" ||
		got.URL.String() != "/hook?x=1" || !bytes.Equal(body, m.Body) {
		t.Errorf("%v %v %s", got.URL, h, body)
	}
	if want := "v1," + Sign([]byte("plJ3nmyCDGBKInavdOK15jsl"), "ab-7", h.Get("Webhook-Timestamp"), body); h.Get("Webhook-Signature") != want {
		t.Errorf("signature %s, want %s", h.Get("Webhook-Signature"), want)
	}
	var refused refusedError
	for code, want := range map[int]bool{302: false, 400: true, 401: false, 413: true, 429: false, 500: false, 503: false} {
		answer = code
		if err := s.Send(t.Context(), m); err == nil || errors.As(err, &refused) != want {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// TestSign holds the signature against one that openssl made:
// printf 'msg_1.1614265330.{"a":1}' | openssl dgst -sha256 -hmac secret -binary | base64
func TestSign(t *testing.T) {
	if got, want := Sign([]byte("secret"), "msg_1", "1614265330", []byte(`{"a":1}`)), "s7VEx+z6YbFcbhg0YyFXcjGBJCBNsJjhisuFxLOHzrw="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}

var syslogForm = regexp.MustCompile(`^<130>1 2026-11-22T04:05:06\.700000Z \S+ straycell \d+ stray-cell \[straycell@32473 id="ab-7" post="roof" event="raised" severity="critical" subject="450-08:\\"\\\]\\\\7"\] ` + "\ufeff" + `[^\x00-\x1f\x7f]*$`)

// TestSyslog: one message a notice, whatever the text holds; over TCP with its length, and only what was read is delivered.
func TestSyslog(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	m := hostileNotice()
	if err := parsed(t, "syslog+udp://"+udp.LocalAddr().String()).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, _, err := udp.ReadFrom(b)
	if err != nil || !syslogForm.Match(b[:n]) || n > maxSyslog {
		t.Errorf("%v: %q", err, b[:n])
	}
	long := m
	long.Body = line(Notice{Text: strings.Repeat("€", 2000)})
	if text := newSyslog(nil).format(long); len(text) > maxSyslog || !strings.HasSuffix(text, "€") {
		t.Errorf("%d octets: %q", len(text), text[len(text)-5:])
	}

	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	lines := make(chan string, 1)
	var deaf atomic.Bool
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			if deaf.Load() {
				c.(*net.TCPConn).SetLinger(0) // reset: nothing was read
				c.Close()
				continue
			}
			r := bufio.NewReader(c)
			var n int
			fmt.Fscanf(r, "%d ", &n)
			text := make([]byte, n)
			io.ReadFull(r, text)
			c.Close()
			lines <- string(text)
		}
	}()
	s := parsed(t, "syslog+tcp://"+tcp.Addr().String())
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if text := <-lines; !syslogForm.MatchString(text) {
		t.Errorf("%q", text)
	}
	deaf.Store(true)
	if err := s.Send(t.Context(), m); err == nil {
		t.Error("what nobody read is said to be delivered")
	}
}

// TestExec: the notice comes on standard input, a failure says why, and a program that hangs is ended.
func TestExec(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	dir := t.TempDir()
	script := func(name, text string) Sink {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!"+sh+"\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return parsed(t, "exec:"+path)
	}
	m := hostileNotice()
	if err := script("take", `cat > "$0.out"; echo "$STRAYCELL_NAME $STRAYCELL_SEVERITY $STRAYCELL_NOTICE" >> "$0.out"`).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(filepath.Join(dir, "take.out"))
	if want := string(m.Body) + "stray-cell critical ab-7\n"; string(got) != want {
		t.Errorf("took %q, want %q", got, want)
	}
	if err := script("fail", `echo no network >&2; exit 3`).Send(t.Context(), m); err == nil || !strings.Contains(err.Error(), "no network") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := script("hang", `sleep 600`).Send(ctx, m); err == nil {
		t.Error("a program that hangs took the notice")
	}
}

// TestNoticeIsSafe: a notice as JSON holds nothing raw that a terminal or a page would obey.
func TestNoticeIsSafe(t *testing.T) {
	m := hostileNotice()
	if bytes.ContainsAny(m.Body, "<>\x1b\u202e\n") {
		t.Errorf("%q", m.Body)
	}
	var n Notice
	if err := json.Unmarshal(m.Body, &n); err != nil || !strings.Contains(n.Text, "\u202e") {
		t.Errorf("%v: %+v", err, n)
	}
}
