package goroutine

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

// folder is a Recorder that keeps logs and no events.
type folder string

func (f folder) Record([]runner.Event) error { return nil }
func (f folder) Dir() string                 { return string(f) }
func (f folder) LogPath(task, try int, stderr bool) string {
	return strconv.Itoa(task) + "." + strconv.Itoa(try) + "." + strconv.FormatBool(stderr)
}

// runAll runs jobs to their end, all at once, and returns the last state and each job's log.
func runAll(t *testing.T, steer func(*runner.Run, *runner.Feed), jobs ...runner.Job) (runner.State, []string) {
	t.Helper()
	for i := range jobs {
		jobs[i].Name = strconv.Itoa(i) + " " + jobs[i].DefaultName()
	}
	launchers := map[runner.Model]runner.Launcher{runner.Goroutines: New()}
	jobs, err := runner.Prepare(jobs, launchers)
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t.TempDir())
	r, err := runner.New(runner.Options{Jobs: jobs, Workers: len(jobs), Recorder: dir, Launchers: launchers})
	if err != nil {
		t.Fatal(err)
	}
	feed := r.Subscribe()
	if steer != nil {
		go steer(r, feed)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	state, err := r.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	logs := make([]string, len(jobs))
	for i := range logs {
		b, _ := os.ReadFile(filepath.Join(string(dir), dir.LogPath(i, 1, false))) // a job that never ran has none
		logs[i] = string(b)
	}
	return state, logs
}

func TestAFailingJobLeavesItsNeighboursAlone(t *testing.T) {
	started := make(chan struct{})
	good := runner.Job{Func: func(_ context.Context, call *runner.Call) error {
		close(started)
		begin := time.Now()
		for time.Since(begin) < 50*time.Millisecond {
			if err := call.Checkpoint(); err != nil {
				return err
			}
		}
		_, err := call.Out.Write([]byte("good\n"))
		return err
	}}
	fine := script(t, "fine.py", "print('fine')")
	state, logs := runAll(t, nil,
		good,
		script(t, "fail.star", "fail('bad input')"),
		script(t, "deep.star", "def f(): return f() + 1\nf()"),
		script(t, "huge.star", "x = [0] * 1000000000000"),
		runner.Job{Func: func(context.Context, *runner.Call) error { <-started; panic("boom") }},
		fine,
	)
	for i, want := range []struct {
		status runner.Status
		reason string
		log    string
	}{
		{runner.Succeeded, "", "good\n"},
		{runner.Failed, "fail.star:1:5: fail: bad input", "Traceback"},
		{runner.Failed, "recursion deeper than 10000 calls", "more calls ..."},
		{runner.Failed, "at most 67108864 can be made at once", "Traceback"},
		{runner.Failed, "panic: boom", "run_test.go"},
		{runner.Succeeded, "", "fine\n"},
	} {
		got := state.Tasks[i]
		if got.Status != want.status || !strings.Contains(got.Reason, want.reason) || !strings.Contains(logs[i], want.log) {
			t.Errorf("task %d: %v %q\n%s", i, got.Status, got.Reason, logs[i])
		}
	}
}

func TestATimeoutEndsALoopAndDoesNotCountPauses(t *testing.T) {
	loop := script(t, "loop.star", "while True: pass")
	loop.Timeout = 60 * time.Millisecond
	held := script(t, "held.star", "sleep(0.3)\nprint('woke')")
	held.Timeout = 10 * time.Second
	cut := script(t, "cut.star", "sleep(1000)")
	state, logs := runAll(t, func(r *runner.Run, feed *runner.Feed) {
		for range feed.Ready() {
			for _, ev := range feed.Take() {
				switch ev := ev.(type) {
				case runner.TaskStarted:
					if ev.Task == 1 {
						r.Do(runner.Pause{Tasks: []int{1}})
					}
					if ev.Task == 2 {
						r.Do(runner.Cancel{Tasks: []int{2}})
					}
				case runner.TaskPaused:
					r.Do(runner.Resume{Tasks: []int{1}})
				case runner.RunEnded:
					return
				}
			}
		}
	}, loop, held, cut)
	if got := state.Tasks[0]; got.Status != runner.Failed || got.Reason != "timed out after 60ms" {
		t.Errorf("loop: %v %q", got.Status, got.Reason)
	}
	if got := state.Tasks[1]; got.Status != runner.Succeeded || logs[1] != "woke\n" || got.Held <= 0 {
		t.Errorf("held: %v %q, held %v, wrote %q", got.Status, got.Reason, got.Held, logs[1])
	}
	if got := state.Tasks[2]; got.Status != runner.Cancelled || got.Reason != "cancelled" {
		t.Errorf("cut: %v %q", got.Status, got.Reason)
	}
}

func TestWhatCannotRunHereIsRefusedBeforeAnythingStarts(t *testing.T) {
	launchers := map[runner.Model]runner.Launcher{runner.Goroutines: New()}
	_, err := runner.Prepare([]runner.Job{
		{Name: "a", Model: runner.Goroutines, Script: "build.sh"},
		{Name: "b", Model: runner.Goroutines, Line: "make"},
	}, launchers)
	want := "job \"a\": build.sh is not Starlark\njob \"b\": make is a command, not Starlark"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
