package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/straycell/straycell/internal/post"
)

const unitFile = "../../hardware/systemd/straycell-post.service"

// TestUnitSecurity: systemd's own reckoning of what the service could do to its machine stays below 2.5 of 10.
func TestUnitSecurity(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("no systemd-analyze here: .ci/run installs systemd")
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25", unitFile).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	t.Log(lines[len(lines)-1])
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestUnitNamespace starts the service's command as systemd would: as a user without rights, on a file system of which it may write
// its two folders, with systemd's sockets. It says when it is ready, feeds the watchdog, hears a simulated district, and stops.
func TestUnitNamespace(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for cells in real time")
	}
	if err := exec.Command("bwrap", "--unshare-all", "--uid", "970", "--ro-bind", "/", "/", "true").Run(); err != nil {
		t.Skipf("no namespaces with bwrap here: %v; .ci/run installs bubblewrap", err)
	}
	unit, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	command, _, _ := strings.Cut(string(unit[bytes.Index(unit, []byte("\nExecStart="))+len("\nExecStart="):]), "\n")
	program, err := exec.LookPath("straycell")
	if err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	for _, d := range []string{"state", "run", "etc"} {
		os.Mkdir(filepath.Join(dir, d), 0o700)
	}
	os.WriteFile(filepath.Join(dir, "etc", configName), []byte("radio = [\"sim:kt-femto?level=observations\"]\npost = \"roof\"\nheartbeat = \"1s\"\n"), 0o600)
	// Root's rights would say nothing about the service's: then it is started as nobody in particular.
	const service = 970
	copied := filepath.Join(dir, "straycell")
	if out, err := exec.Command("cp", "-L", program, copied).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "run", "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notify.Close()
	args := []string{"--unshare-user", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--unshare-net", "--uid", "970", "--gid", "970", "--cap-drop", "ALL", "--die-with-parent",
		"--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/var", "--tmpfs", "/run", "--tmpfs", "/usr/local", "--tmpfs", "/home", "--tmpfs", "/root",
		"--ro-bind", copied, "/usr/local/bin/straycell", "--bind", filepath.Join(dir, "state"), "/var/lib/straycell", "--bind", filepath.Join(dir, "run"), "/run/straycell",
		"--ro-bind", filepath.Join(dir, "etc"), "/tmp/etc", "--chdir", "/tmp/etc", "--clearenv",
		"--setenv", "STATE_DIRECTORY", "/var/lib/straycell", "--setenv", "RUNTIME_DIRECTORY", "/run/straycell", "--setenv", "NOTIFY_SOCKET", "/run/straycell/notify",
		"--setenv", "WATCHDOG_USEC", "1500000", "--setenv", "XDG_CONFIG_HOME", "/var/lib", "--"}
	cmd := exec.Command("bwrap", append(args, strings.Fields(command)...)...)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if os.Geteuid() == 0 {
		if out, err := exec.Command("chown", "-R", strconv.Itoa(service), dir).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: service, Gid: service}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	defer func() { cmd.Process.Kill(); <-ended }()

	heard := map[string]int{}
	hear := func(want string, n int) {
		t.Helper()
		b := make([]byte, 4096)
		for heard[want] < n {
			notify.SetReadDeadline(time.Now().Add(time.Minute))
			k, err := notify.Read(b)
			if err != nil {
				t.Fatalf("no %s: %v\n%s", want, err, log.String())
			}
			word, _, _ := strings.Cut(string(b[:k]), "=")
			heard[word]++
		}
	}
	hear("READY", 1)
	hear("WATCHDOG", 3)
	hear("STATUS", 1)
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", filepath.Join(dir, "run", "post.sock"))
	}}}
	var s post.State
	for end := time.Now().Add(time.Minute); s.Proof == nil || s.Proof.Radios[0].Cells < 3; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it hears nothing: %+v\n%s", s, log.String())
		}
		if answer, err := client.Get("http://post/api/v1/state"); err == nil {
			json.NewDecoder(answer.Body).Decode(&s)
			answer.Body.Close()
		}
	}
	client.CloseIdleConnections()
	if s.Post != "roof" || !s.Proof.OK {
		t.Errorf("%+v %+v", s, s.Proof)
	}
	children, _ := exec.Command("ps", "-o", "pid=,uid=", "--ppid", strconv.Itoa(cmd.Process.Pid)).Output()
	t.Logf("bwrap's child: %s", bytes.TrimSpace(children))
	if fields := strings.Fields(string(children)); len(fields) > 0 {
		pid, _ := strconv.Atoi(fields[0])
		syscall.Kill(pid, syscall.SIGTERM)
	} else {
		cmd.Process.Signal(syscall.SIGTERM)
	}
	hear("STOPPING", 1)
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Errorf("it does not end\n%s", log.String())
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "state", "*", "*.survey"))
	if len(kept) != 1 {
		t.Errorf("stored: %v\n%s", kept, log.String())
	}
}
