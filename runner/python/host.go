package python

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync"
	"time"

	"parallax/runner"
	"parallax/runner/python/wire"
)

// startPatience is how long an interpreter may take to say hello. On a busy machine with a cold
// disk it may take seconds.
const startPatience = 60 * time.Second

// endPatience is how long an interpreter may take to end when nothing runs in it any more.
const endPatience = 2 * time.Second

var errHostOver = errors.New("the interpreter has ended")

// Host is one interpreter that runs scripts as threads: a process, or a subinterpreter in one. Its
// methods may be called from any goroutine. One goroutine owns what comes from the interpreter; it
// ends when the interpreter does.
type Host struct {
	*engine
	facts Facts
	lock  int // names its GIL among all of a run; 0: it has none
	conn  *wire.Conn
	sub   *sub // what it is if it is not the process's first, else nil

	mu      sync.Mutex
	slots   map[int]*Task
	idents  map[uint64]*Task // by Python's own number of each thread
	last    int              // slot and request numbers that were given out
	answers map[int]chan event
	strays  bool // a script that has ended has left threads behind
	over    bool

	done chan struct{} // closed when it is over, all of its tasks know, and nothing of it is left here
}

func newHost(e *engine, conn *wire.Conn) *Host {
	return &Host{
		engine: e, conn: conn, slots: map[int]*Task{}, idents: map[uint64]*Task{}, answers: map[int]chan event{},
		done: make(chan struct{}),
	}
}

// starting is what a new interpreter needs.
type starting struct {
	interpreter string // its path
	processes   runner.Launcher
	spec        runner.Spec // of the process, with what the run offers
	numbers     *numbers
	patience    time.Duration // see vigil
}

// start starts an interpreter as a process. ctx bounds the starting.
func start(ctx context.Context, s starting) (*Host, error) {
	conn, theirs, err := wire.Pair("host")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.interpreter, err)
	}
	e := &engine{number: s.numbers.next(), dumping: make(chan struct{}, 1), dead: make(chan struct{})}
	if e.out, e.log, err = output(s.spec); err != nil {
		theirs.Close()
		_ = conn.Close()
		return nil, fmt.Errorf("start %s: %w", s.interpreter, err)
	}
	spec := s.spec
	spec.Job.Argv = []string{s.interpreter, "-c", bootstrap()}
	spec.Stdout, spec.Stderr, spec.Extra = e.out, e.out, []*os.File{theirs}
	e.process, err = s.processes.Launch(ctx, spec)
	theirs.Close() // now, so that the connection ends with the process
	if err != nil {
		_ = conn.Close()
		e.out.Close()
		return nil, err
	}
	e.id = e.process.Identity()
	h := newHost(e, conn)
	e.add(h)
	lines, err := h.handshake(ctx)
	if err != nil {
		e.end(err)
		_ = conn.Close()
		return nil, fmt.Errorf("start %s: %w", s.interpreter, e.fate.start(err))
	}
	if h.facts.GIL {
		h.lock = e.number
	}
	go h.serve(lines, s.patience)
	return h, nil
}

// handshake sends the host its program and waits for its hello. It returns the rest of what it says.
func (h *Host) handshake(ctx context.Context) (*bufio.Scanner, error) {
	lines := h.conn.Lines(longestLine)
	deadline := time.Now().Add(startPatience)
	if err := h.conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	// Only the reading and writing here obey ctx.
	stop := context.AfterFunc(ctx, func() { _ = h.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if _, err := h.conn.Write(program()); err != nil {
		return nil, h.silent(ctx, err)
	}
	if !lines.Scan() {
		return nil, h.silent(ctx, lines.Err())
	}
	hello, err := decode(lines.Bytes())
	if err != nil {
		return nil, err
	}
	if err := hello.greet(); err != nil {
		return nil, err
	}
	if !stop() {
		return nil, context.Cause(ctx)
	}
	h.facts = hello.Facts
	return lines, h.conn.SetDeadline(time.Time{})
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

// serve is the owner of what comes from the interpreter, to its end.
func (h *Host) serve(lines *bufio.Scanner, patience time.Duration) {
	defer close(h.done)
	var watching, writing sync.WaitGroup
	writing.Go(h.conn.Deliver)
	defer writing.Wait()
	quiet := make(chan struct{})
	watching.Go(func() { h.watch(quiet, patience) })
	fault := h.read(lines)
	close(quiet)
	watching.Wait()
	h.end(fault)
}

// read takes what the interpreter says until that ends, and returns what was wrong with it.
func (h *Host) read(lines *bufio.Scanner) error {
	for lines.Scan() {
		ev, err := decode(lines.Bytes())
		if err != nil {
			return err
		}
		if h.take(ev) {
			h.settle()
		}
		if h.sub != nil && (ev.Type == "exit" || ev.Type == "refused") { // it had one script
			_ = h.send(command{Type: "shutdown"}) // fails only when it is over
		}
	}
	return lines.Err()
}

// take passes on one message. It reports whether a script has ended by it.
func (h *Host) take(ev event) (ended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if answer := h.answers[ev.ID]; answer != nil && ev.ID != 0 {
		delete(h.answers, ev.ID)
		answer <- ev // it has room for one
	}
	t := h.slots[ev.Slot]
	if t == nil {
		return false
	}
	switch ev.Type {
	case "started", "refused":
		t.begun(ev)
		h.thread(t, ev.Ident, ev.TID, ev.Type == "started")
	case "thread":
		h.thread(t, ev.Ident, ev.TID, ev.Up)
	case "warning":
		t.tell(runner.Warning, ev.Code.Name, ev.Text)
	case "stubborn":
		t.tell(runner.Warning, runner.CodeStubborn, ev.Why)
	case "exit":
		t.finished(exitOf(ev))
		h.strays = h.strays || ev.Leftover > 0
	case "error":
		t.refused(ev.Why)
	}
	if ev.Type != "refused" && ev.Type != "exit" {
		return false
	}
	h.drop(t)
	t.leave()
	return true
}

// thread notes that a thread of a script has begun or ended. The lock is held.
func (h *Host) thread(t *Task, ident uint64, tid int, up bool) {
	if up {
		h.idents[ident], t.threads[ident] = t, tid
		return
	}
	delete(h.idents, ident)
	delete(t.threads, ident)
}

// drop forgets a script. The lock is held.
func (h *Host) drop(t *Task) {
	delete(h.slots, t.slot)
	t.mu.Lock()
	delete(h.answers, t.asked)
	t.mu.Unlock()
	maps.DeleteFunc(h.idents, func(_ uint64, of *Task) bool { return of == t })
	clear(t.threads)
}

// each calls do with every script that has not ended, until it returns false. It returns whether it
// never did.
func (h *Host) each(do func(*Task) bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.slots {
		if !do(t) {
			return false
		}
	}
	return true
}

// end sees to it that the interpreter is gone and tells all tasks.
func (h *Host) end(fault error) {
	if h.sub == nil {
		h.ending.Store(true)
	}
	h.mu.Lock()
	h.over = true
	for id, answer := range h.answers {
		delete(h.answers, id)
		close(answer)
	}
	h.mu.Unlock()
	var fate crash
	if h.sub == nil {
		h.engine.end(fault)
		fate = h.fate
	} else {
		fate = h.sub.end(h, fault)
	}
	_ = h.conn.Close()
	h.mu.Lock()
	for _, t := range h.slots {
		t.lost(fate)
		h.drop(t)
	}
	h.mu.Unlock()
	h.remove(h)
}

// alive reports whether scripts can be started.
func (h *Host) alive() bool { return !h.ending.Load() }

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
