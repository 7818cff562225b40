package post

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/straycell/straycell/tui/plain"
)

// execSink runs a program with the notice on its standard input. No shell is in between, and nothing of the notice is among its
// arguments: there is nothing in it that a program would obey by mistake. Exit code 0 means that it took the notice.
type execSink struct{ path string }

func (s execSink) Name() string { return "exec:" + s.path }

func (s execSink) Send(ctx context.Context, m Message) error {
	cmd := exec.CommandContext(ctx, s.path)
	cmd.Stdin = bytes.NewReader(m.Body)
	cmd.Env = append(os.Environ(), "STRAYCELL_NOTICE="+m.ID, "STRAYCELL_NAME="+m.Alert, "STRAYCELL_SEVERITY="+m.Severity.String())
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = 2 * time.Second // what it started may hold its output open
	if err := cmd.Run(); err != nil {
		if text := plain.Text(string(said), 200); text != "" {
			return fmt.Errorf("%w: %s", err, text)
		}
		return err
	}
	return nil
}

// tail keeps the last of what a program said.
type tail []byte

func (t *tail) Write(b []byte) (int, error) {
	*t = append(*t, b...)
	if n := len(*t) - 400; n > 0 {
		*t = (*t)[n:]
	}
	return len(b), nil
}
