package costs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"parallax/runner"
	"parallax/runner/goroutine"              //nolint:depguard // jobs are started here as they are in the program
	"parallax/runner/process"                //nolint:depguard // likewise
	"parallax/runner/python"                 //nolint:depguard // likewise
	"parallax/runner/python/which"           //nolint:depguard // likewise
	"parallax/runner/python/which/whichtest" //nolint:depguard // likewise
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes the launchers of the program, as far as they are needed here.
func open() map[runner.Model]runner.Launcher {
	all := python.Models(python.Options{Processes: process.New(process.Options{})})
	all[runner.Goroutines] = goroutine.New()
	all[runner.Processes] = process.New(process.Options{})
	return all
}

// somePython is the newest with a GIL.
func somePython(t *testing.T) which.Python {
	t.Helper()
	for _, p := range whichtest.Every(t, which.Python.Threads) {
		if p.GIL {
			return p
		}
	}
	t.Skip("no Python with a GIL was found")
	return which.Python{}
}

func TestStartupOfEachModel(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no shell, and no threads of Python")
	}
	p, dir := somePython(t), t.TempDir()
	job := func(m runner.Model, script string) runner.Job {
		path := filepath.Join(dir, script)
		if err := os.WriteFile(path, []byte("this is = no language"), 0o600); err != nil {
			t.Fatal(err)
		}
		return runner.Job{Name: string(m), Model: m, Script: path, Python: p.Path}
	}
	jobs := map[string][]runner.Job{
		"goroutines": {job(runner.Goroutines, "a.star"), {Name: "f", Model: runner.Goroutines, Workload: "spin"}},
		"threads":    {job(runner.Threads, "a.py"), job(runner.Threads, "b.py"), {Name: "line", Model: runner.Threads, Line: p.Path + " a.py"}},
		"processes":  {job(runner.Processes, "a.py"), {Name: "l", Model: runner.Processes, Line: "exit 3"}, {Name: "p", Model: runner.Processes, Argv: []string{"false"}}},
	}
	got := map[string][]float64{}
	for name, jobs := range jobs {
		empty, err := Empty(jobs, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		got[name], err = Startup(t.Context(), open, empty, 2)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if walls := got[name]; len(walls) != 2 || slices.Min(walls) <= 0 {
			t.Errorf("%s: %v", name, walls)
		}
	}
	if slices.Min(got["processes"]) <= slices.Max(got["goroutines"]) {
		t.Errorf("three processes start as fast as two goroutines: %v, %v", got["processes"], got["goroutines"])
	}
}

func TestStartupSaysWhatFailsAndWhatCannotBeHad(t *testing.T) {
	fails := runner.Job{Name: "bad", Model: runner.Goroutines, Func: func(context.Context, *runner.Call) error { return os.ErrNotExist }}
	if _, err := Startup(t.Context(), open, []runner.Job{fails}, 1); err == nil || !strings.Contains(err.Error(), `job "bad" did not succeed`) {
		t.Errorf("a job that fails: %v", err)
	}
	fails.Model = runner.Auto
	if _, err := Startup(t.Context(), open, []runner.Job{fails}, 1); err == nil || !strings.Contains(err.Error(), `the model "auto" cannot be had here`) {
		t.Errorf("a job without a model: %v", err)
	}
}

// A job that never ends by itself is ended when nobody wants to know any more.
func TestStartupEndsItsJobsWhenItIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan struct{})
	job := runner.Job{Name: "waits", Model: runner.Goroutines, Func: func(ctx context.Context, _ *runner.Call) error {
		cancel()
		<-ctx.Done()
		close(ended)
		return nil
	}}
	walls, err := Startup(ctx, open, []runner.Job{job}, 3)
	if !errors.Is(err, context.Canceled) || len(walls) != 0 {
		t.Errorf("got %v, %v", walls, err)
	}
	<-ended
}
