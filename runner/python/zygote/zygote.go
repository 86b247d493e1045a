package zygote

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"parallax/runner"
	"parallax/runner/python/wire"
)

const (
	// importPatience is how long the start of an interpreter and any one import may take.
	importPatience = 60 * time.Second
	// endPatience is how long a zygote may take to end when it is told to.
	endPatience = 2 * time.Second
)

// zygote is an interpreter that forks scripts. Its methods may be called from any goroutine. One
// goroutine owns what comes from it, and ends when it does.
type zygote struct {
	modules []string // that it has imported, as asked for or found
	process runner.Handle
	conn    *wire.Conn
	out     *os.File // what modules print while they are imported

	mu       sync.Mutex
	last     int
	births   map[int]*birth // by the number of the request
	children map[int]*child // by process, until they are reaped
	over     bool

	done chan struct{} // closed when its process is over
	how  string        // how that ended; to be read once done is closed
}

// birth is a fork that was asked for.
type birth struct {
	answer chan born // has room for one
	orphan bool      // nobody waits for the answer any more
}

type born struct {
	child *child
	err   error
}

// unfit says why a zygote cannot be had with a module.
type unfit struct {
	module, why string
	auto        bool // it was found in a script, and can be left out
}

// barren is why an interpreter that had started could not be used: another would fare no better.
type barren struct{ error }

func (e barren) Unwrap() error { return e.error }

func (e *unfit) Error() string {
	return fmt.Sprintf("preload: %s %s: leave it out of preload", e.module, e.why)
}

// start starts a zygote and returns when it has imported everything. The error is an [unfit] if a
// module is to blame.
func start(ctx context.Context, processes runner.Launcher, spec runner.Spec, want orders) (*zygote, error) {
	conn, theirs, err := wire.Pair("zygote")
	if err != nil {
		return nil, err
	}
	z := &zygote{conn: conn, births: map[int]*birth{}, children: map[int]*child{}, done: make(chan struct{})}
	if z.out, err = unnamedFile(); err != nil {
		theirs.Close()
		_ = conn.Close()
		return nil, err
	}
	spec.Stdout, spec.Stderr, spec.Extra = z.out, z.out, []*os.File{theirs}
	z.process, err = processes.Launch(ctx, spec)
	theirs.Close() // now, so that the connection ends with the process
	if err != nil {
		_ = conn.Close()
		z.out.Close()
		return nil, err
	}
	lines := conn.Lines(longestLine)
	if err := z.prepare(ctx, lines, want); err != nil {
		z.end(nil)
		if ctx.Err() == nil {
			err = barren{err}
		}
		return nil, err
	}
	go z.read(lines)
	return z, nil
}

