package goroutine

import (
	"context"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

func TestAJobIsBoundToItsCoresAndNobodyElseIs(t *testing.T) {
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(os.Getpid(), &before); err != nil {
		t.Fatal(err)
	}
	core := 0
	for !before.IsSet(core) {
		core++
	}
	job := runner.Job{Workload: "sleep", CPUs: []int{core}}
	if err := New().Check(job); err != nil {
		t.Fatal(err)
	}
	r := launch(t, New(), job)
	var got, after unix.CPUSet
	if err := unix.SchedGetaffinity(r.Identity().TID, &got); err != nil {
		t.Fatal(err)
	}
	if got.Count() != 1 || !got.IsSet(core) {
		t.Errorf("may use %d cores, want core %d only", got.Count(), core)
	}
	if err := unix.SchedGetaffinity(os.Getpid(), &after); err != nil || after != before {
		t.Errorf("the program's own cores have changed (error %v)", err)
	}
	other := launch(t, New(), runner.Job{Workload: "sleep"})
	if err := unix.SchedGetaffinity(other.Identity().TID, &got); err != nil || got != before {
		t.Errorf("another job is bound to %d cores (error %v)", got.Count(), err)
	}
	if h, err := New().Launch(t.Context(), runner.Spec{Job: runner.Job{Workload: "sleep", CPUs: []int{1000}}}); err == nil || h != nil {
		t.Errorf("launched on a core that does not exist: %v, %v", h, err)
	}
}

func TestWhatTheThreadDidBeforeIsNotTheJobs(t *testing.T) {
	h := &handle{task: &task{gate: newGate()}, done: make(chan struct{})}
	onThread(func() {
		defer close(h.done)
		for threadUsage().CPU() < 100*time.Millisecond { // as if Go had used it for something else
		}
		h.run(context.Background(), func(context.Context, *task) error { return nil })
	})
	if u := h.Wait().Usage; !u.Known || u.CPU() > 50*time.Millisecond {
		t.Errorf("a job that does nothing has used %v", u.CPU())
	}
}
