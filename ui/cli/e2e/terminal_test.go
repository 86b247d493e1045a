//go:build linux || darwin

package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// Keys as a terminal sends them.
const (
	enter, esc, tab, ctrlC = "\r", "\x1b", "\t", "\x03"
	up, down, right, left  = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
	pageUp, pageDown       = "\x1b[5~", "\x1b[6~"
)

// size is that of a terminal, in columns and rows.
type size struct{ cols, rows int }

// terminal is the program in a pseudo-terminal.
type terminal struct {
	*place
	cmd           *exec.Cmd
	master, slave *os.File
	cooked        unix.Termios // as it was before the program
	exited        chan struct{}
	drained       chan struct{}

	mu      sync.Mutex
	emu     *emulator
	raw     []byte
	changed chan struct{} // closed and replaced whenever the screen may have changed
}

// start starts the program in a terminal of its own. It is killed at the end of the test if it is
// still there then.
func (p *place) start(at size, args ...string) *terminal {
	p.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		p.t.Fatal(err)
	}
	tm := &terminal{
		place: p, master: master, slave: slave,
		exited: make(chan struct{}), drained: make(chan struct{}), changed: make(chan struct{}),
	}
	tm.emu = newEmulator(at.cols, at.rows, func(b []byte) { _, _ = master.Write(b) })
	tm.setSize(at)
	state, err := unix.IoctlGetTermios(int(slave.Fd()), getTermios)
	if err != nil {
		p.t.Fatal(err)
	}
	tm.cooked = *state
	tm.cmd = exec.Command(p.bin, args...)
	tm.cmd.Dir, tm.cmd.Env = p.dir, p.env
	tm.cmd.Stdin, tm.cmd.Stdout, tm.cmd.Stderr = slave, slave, slave
	tm.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := tm.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go tm.read()
	go func() {
		_ = tm.cmd.Wait() // its status is in ProcessState
		close(tm.exited)
	}()
	p.t.Cleanup(func() {
		_ = tm.cmd.Process.Kill()
		<-tm.exited
		slave.Close()
		<-tm.drained
		master.Close()
		if p.t.Failed() {
			p.t.Logf("parallax %s, the last screen:\n%s", strings.Join(args, " "), tm.screen())
		}
	})
	return tm
}