// prepare has the modules imported.
func (z *zygote) prepare(ctx context.Context, lines *bufio.Scanner, want orders) error {
	// Only the reading and writing here obey ctx.
	stop := context.AfterFunc(ctx, func() { _ = z.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	line, err := json.Marshal(want)
	if err != nil {
		return err
	}
	doing := "it started"
	for first := true; ; first = false {
		if err := z.conn.SetDeadline(time.Now().Add(importPatience)); err != nil {
			return err
		}
		if ctx.Err() != nil { // it may have been before the deadline was set anew
			return context.Cause(ctx)
		}
		if first {
			if _, err := z.conn.Write(append(line, '\n')); err != nil {
				return z.silent(ctx, doing, err)
			}
		}
		if !lines.Scan() {
			return z.silent(ctx, doing, lines.Err())
		}
		ev, err := decode(lines.Bytes())
		switch {
		case err != nil:
			return err
		case ev.Type == "importing":
			doing = "it imported " + ev.Module
		case ev.Type == "unfit":
			return &unfit{ev.Module, ev.Why, ev.Auto}
		case ev.Type == "hello" && ev.Protocol == protocol:
			z.modules = ev.Modules
			if !stop() {
				return context.Cause(ctx)
			}
			return z.conn.SetDeadline(time.Time{})
		default:
			return fmt.Errorf("preload: the interpreter began with %q, version %d, not with a hello of version %d", ev.Type, ev.Protocol, protocol)
		}
	}
}

// silent says why nothing came from the interpreter while it did something.
func (z *zygote) silent(ctx context.Context, doing string, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("preload: nothing was heard of the interpreter for %v while %s", importPatience, doing)
	}
	if said := z.printed(); said != "" {
		return fmt.Errorf("preload: the interpreter ended while %s: %s", doing, said)
	}
	return fmt.Errorf("preload: the interpreter ended while %s", doing)
}

// printed returns the last line that the interpreter, or a module, has printed.
func (z *zygote) printed() string {
	const end = 4 << 10
	info, err := z.out.Stat()
	if err != nil {
		return ""
	}
	data, err := io.ReadAll(io.NewSectionReader(z.out, max(0, info.Size()-end), end))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// read is the owner of what comes from the zygote. What goes to it is another's work: the zygote might
// wait for us to read while we wait for it to do so.
func (z *zygote) read(lines *bufio.Scanner) {
	defer close(z.done)
	var writing sync.WaitGroup
	writing.Go(z.conn.Deliver)
	defer writing.Wait()
	var fault error
	for fault == nil && lines.Scan() {
		var ev event
		if ev, fault = decode(lines.Bytes()); fault == nil {
			z.take(ev)
		}
	}
	if fault == nil {
		fault = lines.Err()
	}
	z.end(fault)
}

// take passes on one message.
func (z *zygote) take(ev event) {
	z.mu.Lock()
	defer z.mu.Unlock()
	switch ev.Type {
	case "forked":
		c := &child{zygote: z, pid: ev.PID, ended: make(chan struct{}), reaped: make(chan event, 1)}
		z.children[ev.PID] = c
		b := z.births[ev.ID]
		delete(z.births, ev.ID)
		if b == nil || b.orphan {
			c.unwanted = true
			killGroup(c.pid)
			return
		}
		b.answer <- born{child: c}
	case "error":
		if b := z.births[ev.ID]; b != nil {
			delete(z.births, ev.ID)
			b.answer <- born{err: errors.New(ev.Why)}
		}
	case "ended":
		if c := z.children[ev.PID]; c != nil {
			close(c.ended)
			if c.unwanted {
				_ = z.conn.Send(command{Type: "reap", PID: c.pid}) // one that has ended needs no telling
			}
		}
	case "reaped":
		if c := z.children[ev.PID]; c != nil {
			delete(z.children, ev.PID)
			c.reaped <- ev
		}
	}
}

// end ends the process, if it has not ended, and tells all who wait.
func (z *zygote) end(fault error) {
	z.mu.Lock()
	z.over = true
	z.mu.Unlock()
	// Its end of the connection is closed, or it makes no sense: it is gone, or of no use.
	_ = z.process.Stop(runner.Kill)
	exit := z.process.Wait()
	_ = z.conn.Close()
	z.mu.Lock()
	z.how = how(exit, fault)
	if said := z.printed(); said != "" && exit.Signal == "" {
		z.how += ": " + said
	}
	for id, b := range z.births {
		delete(z.births, id)
		b.answer <- born{err: errors.New(z.how)}
	}
	z.mu.Unlock()
	z.out.Close()
}

func how(exit runner.Exit, fault error) string {
	switch {
	case fault != nil:
		return fault.Error()
	case exit.Signal != "":
		return "the preloaded interpreter ended by " + exit.Signal
	case exit.Reason != "":
		return exit.Reason
	}
	return fmt.Sprintf("the preloaded interpreter ended with exit status %d", exit.Code)
}

var errOver = errors.New("the preloaded interpreter has ended")

// fork starts a script and returns when it has a process of its own.
func (z *zygote) fork(ctx context.Context, run runCommand, files []*os.File) (*child, error) {
	b := &birth{answer: make(chan born, 1)}
	z.mu.Lock()
	if z.over {
		z.mu.Unlock()
		return nil, errOver
	}
	z.last++
	id := z.last
	z.births[id] = b
	z.mu.Unlock()
	if err := z.conn.Send(command{Type: "run", ID: id, runCommand: &run}, files...); err != nil {
		if !errors.Is(err, wire.ErrClosed) { // out of descriptors, maybe: others can be forked all the same
			z.mu.Lock()
			defer z.mu.Unlock()
			delete(z.births, id)
			return nil, err
		}
		<-z.done // which says why
		return nil, errors.New(z.how)
	}
	select {
	case got := <-b.answer:
		return got.child, got.err
	case <-ctx.Done():
	}
	z.mu.Lock()
	b.orphan = true
	z.mu.Unlock()
	select {
	case got := <-b.answer: // it came first
		if got.child != nil {
			got.child.drop()
		}
	default:
	}
	return nil, context.Cause(ctx)
}

// alive reports whether scripts can be forked.
func (z *zygote) alive() bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	return !z.over
}

// close ends the zygote and waits until it is gone.
func (z *zygote) close() {
	_ = z.conn.Send(command{Type: "shutdown"}) // one that has ended needs no telling
	timer := time.NewTimer(endPatience)
	defer timer.Stop()
	select {
	case <-z.done:
	case <-timer.C:
		_ = z.process.Stop(runner.Kill)
		<-z.done
	}
}

// unnamedFile makes a file that is gone when it is closed.
func unnamedFile() (*os.File, error) {
	f, err := os.CreateTemp("", "parallax-preload-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
