//go:build unix

package python

import (
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"parallax/runner"
)

// deaf is a script that keeps the GIL in C code until its interpreter is ended: nobody reads commands. Asked
// to end before it has begun to, it does not mind.
const deaf = "import ctypes, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\nctypes.PyDLL(None).sleep(1000)"

// fill sends an interpreter more than the connection to it holds and fails if that waits.
func (r *running) fill() {
	r.b.t.Helper()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for range 20000 {
			if err := errors.Join(r.Pause(), r.Resume(), r.Stop(runner.Ask)); err != nil {
				r.b.t.Error(err)
				return
			}
		}
	}()
	select {
	case <-sent:
	case <-time.After(patience):
		r.b.t.Error("who pauses, resumes and ends a script waits for its interpreter to read that")
		if err := r.host.kill("the test is over"); err != nil {
			r.b.t.Error(err)
		}
		<-sent
	}
}

func TestNobodyWaitsForAnInterpreterThatDoesNotRead(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	r := b.script(deaf)
	r.says("ready")
	r.fill()
	r.stop(runner.Kill)
	r.stop(runner.Kill)
	if exit := r.wait(); exit.Signal != "SIGKILL" {
		t.Errorf("%+v", exit)
	}
}

func TestALaunchIntoAnInterpreterThatDoesNotReadIsCalledOffAndLeavesNothingOpen(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	stuck := b.script(deaf)
	stuck.says("ready")
	stuck.fill()
	if t.Failed() {
		return
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	spec := runner.Spec{Run: "r", Task: 9, Try: 1, Slot: 2, Stdout: in, Stderr: in, Job: runner.Job{Script: b.write("late.py", "print('late')")}}
	if _, err := b.launcher.Launch(ctx, spec); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	in.Close()
	stuck.stop(runner.Kill)
	stuck.stop(runner.Kill)
	stuck.wait()
	if err := out.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(out); err != nil || len(text) > 0 {
		t.Errorf("what was to be handed over is still open: %q %v", text, err)
	}
}

func TestClosingEndsAnInterpreterThatDoesNotRead(t *testing.T) {
	b := newBench(t, newest(t, "3.12"))
	r := b.script(deaf)
	r.says("ready")
	r.fill()
	r.host.close()
	if exit := r.wait(); exit.Signal != "SIGKILL" {
		t.Errorf("%+v", exit)
	}
}
