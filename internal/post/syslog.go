package post

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/straycell/straycell/tui/plain"
)

// syslogSink writes RFC 5424 messages: over UDP one a datagram (RFC 5426), over TCP with their lengths before them (RFC 6587
// §3.4.1), over TLS likewise (RFC 5425).
type syslogSink struct {
	url  *url.URL
	host string
}

func newSyslog(u *url.URL) syslogSink {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "-"
	}
	return syslogSink{u, printable(host, 255)}
}

func (s syslogSink) Name() string { return s.url.Redacted() }

func (s syslogSink) Send(ctx context.Context, m Message) error {
	network, port := "tcp", "601"
	switch s.url.Scheme {
	case "syslog+udp":
		network, port = "udp", "514"
	case "syslog+tls":
		port = "6514"
	}
	conn, err := dial(ctx, network, hostPort(s.url, port), s.url.Scheme == "syslog+tls")
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	text := s.format(m)
	if network == "udp" {
		if _, err := conn.Write([]byte(text)); err != nil {
			return err
		}
		return unheard(conn)
	}
	if _, err := fmt.Fprintf(conn, "%d %s", len(text), text); err != nil {
		return err
	}
	return readOut(conn)
}

// unheard waits a moment for word that nobody listens there. That is all UDP can tell.
func unheard(conn net.Conn) error {
	conn.SetReadDeadline(time.Now().Add(150 * time.Millisecond))
	_, err := conn.Read(make([]byte, 1))
	if timeout := net.Error(nil); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		return nil
	}
	return err
}

// readOut says that nothing more comes and waits until the other side has read all of it and closes too: the protocol has no
// other answer, and a connection that was written to proves nothing.
func readOut(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return nil
	}
	if err := half.CloseWrite(); err != nil {
		return err
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, io.LimitReader(conn, 64<<10)); err != nil {
		return fmt.Errorf("the server does not say that it read the message: %w", err)
	}
	return nil
}

// facility of the messages, RFC 5424 §6.2.1: local use 0.
const facility = 16

// maxSyslog is what every receiver takes over UDP, RFC 5426 §3.2 (IPv6); text is cut there, never what names the alert.
const maxSyslog = 1180

// format is RFC 5424 §6. The structured data carry what programs sort by, under the number that documents use, RFC 5612.
func (s syslogSink) format(m Message) string {
	var n Notice
	json.Unmarshal(m.Body, &n)
	level := map[Severity]int{Minor: 5, Warning: 4, Critical: 2}[m.Severity]
	if level == 0 {
		level = 6
	}
	head := fmt.Sprintf("<%d>1 %s %s straycell %d %s [straycell@32473 id=\"%s\" post=\"%s\" event=\"%s\" severity=\"%s\" subject=\"%s\"] ",
		facility*8+level, m.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), s.host, os.Getpid(), printable(m.Alert, 32),
		param(m.ID), param(n.Post), param(n.Event), m.Severity, param(n.Subject))
	return head + bom + cutOctets(plain.Text(n.Text, maxSyslog), maxSyslog-len(head)-len(bom))
}

// bom says that text is UTF-8, RFC 5424 §6.4.
const bom = "\ufeff"

// param is a value of structured data, RFC 5424 §6.3.3.
func param(s string) string {
	s = plain.Text(s, 120)
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `]`, `\]`).Replace(s)
}

// printable is a field of the header, RFC 5424 §6: printable ASCII without spaces.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return '_'
	}, s)
	if s == "" {
		return "-"
	}
	return s[:min(len(s), most)]
}

// cutOctets cuts text to so many octets, between characters.
func cutOctets(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xc0 == 0x80 {
		most--
	}
	return s[:max(0, most)]
}
