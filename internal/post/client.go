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
	"strings"
	"time"

	"github.com/straycell/straycell/internal/survey"
)

// Client reads a post's events over its API: everything its surveys tell, after what is known by then.
type Client struct {
	url   string
	token string
	http  *http.Client
}

// NewClient reaches a post: at the path of its socket, or at http://127.0.0.1:8850 with its token.
func NewClient(address, token string) (*Client, error) {
	if strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://") {
		return &Client{strings.TrimRight(address, "/"), token, &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 10 * time.Second}}}, nil
	}
	if address == "" {
		return nil, errors.New("post: name its socket, like /run/straycell/post.sock, or http://127.0.0.1:8850")
	}
	t := &http.Transport{ResponseHeaderTimeout: 10 * time.Second, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", address)
	}}
	return &Client{"http://localhost", "", &http.Client{Transport: t}}, nil
}

// Events gives each event to take, until ctx ends, the post does, or take fails.
func (c *Client) Events(ctx context.Context, take func(survey.Event) error) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/api/v1/events", nil)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
		return fmt.Errorf("post: %s: %s", answer.Status, bytes.TrimSpace(text))
	}
	return readEvents(answer.Body, take)
}

// maxEvent bounds one event; the longest are cells with many messages.
const maxEvent = 4 << 20

// readEvents takes a stream apart. What this build does not know is passed over.
func readEvents(r io.Reader, take func(survey.Event) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEvent)
	kind := ""
	for lines.Scan() {
		field, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
		switch string(field) {
		case "event":
			kind = string(value)
		case "data":
			e, err := eventOf(kind, value)
			if err != nil {
				return fmt.Errorf("post: event %.20q: %w", kind, err)
			}
			if e == nil {
				continue
			}
			if err := take(e); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("post: %w", err)
	}
	return io.EOF
}

// eventOf is an event of a survey; nil: none of those.
func eventOf(kind string, text []byte) (survey.Event, error) {
	switch kind {
	case "cell":
		return read[survey.Cell](text)
	case "change":
		return read[survey.Change](text)
	case "alert":
		return read[survey.Alert](text)
	case "candidate":
		return read[survey.Candidate](text)
	case "transmitter":
		return read[survey.Transmitter](text)
	case "gap":
		return read[survey.Gap](text)
	case "error":
		return read[survey.Error](text)
	case "progress":
		var x progress
		err := json.Unmarshal(text, &x)
		x.Progress.PSD = x.PSD
		return x.Progress, err
	}
	return nil, nil
}

func read[E survey.Event](text []byte) (survey.Event, error) {
	var e E
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	return e, nil
}
