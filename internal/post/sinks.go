package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ParseSink reads where alerts are to go: https://host/hook#secret=FILE, mqtt://user@host:1883/topic#password=FILE,
// syslog+udp://host:514, syslog+tcp://host, syslog+tls://host, exec:/path/to/program. What follows # never leaves this machine.
func ParseSink(text, post string) (Sink, error) {
	if path, ok := strings.CutPrefix(text, "exec:"); ok {
		if !filepath.IsAbs(path) {
			return nil, fmt.Errorf("%s: name the program by its whole path, like exec:/usr/local/bin/page-me", text)
		}
		return execSink{path}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%.200q: type it like https://host/hook, mqtt://host/topic, syslog+udp://host or exec:/path/to/program", text)
	}
	options, err := url.ParseQuery(u.Fragment)
	if err != nil {
		return nil, fmt.Errorf("%.200q: type options like #secret=/etc/straycell/webhook.key", text)
	}
	u.Fragment = ""
	if _, there := u.User.Password(); there {
		return nil, fmt.Errorf("%s: a password on a command line is read by everybody: put it into a file and type #password=FILE", u.Redacted())
	}
	wants := map[string]string{"http": "secret", "https": "secret", "mqtt": "password", "mqtts": "password"}[u.Scheme]
	for name := range options {
		if name != wants {
			return nil, fmt.Errorf("%s: no option %q", u, name)
		}
	}
	var secret []byte
	if path := options.Get(wants); path != "" {
		if secret, err = ReadSecret(path); err != nil {
			return nil, fmt.Errorf("%s: %w", u, err)
		}
	}
	switch u.Scheme {
	case "http", "https":
		return newWebhook(u, secret), nil
	case "mqtt", "mqtts":
		return newMQTT(u, post, secret)
	case "syslog+udp", "syslog+tcp", "syslog+tls":
		return newSyslog(u), nil
	}
	return nil, fmt.Errorf("%s: alerts go to http, https, mqtt, mqtts, syslog+udp, syslog+tcp, syslog+tls and exec", u)
}

// maxSecret bounds a file that is said to hold a secret.
const maxSecret = 4096

// ReadSecret reads a secret from a file; a name alone is looked for among the credentials that the service was started with.
func ReadSecret(path string) ([]byte, error) {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" && filepath.Base(path) == path {
		path = filepath.Join(dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > maxSecret {
		return nil, fmt.Errorf("secret: %s holds none: write one line into it, like what openssl rand -hex 32 prints", path)
	}
	return text, nil
}

// webhook posts to a URL, signed as standardwebhooks.com describes it.
type webhook struct {
	url    *url.URL
	secret []byte
	client *http.Client
}

func newWebhook(u *url.URL, secret []byte) webhook {
	return webhook{u, secret, &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: 20 * time.Second, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // an alert goes where it was meant to go
		},
	}}
}

func (w webhook) Name() string { return w.url.Redacted() }

func (w webhook) Send(ctx context.Context, m Message) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(m.Body))
	if err != nil {
		return err
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "straycell")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", at)
	if len(w.secret) > 0 {
		r.Header.Set("Webhook-Signature", "v1,"+Sign(w.secret, m.ID, at, m.Body))
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusBadRequest || code == http.StatusRequestEntityTooLarge || code == http.StatusUnprocessableEntity:
		return refusedError{errors.New(answer.Status)}
	default:
		return errors.New(answer.Status)
	}
}

// Sign is the signature of a webhook: HMAC-SHA-256 over number, time and body.
func Sign(secret []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.", id, at)
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Trial is how a test went.
type Trial struct {
	Sink string
	Took time.Duration
	Err  error
}

// Try sends a test to each sink and waits for what comes of it.
func Try(ctx context.Context, post string, sinks []Sink) []Trial {
	var out []Trial
	now := time.Now()
	for i, s := range sinks {
		n := Notice{Type: "notice", ID: fmt.Sprintf("test-%d-%d", now.UnixNano(), i), Post: post, Time: now.UTC().Round(time.Millisecond),
			Alert: TestAlert, Event: told, Severity: Minor, Text: "somebody tries the way that alerts of this post go: nothing is wrong"}
		began := time.Now()
		sending, cancel := context.WithTimeout(ctx, patientPauses.deadline)
		err := s.Send(sending, Message{ID: n.ID, Alert: n.Alert, Severity: n.Severity, Time: n.Time, Body: line(n)})
		cancel()
		out = append(out, Trial{s.Name(), time.Since(began), err})
	}
	return out
}
