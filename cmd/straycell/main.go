// Straycell finds LTE cells that do not belong where they are heard. It receives only.
//
// The program is wiring: one file per verb, the facts are in the packages it calls.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/charmbracelet/x/term"

	"github.com/straycell/straycell/internal/known"
)

func main() {
	// Nearly all memory is samples and decoders' scratch, which hold no pointers: to collect costs next to nothing, and the
	// doubling of the heap that is allowed by default would be hundreds of megabytes of a small machine.
	debug.SetGCPercent(gcPercent)
	os.Exit(run(os.Args[1:]))
}

const gcPercent = 10

// run is the program: it parses, runs one verb, says what went wrong and returns the exit code.
func run(args []string) int {
	e := &env{
		in: os.Stdin, out: os.Stdout, notes: newNotes(os.Stderr), getenv: os.Getenv,
		outTTY: term.IsTerminal(os.Stdout.Fd()) && term.IsTerminal(os.Stdin.Fd()),
	}
	e.args = args
	defer e.interruptible()()

	verb, err := parse(withSigns(withDefaultVerb(args, e.outTTY)), e)
	if err != nil {
		e.notes.fail(err)
		return code(result{}, err)
	}
	res, err := verb.run(e)
	e.notes.clear()
	if err != nil {
		e.notes.fail(err)
	}
	for _, why := range res.incomplete {
		e.notes.say("incomplete: %s", why)
	}
	return code(res, err)
}

// withDefaultVerb makes `straycell` on a terminal, and `straycell --radio …`, mean watch.
func withDefaultVerb(args []string, terminal bool) []string {
	switch {
	case len(args) == 0 && !terminal:
		return args
	case len(args) == 0, strings.HasPrefix(args[0], "-") && !slices.Contains([]string{"-h", "--help", "--version"}, args[0]):
		return append([]string{"watch"}, args...)
	}
	return args
}

// withSigns ties negative numbers to their flag: `--ppm -31` looks like two flags to the parser.
func withSigns(args []string) []string {
	var out []string
	for _, a := range args {
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1], "--") && len(a) > 1 && a[0] == '-' && strings.ContainsRune("0123456789.", rune(a[1])) {
			out[n-1] += "=" + a
		} else {
			out = append(out, a)
		}
	}
	return out
}

// env is what a verb sees of the world around the program.
type env struct {
	ctx    context.Context // ends with the first SIGINT, SIGTERM or SIGHUP
	in     *os.File
	out    *os.File
	notes  *notes // stderr
	getenv func(string) string
	outTTY bool // someone reads stdout and has a keyboard

	force     *known.Set // the lists in force, once read
	forceRead bool
	hungUp    <-chan struct{}        // closed once the terminal went away
	survives  atomic.Bool            // that does not end what is done
	hangup    atomic.Pointer[func()] // what SIGHUP asks a service for, which has no terminal; nil: it is none
	signals   chan<- os.Signal
	args      []string // as typed

	endless bool // nothing but the user ends what is done: a radio that goes away is waited for
}

// interruptible makes a context that ends with the first SIGINT or SIGTERM, or when the terminal goes away unless what is done
// survives that, so that what was found is printed; the second signal ends the program at once.
func (e *env) interruptible() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	hungUp := make(chan struct{})
	e.ctx, e.hungUp = ctx, hungUp
	signals := make(chan os.Signal, 2)
	e.signals = signals
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		gone := false
		for n := 0; n < 2; {
			s := <-signals
			if do := e.hangup.Load(); s == syscall.SIGHUP && do != nil {
				(*do)()
				continue
			}
			if s == syscall.SIGHUP && !gone {
				gone = true
				close(hungUp)
			}
			if s == syscall.SIGHUP && e.survives.Load() {
				continue
			}
			n++
			cancel()
		}
		os.Exit(exitInterrupted)
	}()
	return cancel
}
