package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/straycell/straycell/internal/survey"
	"github.com/straycell/straycell/tui"
)

// outlet is where a watched survey's news go: to the screen, and once the terminal is gone to a file.
type outlet struct {
	screen *tui.Screen

	mu   sync.Mutex
	gone bool
	file *os.File // nil: the store has it all
}

func (o *outlet) take(ev survey.Event) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.gone {
		o.screen.Put(ev)
		return nil
	}
	return o.write(ev)
}

func (o *outlet) write(ev survey.Event) error {
	switch ev.(type) {
	case survey.Look, survey.Progress: // one is no line, the other says that we live, and nobody looks
		return nil
	}
	if o.file == nil {
		return nil
	}
	line, err := jsonLine(ev)
	if err == nil {
		_, err = o.file.Write(line)
	}
	return err
}

// alone goes on without a terminal: what was on it goes to a file first, unless the survey is stored anyway.
func (o *outlet) alone(stored bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gone = true
	cells := o.screen.Cells()
	if stored {
		return nil
	}
	name := "straycell-" + time.Now().UTC().Format("20060102T150405Z")
	var err error
	for _, dir := range []string{".", os.TempDir()} { // a folder that may not be written must not lose the night
		for i := 1; i < 100; i++ {
			path := filepath.Join(dir, name+".jsonl")
			if i > 1 {
				path = filepath.Join(dir, fmt.Sprintf("%s-%d.jsonl", name, i))
			}
			if o.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); !errors.Is(err, fs.ErrExist) {
				break
			}
		}
		if err == nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("the terminal went away, and nothing can be written: %w", err)
	}
	for _, c := range cells {
		if err := o.write(c); err != nil {
			return err
		}
	}
	return nil
}

// path is the file; "" where the store has it all.
func (o *outlet) path() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return ""
	}
	return o.file.Name()
}

func (o *outlet) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return nil
	}
	return o.file.Close()
}
