package post

import (
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// notifier tells systemd how the service does, sd_notify(3); without systemd it is mute. Its watchdog hears of the service at least
// three times in its time.
type notifier struct {
	conn  *net.UnixConn
	every time.Duration // 0: there is no watchdog
	last  time.Time
	told  string
}

func newNotifier() *notifier {
	n := &notifier{}
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return n
	}
	if strings.HasPrefix(name, "@") {
		name = "\x00" + name[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return n
	}
	n.conn = conn
	us, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	pid := os.Getenv("WATCHDOG_PID")
	if err == nil && us > 0 && (pid == "" || pid == strconv.Itoa(os.Getpid())) {
		n.every = time.Duration(us) * time.Microsecond / 3
	}
	return n
}

func (n *notifier) send(text string) {
	if n.conn != nil {
		n.conn.SetWriteDeadline(time.Now().Add(time.Second))
		n.conn.Write([]byte(text)) // nothing can be done where it is not heard
	}
}

// status is what systemctl status shows; it is sent when it changes, and not more often than the watchdog is.
func (n *notifier) status(text string) {
	text = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, text)
	if n.conn == nil || text == n.told || time.Since(n.last) < statusEvery {
		return
	}
	n.told = text
	n.send("STATUS=" + text)
}

const statusEvery = 5 * time.Second

func (n *notifier) alive() {
	if n.conn == nil || n.every == 0 || time.Since(n.last) < n.every {
		return
	}
	n.last = time.Now()
	n.send("WATCHDOG=1")
}

func (n *notifier) close() {
	if n.conn != nil {
		n.conn.Close()
	}
}
