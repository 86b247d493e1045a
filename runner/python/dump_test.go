//go:build unix

package python

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"parallax/runner"
)

// reused is the handle of a process whose number another gets as soon as it is given free.
type reused struct {
	runner.Handle
	free func()
}

func (reused) Stop(runner.Stop) error { return nil }

func (r reused) Wait() runner.Exit {
	r.free()
	return runner.Exit{}
}

func TestAProcessThatGotTheNumberIsNotAskedWhereItsThreadsAre(t *testing.T) {
	other := exec.Command("sleep", "1000") // which the signal would end
	if err := other.Start(); err != nil {
		t.Skip("needs sleep: ", err)
	}
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{id: runner.Identity{PID: other.Process.Pid}, out: out, dead: make(chan struct{})}
	asked := false
	e.process = reused{free: func() {
		asked = true
		if err := e.dump(); !errors.Is(err, errHostOver) {
			t.Errorf("dump: %v", err)
		}
	}}
	e.end(nil)
	if !asked {
		t.Error("it was never waited for")
	}
	if err := other.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = other.Wait()
	if status := other.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		t.Errorf("the other process was ended by %v", status.Signal())
	}
}
