package process

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// ward is a process that this test forks in the place of a helper.
type ward struct {
	pid  int
	ends chan struct{} // closed when its parent, a helper, has ended; nil if the test is the parent
}

func (w *ward) PID() int { return w.pid }

func (w *ward) Await() {
	if w.ends != nil {
		<-w.ends
		return
	}
	for unix.Waitid(unix.P_PID, w.pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

func (w *ward) Reap() runner.Exit {
	if w.ends != nil {
		return runner.Exit{Code: -1, Lost: true, Reason: "its parent died"}
	}
	c := child{pid: w.pid}
	return c.wait()
}

func (b *bench) adopt(w *ward, job runner.Job) runner.Handle {
	b.t.Helper()
	h, err := b.launcher.Adopt(b.spec(job), w)
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

func TestAnAdoptedProcessIsHeldEndedAndWaitedFor(t *testing.T) {
	b := newBench(t, Options{Name: func(runner.Job) string { return "python 3.13.0" }})
	cmd := exec.CommandContext(context.Background(), "sh", "-c", `sh -c 'echo child $$; while :; do :; done' & wait`)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdout = b.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := b.adopt(&ward{pid: cmd.Process.Pid}, runner.Job{Limits: limits(short)})
	if id := h.Identity(); id.PID != cmd.Process.Pid || !id.Tree || id.Birth == 0 || id.Host != (runner.Host{Name: "python 3.13.0"}) {
		t.Errorf("%+v", id)
	}
	child := b.saysPID("child ")
	if err := h.Pause(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{cmd.Process.Pid, child} {
		eventually(t, "stopped", func() bool { return state(pid) == 'T' })
	}
	if err := h.Resume(); err != nil {
		t.Fatal(err)
	}
	// The leader only: what it leaves behind is the launcher's to end and to name.
	if err := syscall.Kill(cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	exit := h.Wait()
	if exit.Signal != "SIGTERM" || !exit.Usage.Known || !strings.Contains(exit.Note, "left 1 process behind: sh") {
		t.Errorf("%+v", exit)
	}
	if !dead(child) {
		t.Error("the child lives")
	}
}

func TestAnAdoptedProcessThatLosesItsParentIsEndedAndAccountedFor(t *testing.T) {
	b := newBench(t, Options{})
	b.run(runner.Job{Line: "true"}) // from here on the program takes in orphans
	helper := exec.CommandContext(context.Background(), "sh", "-c", `setsid sh -c 'echo child $$; exec sleep 1000' & wait`)
	helper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	helper.Stdout = b.out
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	w := &ward{pid: b.saysPID("child "), ends: make(chan struct{})}
	h := b.adopt(w, runner.Job{})
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // it was killed
	b.run(runner.Job{Line: "true"})
	close(w.ends)
	exit := h.Wait()
	if !exit.Lost || exit.Reason != "its parent died" || exit.Signal != "SIGKILL" || !exit.Usage.Known {
		t.Errorf("%+v", exit)
	}
	if !dead(w.pid) {
		t.Error("it lives")
	}
}
