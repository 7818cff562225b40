package post

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"
)

// tool finds a program that a test needs, or leaves the test out.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if path = filepath.Join("/usr/sbin", name); exec.Command(path, "-h").Run() != nil {
			if _, err := os.Stat(path); err != nil {
				t.Skipf("no %s here: .ci/run installs it", name)
			}
		}
	}
	return path
}

// freePort is a port on which nobody listens.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// daemon runs a server for the length of a test and waits until it listens.
func daemon(t *testing.T, port int, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(end) {
			cmd.Process.Kill()
			cmd.Wait()
			t.Fatalf("%s does not listen: %v\n%s", path, err, said)
		}
	}
}

// TestMosquitto: Debian's broker takes a notice, and whoever subscribed gets it as it was.
func TestMosquitto(t *testing.T) {
	path, port := tool(t, "mosquitto"), freePort(t)
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	os.WriteFile(conf, fmt.Appendf(nil, "listener %d 127.0.0.1\nallow_anonymous true\npersistence false\n", port), 0o644)
	daemon(t, port, path, "-c", conf)
	conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *paho.Publish, 10)
	c := paho.NewClient(paho.ClientConfig{Conn: conn, OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
		got <- p.Packet
		return true, nil
	}}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := c.Connect(ctx, &paho.Connect{ClientID: "reader", CleanStart: true, KeepAlive: 30}); err != nil {
		t.Fatal(err)
	}
	defer c.Disconnect(&paho.Disconnect{})
	if _, err := c.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: "straycell/#", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	s, m := parsed(t, fmt.Sprintf("mqtt://127.0.0.1:%d", port)), hostileNotice()
	for range 3 { // a connection each
		if err := s.Send(ctx, m); err != nil {
			t.Fatal(err)
		}
		select {
		case p := <-got:
			if p.Topic != "straycell/roof/stray-cell" || string(p.Payload) != string(m.Body) || p.Properties.User.Get("id") != "ab-7" || p.QoS != 1 {
				t.Errorf("%+v", p)
			}
		case <-ctx.Done():
			t.Fatal("nothing arrived")
		}
	}
	if err := parsed(t, fmt.Sprintf("mqtt://127.0.0.1:%d", freePort(t))).Send(ctx, m); err == nil {
		t.Error("a broker that is not there took a notice")
	}
}

// TestRsyslog: Debian's rsyslogd takes notices over TCP and UDP and reads out of them what was written into them.
func TestRsyslog(t *testing.T) {
	path, port := tool(t, "rsyslogd"), freePort(t)
	dir := t.TempDir()
	out, conf := filepath.Join(dir, "out"), filepath.Join(dir, "conf")
	os.WriteFile(conf, fmt.Appendf(nil, `global(workDirectory="%[1]s")
module(load="imtcp")
module(load="imudp")
input(type="imtcp" port="%[2]d" address="127.0.0.1")
input(type="imudp" port="%[2]d" address="127.0.0.1")
template(name="fields" type="string" string="%%protocol-version%%|%%syslogfacility-text%%.%%syslogseverity-text%%|%%app-name%%|%%msgid%%|%%structured-data%%|%%msg%%\n")
action(type="omfile" file="%[3]s" template="fields")
`, dir, port, out), 0o644)
	daemon(t, port, path, "-n", "-f", conf, "-i", filepath.Join(dir, "pid"))
	m := hostileNotice()
	for _, scheme := range []string{"syslog+tcp", "syslog+udp"} {
		if err := parsed(t, fmt.Sprintf("%s://127.0.0.1:%d", scheme, port)).Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	eventually(t, "both messages are written", func() bool {
		text, _ := os.ReadFile(out)
		lines = nil
		for l := range strings.Lines(string(text)) {
			if strings.Contains(l, "|straycell|") {
				lines = append(lines, l)
			}
		}
		return len(lines) >= 2
	})
	var n Notice
	json.Unmarshal(m.Body, &n)
	for _, l := range lines {
		if want := `1|local0.crit|straycell|stray-cell|[straycell@32473 id="ab-7" post="roof" event="raised" severity="critical" subject="450-08:\"\]\\7"]|`; !strings.HasPrefix(l, want) {
			t.Errorf("written\n%q, want\n%q", l, want)
		}
		if !strings.Contains(l, "<script>alert(1)</script>") || strings.Count(l, "\n") != 1 {
			t.Errorf("text: %q", l)
		}
	}
}

// TestPromtool: Prometheus's own checker has nothing to say against the metrics.
func TestPromtool(t *testing.T) {
	path := tool(t, "promtool")
	s := newStill(t)
	s.hear(0, 1)
	s.put(*testCell("t1", 7, "unknown", "alert", 1))
	s.mu.Lock()
	s.set("disk \"journal\"\n", "full", true)
	s.mu.Unlock()
	_, text := s.ask("GET", "/metrics", testToken)
	cmd := exec.Command(path, "check", "metrics")
	cmd.Stdin = strings.NewReader(string(text))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s\n%s", err, out, text)
	}
	for _, want := range []string{`straycell_alerts_open{alert="stray-cell",severity="critical"} 1`, `straycell_cells{known="unknown",level="alert"} 1`, "straycell_healthy 0", `straycell_looks_total{radio="sim:"} 1`} {
		if !strings.Contains(string(text), want+"\n") {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
