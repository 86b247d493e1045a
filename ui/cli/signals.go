package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"parallax/runner"
	"parallax/ui/cli/session"
)

// interrupt is the reason of a run that a signal ended.
type interrupt struct{ sig syscall.Signal }

func (i *interrupt) Error() string { return "interrupted by " + signalName(i.sig) }

// status is the exit status that tells a shell which signal it was.
func (i *interrupt) status() int { return 128 + int(i.sig) }

func signalName(s syscall.Signal) string {
	for name, sig := range map[string]syscall.Signal{
		"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP, "SIGQUIT": syscall.SIGQUIT,
	} {
		if sig == s {
			return name
		}
	}
	return s.String()
}

// ending is what signals do to a run: the first cancels its jobs, the second kills
// them, the third does not wait for that.
type ending struct {
	stage *session.Stage
	say   func(string) // nil to say nothing
	sigs  chan os.Signal
	quit  chan struct{}
	wg    sync.WaitGroup

	mu    sync.Mutex
	first *interrupt
	count int
	last  syscall.Signal // and when it came
	came  time.Time
}

// watchSignals lets signals end the runs of a stage, until stop is called. A broken pipe becomes an
// error of the write instead of the end of the program; it is not ignored, because ignoring it
// would be passed on to the jobs.
func watchSignals(stage *session.Stage, say func(string)) *ending {
	e := &ending{stage: stage, say: say, sigs: make(chan os.Signal, 4), quit: make(chan struct{})}
	for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE} {
		if !signal.Ignored(sig) || sig == syscall.SIGPIPE { // ignored under nohup, or in the background of a script
			signal.Notify(e.sigs, sig)
		}
	}
	e.wg.Go(e.watch)
	return e
}

func (e *ending) watch() {
	for {
		select {
		case <-e.quit:
			return
		case s := <-e.sigs:
			if sig, ok := s.(syscall.Signal); ok && sig != syscall.SIGPIPE {
				e.take(sig)
			}
		}
	}
}

// together is within what time the same signal means the same: timeout(1) sends one to the program and
// at once another to its group, and nobody has pressed a key twice.
const together = 100 * time.Millisecond

func (e *ending) take(sig syscall.Signal) {
	e.mu.Lock()
	now := time.Now()
	if sig == e.last && now.Sub(e.came) < together {
		e.mu.Unlock()
		return
	}
	e.last, e.came = sig, now
	e.count++
	count := e.count
	if e.first == nil {
		e.first = &interrupt{sig}
	}
	cause := e.first
	e.mu.Unlock()
	switch count {
	case 1:
		e.tell(signalName(sig) + ": ending the jobs; once more kills them")
		e.stage.Cancel(cause)
	case 2:
		e.tell(signalName(sig) + " again: killing the jobs")
		e.stage.KillNow()
	default:
		e.stage.Abandon()
	}
}

func (e *ending) tell(text string) {
	if e.say != nil {
		e.say(text)
	}
}

// stop ends the watching and returns the first signal that ended the runs, or nil.
func (e *ending) stop() *interrupt {
	signal.Stop(e.sigs)
	close(e.quit)
	e.wg.Wait()
	return e.first
}

// reportPanic says that parallax itself has failed, and what to pass on.
func reportPanic(w io.Writer, p any) int {
	stack := debug.Stack()
	if broken, ok := p.(*session.PanicError); ok {
		p, stack = broken.Value, broken.Stack
	}
	fmt.Fprintf(w, "parallax: a fault in parallax itself: %v\nPlease report it with this:\n%s", p, stack)
	return exitPanic
}

// verdict is the exit status of runs that have ended.
func verdict(states []runner.State) int {
	for i := range states {
		if st := &states[i]; st.Count(runner.Succeeded) < len(st.Tasks) {
			return exitFailed
		}
	}
	return exitOK
}

// isBrokenPipe reports whether who read the output has gone.
func isBrokenPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
