package python

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parallax/runner"
)

// engine is a process in which scripts run, in one interpreter or in several. All that run in it
// share its fate. Its methods may be called from any goroutine.
type engine struct {
	number  int // from 1, among all of a run
	process runner.Handle
	id      runner.Identity // of the process
	out     *os.File        // what the interpreter itself prints, and C code in it
	log     string          // where that is kept in the run's folder, or ""

	dumping chan struct{} // holds one who reads what a signal makes it print: two could not tell theirs apart

	ending atomic.Bool // it is over or about to be: nothing more is started in it

	// mu is taken before the lock of any host, and that before those of its tasks and of the pool.
	mu    sync.Mutex
	hosts []*Host // that are connected
	blame string  // why we ended it, or ""

	reaped bool // its number may be another process's; mu guards it

	fate crash         // how it ended; set before dead is closed
	dead chan struct{} // closed once the process is over
}

// add notes a host that runs in the process.
func (e *engine) add(h *Host) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hosts = append(e.hosts, h)
}

// remove forgets a host that has ended.
func (e *engine) remove(h *Host) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hosts = slices.DeleteFunc(e.hosts, func(other *Host) bool { return other == h })
}

// each calls do with every script that has not ended, until it returns false.
func (e *engine) each(do func(*Task) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, h := range e.hosts {
		if !h.each(do) {
			return
		}
	}
}

// kill ends the process and all scripts in it. why is told to those that it takes along; the first
// reason stands.
func (e *engine) kill(why string) error {
	e.ending.Store(true)
	e.mu.Lock()
	if e.blame == "" {
		e.blame = why
	}
	e.mu.Unlock()
	return e.process.Stop(runner.Kill)
}

// end makes sure that the process is over and finds out how it ended. It is called once, by the owner
// of the connection to its first interpreter.
func (e *engine) end(fault error) {
	// Its end of the connection is closed, or it makes no sense: it is gone, or of no use. What its
	// scripts have started goes with it, but no daemon of theirs, which is its child until it is gone.
	if fault == nil {
		awaitExit(e.id.PID, exitPatience)
	}
	_ = e.process.Stop(runner.Kill)
	e.mu.Lock()
	e.reaped = true
	e.mu.Unlock()
	exit := e.process.Wait() // which gives its number free
	said := e.parting()
	e.out.Close()
	e.mu.Lock()
	e.fate = crashOf(exit, said, e.blame, fault)
	e.mu.Unlock()
	e.accuse()
	close(e.dead)
}

// accuse finds the script that the process ended for, if that can be told.
func (e *engine) accuse() {
	var all, passed []*Task
	e.each(func(t *Task) bool {
		all = append(all, t)
		if e.fate.passes(t) {
			passed = append(passed, t)
		}
		if e.fate.ident != 0 && t.host.idents[e.fate.ident] == t {
			e.fate.culprit = t
		}
		return true
	})
	switch {
	case e.fate.culprit != nil || e.fate.ident != 0:
	case len(passed) == 1:
		e.fate.culprit = passed[0]
	case len(all) == 1 && !e.strays() && !e.fate.foreign():
		e.fate.culprit = all[0]
	}
}

// strays reports whether a script that has ended has left threads behind.
func (e *engine) strays() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(e.hosts, func(h *Host) bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.strays
	})
}

// settle ends the process when all that still runs in it are scripts that were killed and resist.
func (e *engine) settle() {
	var stuck *Task
	free := false
	e.each(func(t *Task) bool {
		t.mu.Lock()
		defer t.mu.Unlock()
		stuck, free = t, !t.resists
		return !free
	})
	if stuck != nil && !free {
		_ = e.kill(fmt.Sprintf("%q did not end when it was killed", stuck.name))
	}
}

// exitPatience is how long an interpreter whose connection has ended may take to exit by itself.
const exitPatience = time.Second

// mostPrinted is how much is read at once of what an interpreter itself prints, in bytes.
const mostPrinted = 1 << 20

// dump makes the process print where its threads are.
func (e *engine) dump() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reaped {
		return errHostOver
	}
	return askToDump(e.id.PID)
}

// parting returns the last of what the interpreter itself has printed: why it ended stands at the end.
func (e *engine) parting() string {
	size, err := e.size()
	if err != nil {
		return ""
	}
	return e.printed(max(0, size-mostPrinted))
}

// printed returns what the interpreter itself has printed from an offset on, at most mostPrinted.
func (e *engine) printed(from int64) string {
	data, err := io.ReadAll(io.NewSectionReader(e.out, from, mostPrinted))
	if err != nil {
		return ""
	}
	return string(data)
}

// size is how much the interpreter itself has printed.
func (e *engine) size() (int64, error) {
	info, err := e.out.Stat()
	if err != nil {
		return 0, errHostOver
	}
	return info.Size(), nil
}

// output opens the file for what an interpreter itself prints: in the run's folder, if there is one.
func output(spec runner.Spec) (f *os.File, log string, err error) {
	if spec.Shared != nil {
		return spec.Shared("python")
	}
	f, err = os.CreateTemp("", "parallax-python-*")
	if err != nil {
		return nil, "", err
	}
	if err := os.Remove(f.Name()); err != nil { // it is gone when it is closed
		f.Close()
		return nil, "", err
	}
	return f, "", nil
}
