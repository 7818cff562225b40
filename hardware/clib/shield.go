package clib

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
)

// What libraries print goes into this log once Shield was called, and nowhere else.
var output printed

// printed keeps the end of what was printed.
type printed struct {
	mu    sync.Mutex
	seen  *sync.Cond
	w     *os.File // where libraries print to; nil: not shielded
	kept  []*os.File
	text  []byte
	marks int
	turn  sync.Mutex // of Said
}

const (
	logMost = 64 << 10
	markSep = "\x00straycell mark\x00\n"
)

// read takes in what is printed until the pipe ends.
func (p *printed) read(r *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		p.mu.Lock()
		p.text = append(p.text, buf[:n]...)
		for {
			i := bytes.Index(p.text, []byte(markSep))
			if i < 0 {
				break
			}
			p.text = append(p.text[:i], p.text[i+len(markSep):]...)
			p.marks++
			p.seen.Broadcast()
		}
		if len(p.text) > logMost {
			p.text = append(p.text[:0], p.text[len(p.text)-logMost/2:]...)
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// settle waits until everything that was printed is in the log.
func (p *printed) settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	want := p.marks + 1
	if _, err := fmt.Fprint(p.w, markSep); err != nil {
		return
	}
	for p.marks < want {
		p.seen.Wait()
	}
}

// Said runs f and returns what libraries printed meanwhile: they tell there what their functions do not return. It is ""
// without a shield.
func Said(f func()) string {
	output.mu.Lock()
	shielded := output.w != nil
	output.mu.Unlock()
	if !shielded {
		f()
		return ""
	}
	output.turn.Lock()
	defer output.turn.Unlock()
	output.settle()
	output.mu.Lock()
	output.text = output.text[:0]
	output.mu.Unlock()
	f()
	output.settle()
	output.mu.Lock()
	defer output.mu.Unlock()
	return strings.TrimSpace(strings.ToValidUTF8(string(output.text), "?"))
}
