package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A slow screen does not hold the survey, sees the newest of everything and the end; a file beside it misses nothing.
func TestSlowScreen(t *testing.T) {
	var file, screen events
	block := make(chan struct{})
	first := true
	ran := make(chan error)
	go func() {
		_, err := Run(context.Background(), Config{
			Source: &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}, For: 16 * time.Second, NewLooker: lookers(twoCells),
			Sinks: []Sink{
				{Name: "screen", Live: true, Coalesce: true, Take: func(e Event) error {
					if first {
						first = false
						<-block
					}
					return screen.take(e)
				}},
				{Name: "file", Live: true, Take: func(e Event) error {
					if e.Kind() == "sweep" {
						close(block) // the survey came to its end although the screen took one event
					}
					return file.take(e)
				}},
			},
		})
		ran <- err
	}()
	select {
	case err := <-ran:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the screen holds the survey")
	}
	if n := len(of[Cell](&file)); n < 80 {
		t.Errorf("the file got %d cells", n)
	}
	if n := len(of[Cell](&screen)); n > 10 {
		t.Errorf("the screen got %d cells", n)
	}
	if len(of[Progress](&screen)) > 3 || len(of[Sweep](&screen)) != 1 || screen.all[len(screen.all)-1].Kind() != "sweep" {
		t.Errorf("%d events, last %s", len(screen.all), screen.all[len(screen.all)-1].Kind())
	}
	last := map[string]Cell{}
	for _, c := range of[Cell](&screen) {
		last[c.Transmitter] = c
	}
	if len(last) != 2 || last["t1"].Looks != 50 {
		t.Errorf("%+v", last)
	}
}

// What waits for a screen that takes nothing is bounded; the cells and the end are kept.
func TestPendingIsBounded(t *testing.T) {
	o := &outlet{at: map[key]int{}, wake: make(chan struct{}, 1)}
	for i := range 10 * maxPending {
		o.put(Change{Type: "change", Transmitter: fmt.Sprint(i)})
	}
	o.put(Cell{Type: "cell", Transmitter: "t9"})
	o.put(Cell{Type: "cell", Transmitter: "t9", Looks: 2})
	o.put(Sweep{Type: "sweep"})
	if n := len(o.pending); n != maxPending+2 || o.pending[n-2].(Cell).Looks != 2 {
		t.Errorf("%d pending", len(o.pending))
	}
}

// A sink that cannot take events ends the survey; the others get the end.
func TestBrokenSink(t *testing.T) {
	pipe := errors.New("broken pipe")
	for _, coalesce := range []bool{false, true} {
		var other events
		n := 0
		sum, err := Run(context.Background(), Config{
			Source: &tape{endless: true, pieces: []piece{{Tuning: slow, samples: 1}}}, For: time.Hour, NewLooker: lookers(twoCells),
			Sinks: []Sink{
				{Name: "json", Coalesce: coalesce, Take: func(Event) error {
					if n++; n > 5 {
						return pipe
					}
					return nil
				}},
				{Name: "other", Take: other.take},
			},
		})
		if !errors.Is(err, pipe) || !strings.HasPrefix(err.Error(), "survey: json: ") || n != 6 || len(of[Sweep](&other)) != 1 || len(sum.Cells) == 0 {
			t.Errorf("%v after %d events, %s", err, n, other.kinds())
		}
	}
}