// read feeds the emulator until the terminal is closed.
func (tm *terminal) read() {
	defer close(tm.drained)
	buf := make([]byte, 1<<16)
	for {
		n, err := tm.master.Read(buf)
		tm.mu.Lock()
		tm.raw = append(tm.raw, buf[:n]...)
		_, _ = tm.emu.Write(buf[:n])
		close(tm.changed)
		tm.changed = make(chan struct{})
		tm.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (tm *terminal) setSize(at size) {
	tm.t.Helper()
	err := pty.Setsize(tm.master, &pty.Winsize{Rows: uint16(at.rows), Cols: uint16(at.cols)})
	if err != nil {
		tm.t.Fatal(err)
	}
}

// resize changes the size of the terminal, of which the program is told by the system.
func (tm *terminal) resize(at size) {
	tm.t.Helper()
	tm.mu.Lock()
	tm.emu.resize(at.cols, at.rows)
	tm.mu.Unlock()
	tm.setSize(at)
}

// keys types keys, one after the other in one go.
func (tm *terminal) keys(keys ...string) {
	tm.t.Helper()
	if _, err := tm.master.WriteString(strings.Join(keys, "")); err != nil {
		tm.t.Fatal(err)
	}
}

// screen is what the terminal shows now.
func (tm *terminal) screen() screen {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.emu.screen()
}

// written is everything that the program has written so far.
func (tm *terminal) written() []byte {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return bytes.Clone(tm.raw)
}

// waitFor waits until the screen satisfies holds, and returns it.
func (tm *terminal) waitFor(what string, holds func(screen) bool) screen {
	tm.t.Helper()
	return tm.waitLong(patience, what, holds)
}

func (tm *terminal) waitLong(most time.Duration, what string, holds func(screen) bool) screen {
	tm.t.Helper()
	late := time.NewTimer(most)
	defer late.Stop()
	over := tm.drained
	for {
		tm.mu.Lock()
		s, changed := tm.emu.screen(), tm.changed
		tm.mu.Unlock()
		if holds(s) {
			return s
		}
		select {
		case <-changed:
		case <-over:
			over = nil
		case <-tm.exited:
			tm.t.Fatalf("the program ended (%v) while waiting for %s", tm.cmd.ProcessState, what)
		case <-late.C:
			tm.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// see waits until a row of the screen holds all of the texts.
func (tm *terminal) see(texts ...string) screen {
	tm.t.Helper()
	return tm.waitFor(fmt.Sprintf("%q", texts), func(s screen) bool { return s.has(texts...) })
}

// unsee waits until no row of the screen holds all of the texts.
func (tm *terminal) unsee(texts ...string) screen {
	tm.t.Helper()
	return tm.waitFor(fmt.Sprintf("no %q", texts), func(s screen) bool { return !s.has(texts...) })
}

// inPane waits until the pane of a job holds a text.
func (tm *terminal) inPane(name, text string) screen {
	tm.t.Helper()
	return tm.waitFor(fmt.Sprintf("%q in the pane %q", text, name), func(s screen) bool { return s.pane(name).has(text) })
}

// fits waits until the screen is a whole dashboard, and returns it.
func (tm *terminal) fits() screen {
	tm.t.Helper()
	var err error
	defer func() {
		if tm.t.Failed() {
			tm.t.Log(err)
		}
	}()
	return tm.waitFor("a screen that fits", func(s screen) bool { err = s.fits(); return err == nil })
}

// signal sends a signal to the program alone.
func (tm *terminal) signal(sig syscall.Signal) {
	tm.t.Helper()
	if err := tm.cmd.Process.Signal(sig); err != nil {
		tm.t.Fatal(err)
	}
}

// wait waits for the end of the program and returns its status.
func (tm *terminal) wait() *os.ProcessState {
	tm.t.Helper()
	select {
	case <-tm.exited:
	case <-time.After(patience):
		tm.t.Fatal("the program does not end")
	}
	return tm.cmd.ProcessState
}

// ends waits for the end of the program and checks its exit status, that the terminal is as it was,
// that no process is left, and that the run can be read back.
func (tm *terminal) ends(status int) {
	tm.t.Helper()
	tm.leaves(status)
	if len(tm.shown().Jobs) == 0 {
		tm.t.Error("the run that was read back has no jobs")
	}
}

// leaves is ends for what makes no run of its own.
func (tm *terminal) leaves(status int) {
	tm.t.Helper()
	if got := tm.wait(); got.ExitCode() != status {
		tm.t.Errorf("the program ended with %v, want exit status %d", got, status)
	}
	if err := tm.restored(); err != nil {
		tm.t.Error(err)
	}
	if err := tm.gone(nil, patience/4); err != nil {
		tm.t.Error(err)
	}
}

// restored reports what of the terminal the program has left changed.
func (tm *terminal) restored() error {
	state, err := unix.IoctlGetTermios(int(tm.slave.Fd()), getTermios)
	if err != nil {
		return err
	}
	tm.slave.Close()
	select { // all that was written is to be read first
	case <-tm.drained:
	case <-time.After(patience):
		return errors.New("the terminal is still held by a process")
	}
	s := tm.screen()
	var errs []error
	if *state != tm.cooked {
		errs = append(errs, fmt.Errorf("the terminal's settings are %+v, were %+v", *state, tm.cooked))
	}
	for mode, what := range map[int]string{
		1049: "the alternate screen", 1000: "the mouse", 1002: "the mouse", 1003: "the mouse", 1006: "the mouse", 2004: "bracketed paste",
	} {
		if s.modes[mode] {
			errs = append(errs, fmt.Errorf("mode %d (%s) is still on", mode, what))
		}
	}
	if !s.modes[25] {
		errs = append(errs, errors.New("the cursor is still hidden"))
	}
	if s.has("a fault in parallax") || s.has("panic") || s.has("goroutine ") {
		errs = append(errs, fmt.Errorf("the program broke:\n%v", s))
	}
	return errors.Join(errs...)
}
