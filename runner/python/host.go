package python

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"sync"
	"time"

	"parallax/runner"
)

// startPatience is how long an interpreter may take to say hello. On a busy machine with a cold
// disk it may take seconds.
const startPatience = 60 * time.Second

// endPatience is how long an interpreter may take to end when nothing runs in it any more.
const endPatience = 2 * time.Second

var errHostOver = errors.New("the interpreter has ended")

// Host is one interpreter that runs scripts as threads. Its methods may be called from any
// goroutine. One goroutine owns what comes from the interpreter; it ends when the interpreter does.
type Host struct {
	facts   Facts
	process runner.Handle
	id      runner.Identity // of the process
	conn    *net.UnixConn
	out     *os.File // what the interpreter itself prints, and C code in it

	writing sync.Mutex // held while a command is sent

	mu      sync.Mutex
	slots   map[int]*Task
	idents  map[uint64]*Task // by Python's own number of each thread
	last    int              // slot and request numbers that were given out
	answers map[int]chan event
	over    bool
	blame   string // why we ended the interpreter, or ""

	done chan struct{} // closed when the process is over and all of its tasks know
}

// start starts an interpreter. processes runs it; ctx bounds the starting.
func start(ctx context.Context, interpreter string, processes runner.Launcher, spec runner.Spec) (*Host, error) {
	conn, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", interpreter, err)
	}
	h := &Host{
		conn: conn, slots: map[int]*Task{}, idents: map[uint64]*Task{}, answers: map[int]chan event{}, done: make(chan struct{}),
	}
	if h.out, err = unnamedFile(); err != nil {
		theirs.Close()
		_ = conn.Close()
		return nil, fmt.Errorf("start %s: %w", interpreter, err)
	}
	spec.Job.Argv = []string{interpreter, "-c", bootstrap()}
	spec.Stdout, spec.Stderr, spec.Extra = h.out, h.out, []*os.File{theirs}
	h.process, err = processes.Launch(ctx, spec)
	theirs.Close() // now, so that the connection ends with the process
	if err != nil {
		_ = conn.Close()
		h.out.Close()
		return nil, err
	}
	h.id = h.process.Identity()
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, 4096), longestLine)
	if err := h.handshake(ctx, lines); err != nil {
		said := h.end(err)
		return nil, fmt.Errorf("start %s: %w", interpreter, said)
	}
	go h.read(lines)
	return h, nil
}

// handshake sends the host its program and waits for its hello.
func (h *Host) handshake(ctx context.Context, lines *bufio.Scanner) error {
	deadline := time.Now().Add(startPatience)
	if err := h.conn.SetDeadline(deadline); err != nil {
		return err
	}
	// Only the reading and writing here obey ctx.
	stop := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := h.conn.Write(program()); err != nil {
		return h.silent(ctx, err)
	}
	if !lines.Scan() {
		return h.silent(ctx, lines.Err())
	}
	hello, err := decode(lines.Bytes())
	if err != nil {
		return err
	}
	if err := hello.greet(); err != nil {
		return err
	}
	if !stop() {
		return context.Cause(ctx)
	}
	h.facts = hello.Facts
	return h.conn.SetDeadline(time.Time{})
}

func (h *Host) silent(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("it did not say hello within %v", startPatience)
	}
	return errors.New("it ended before it said hello")
}

// read is the owner of what comes from the interpreter.
func (h *Host) read(lines *bufio.Scanner) {
	defer close(h.done)
	var fault error
	for fault == nil && lines.Scan() {
		var ev event
		if ev, fault = decode(lines.Bytes()); fault == nil {
			h.take(ev)
		}
	}
	if fault == nil {
		fault = lines.Err()
	}
	_ = h.end(fault)
}

// take passes on one message.
func (h *Host) take(ev event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if answer := h.answers[ev.ID]; answer != nil && ev.ID != 0 {
		delete(h.answers, ev.ID)
		answer <- ev // it has room for one
	}
	t := h.slots[ev.Slot]
	if t == nil {
		return
	}
	switch ev.Type {
	case "started", "refused":
		t.begun(ev)
		h.idents[ev.Ident] = t
	case "thread":
		if ev.Up {
			h.idents[ev.Ident] = t
		} else {
			delete(h.idents, ev.Ident)
		}
	case "exit":
		t.finished(exitOf(ev))
	case "error":
		t.refused(ev.Why)
	}
	if ev.Type == "refused" || ev.Type == "exit" {
		delete(h.slots, ev.Slot)
		maps.DeleteFunc(h.idents, func(_ uint64, of *Task) bool { return of == t })
	}
}

// end ends the process, if it has not ended, and tells all tasks. It returns what was wrong.
func (h *Host) end(fault error) error {
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	// Its end of the connection is closed, or it makes no sense: it is gone, or of no use. What its
	// scripts have started goes with it.
	_ = h.process.Stop(runner.Kill)
	exit := h.process.Wait()
	_ = h.conn.Close()
	said := h.printed(0)
	h.out.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	crash := crashOf(exit, said, h.blame, fault)
	crash.culprit = h.idents[crash.ident]
	for _, t := range h.slots {
		t.lost(crash)
	}
	clear(h.slots)
	for id, answer := range h.answers {
		delete(h.answers, id)
		close(answer)
	}
	return crash.start(fault)
}

// send writes one command, with descriptors beside it.
func (h *Host) send(c command, files ...*os.File) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	if err := writeWith(h.conn, append(line, '\n'), files); err != nil {
		return errHostOver // its reason comes with the end of its tasks
	}
	return nil
}

// ask sends a command and returns where its answer will come. The channel is closed without one when
// the interpreter ends. forget must be called by who waits no longer.
func (h *Host) ask(c command) (answer <-chan event, forget func(), err error) {
	ch := make(chan event, 1)
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		return nil, nil, errHostOver
	}
	h.last++
	c.ID = h.last
	h.answers[c.ID] = ch
	h.mu.Unlock()
	forget = func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.answers, c.ID)
	}
	if err := h.send(c); err != nil {
		forget()
		return nil, nil, err
	}
	return ch, forget, nil
}

// kill ends the interpreter and all scripts in it. why is told to those that it takes along.
func (h *Host) kill(why string) error {
	h.mu.Lock()
	if h.blame == "" {
		h.blame = why
	}
	h.mu.Unlock()
	return h.process.Stop(runner.Kill)
}

// Facts says what the interpreter is.
func (h *Host) Facts() Facts { return h.facts }

// alive reports whether scripts can be started.
func (h *Host) alive() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.over
}

// printed returns what the interpreter itself has printed from an offset on, at most 1 MiB.
func (h *Host) printed(from int64) string {
	data, err := io.ReadAll(io.NewSectionReader(h.out, from, 1<<20))
	if err != nil {
		return ""
	}
	return string(data)
}

// close ends the interpreter in peace and waits until it is gone.
func (h *Host) close() {
	_ = h.send(command{Type: "shutdown"}) // one that has ended needs no telling
	timer := time.NewTimer(endPatience)
	defer timer.Stop()
	select {
	case <-h.done:
	case <-timer.C:
		_ = h.kill("it did not end when it was told to")
		<-h.done
	}
}

// unnamedFile makes a file that is gone when it is closed.
func unnamedFile() (*os.File, error) {
	f, err := os.CreateTemp("", "parallax-python-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
