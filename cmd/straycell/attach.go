package main

import (
	"context"
	"errors"
	"time"

	"github.com/straycell/straycell/internal/post"
	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
)

// attachFlags say which post to look at.
type attachFlags struct {
	Attach    string `env:"-" placeholder:"WHERE" help:"Look at a running post instead of a radio: the path of its socket, or http://127.0.0.1:8850 with --token-file."`
	TokenFile string `placeholder:"PATH" help:"File with the post's token."`
}

// askAgain is how long a lost post is left alone before it is asked again.
const askAgain = 2 * time.Second

// client reaches the post.
func (f *attachFlags) client() (*post.Client, error) {
	var token []byte
	if f.TokenFile != "" {
		var err error
		if token, err = post.ReadSecret(f.TokenFile); err != nil {
			return nil, usagef("--token-file: %v", err)
		}
	}
	c, err := post.NewClient(f.Attach, string(token))
	if err != nil {
		return nil, usagef("--attach: %v", err)
	}
	return c, nil
}

// follow shows what a post tells, on the same screen or as the same lines as a survey of one's own.
func (v *watchVerb) follow(e *env) error {
	c, err := v.client()
	if err != nil {
		return err
	}
	if v.JSON {
		return c.Events(e.ctx, jsonSink(e.out, true).Take)
	}
	screen := tui.New(tui.Options{
		Source: "post " + v.Attach, Operators: operators(), Lang: v.spoken(e.getenv), NoColor: v.NoColor || e.getenv("NO_COLOR") != "", ASCII: tui.ASCIILocale(e.getenv),
	})
	ctx, stop := context.WithCancel(e.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			err := c.Events(ctx, func(ev survey.Event) error {
				screen.Put(ev)
				return nil
			})
			if ctx.Err() == nil {
				screen.Put(survey.Error{Type: "error", Text: "the post is out of reach: " + err.Error()})
			}
			select {
			case <-ctx.Done():
			case <-time.After(askAgain):
			}
		}
	}()
	err = screen.Run(e.ctx)
	stop()
	<-done
	if errors.Is(err, tui.ErrInterrupted) || e.ctx.Err() != nil {
		return context.Canceled
	}
	return err
}
