//go:build linux

package zygote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
	"parallax/runner/process"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// helperVar makes the test binary stand in for a parallax that gets killed: it runs the script in the
// variable and waits to be killed.
const helperVar = "PARALLAX_ZYGOTE_TEST_HELPER"

func TestMain(m *testing.M) {
	if script := os.Getenv(helperVar); script != "" {
		helper(script)
	}
	goleak.VerifyTestMain(m)
}

func helper(script string) {
	l := New(Options{Processes: process.New(process.Options{})})
	h, err := l.Launch(context.Background(), runner.Spec{
		Run: "r", Job: runner.Job{Script: script, Preload: []string{"json"}, Python: os.Getenv("PYTHON")}, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		panic(err)
	}
	h.Wait()
	select {}
}

// patience is for a busy machine.
const patience = 60 * time.Second

// each runs a test on a few Pythons that can be a zygote: those that differ.
func each(t *testing.T, test func(t *testing.T, p which.Python)) {
	t.Helper()
	for _, p := range whichtest.Few(t, Fit) {
		t.Run(whichtest.Name(p), func(t *testing.T) { test(t, p) })
	}
}

// newest is for tests of what is the same on all.
func newest(t testing.TB) which.Python {
	t.Helper()
	return whichtest.Every(t, Fit)[0]
}

// bench is a launcher with a folder for scripts and their output.
type bench struct {
	t        *testing.T
	python   which.Python
	launcher *Launcher
	dir      string
	tasks    *atomic.Int64
}

// within returns the bench for a subtest.
func (b *bench) within(t *testing.T) *bench {
	return &bench{t: t, python: b.python, launcher: b.launcher, dir: b.dir, tasks: b.tasks}
}

func newBench(t *testing.T, p which.Python, opts ...func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, python: p, dir: t.TempDir(), tasks: new(atomic.Int64)}
	o := Options{Processes: process.New(process.Options{})}
	for _, change := range opts {
		change(&o)
	}
	b.launcher = New(o)
	t.Cleanup(func() {
		pids := b.zygotes()
		if err := b.launcher.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		for _, pid := range pids {
			if !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) {
				t.Errorf("the zygote %d, or what it started, is left", pid)
			}
		}
	})
	return b
}

func (b *bench) zygotes() []int {
	b.launcher.mu.Lock()
	defer b.launcher.mu.Unlock()
	var pids []int
	for _, at := range b.launcher.homes {
		if at.zygote != nil {
			pids = append(pids, at.zygote.process.Identity().PID)
		}
	}
	return pids
}

func (b *bench) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// running is a script that was launched.
type running struct {
	runner.Handle
	b        *bench
	out, err *os.File
	over     chan runner.Exit
}

// filled is a job for the bench's Python, with json preloaded unless it asks for something else.
func (b *bench) filled(job runner.Job) runner.Job {
	if job.Python == "" {
		job.Python = b.python.Path
	}
	if job.Preload == nil {
		job.Preload = []string{"json"}
	}
	return job
}

// spec is a try of a job.
func (b *bench) spec(job runner.Job) runner.Spec {
	b.t.Helper()
	number := int(b.tasks.Add(1))
	job.Name = fmt.Sprintf("job %d", number)
	s := runner.Spec{Run: "r", Task: number, Try: 1, Slot: number, Job: job}
	for _, f := range []struct {
		name string
		to   **os.File
	}{{"out", &s.Stdout}, {"err", &s.Stderr}} {
		file, err := os.OpenFile(filepath.Join(b.dir, fmt.Sprintf("%d.%s", number, f.name)), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { file.Close() })
		*f.to = file
	}
	return s
}

func (b *bench) launch(spec runner.Spec) (*running, error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r := &running{b: b, out: spec.Stdout, err: spec.Stderr, over: make(chan runner.Exit, 1)}
	h, err := b.launcher.Launch(ctx, spec)
	if err != nil {
		return r, err
	}
	r.Handle = h
	go func() { r.over <- h.Wait() }()
	return r, nil
}

func (b *bench) start(job runner.Job) *running {
	b.t.Helper()
	job = b.filled(job)
	if err := b.launcher.Check(job); err != nil {
		b.t.Fatal(err)
	}
	r, err := b.launch(b.spec(job))
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// script starts a text as a script.
func (b *bench) script(text string, args ...string) *running {
	b.t.Helper()
	return b.start(runner.Job{Script: b.write(fmt.Sprintf("s%d.py", b.tasks.Add(1)), text), Args: args})
}

// wait is Wait that fails the test rather than hang.
func (r *running) wait() runner.Exit {
	r.b.t.Helper()
	select {
	case exit := <-r.over:
		return exit
	case <-time.After(patience):
		r.b.t.Fatalf("not over within %v\nout: %s\nerr: %s", patience, r.stdout(), r.stderr())
		return runner.Exit{}
	}
}

func (r *running) stdout() string { return read(r.b.t, r.out) }
func (r *running) stderr() string { return read(r.b.t, r.err) }

func read(t *testing.T, f *os.File) string {
	t.Helper()
	data, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// says waits until the script's output holds a whole line that begins with prefix, and returns the
// rest of it.
func (r *running) says(prefix string) string {
	r.b.t.Helper()
	var rest string
	eventually(r.b.t, "output "+prefix, func() bool {
		for _, line := range strings.SplitAfter(r.stdout(), "\n") {
			if strings.HasPrefix(line, prefix) && strings.HasSuffix(line, "\n") {
				rest = strings.TrimSpace(strings.TrimPrefix(line, prefix))
				return true
			}
		}
		return false
	}, func() string { return r.stdout() + r.stderr() })
	return rest
}

func eventually(t *testing.T, what string, is func() bool, got func() string) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !is(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s\ngot: %s", patience, what, got())
		}
	}
}

func nothing() string { return "" }

// ending is how a script ended, as far as it must not differ.
type ending struct {
	code     int
	signal   string
	out, err string
}

// plain starts a job without preloading, by the same launcher of processes.
func (b *bench) plain(job runner.Job) *running {
	b.t.Helper()
	spec := b.spec(b.filled(job))
	spec.Job.Preload = nil
	r, err := b.launch(spec)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// end waits for a script's end.
func (r *running) end() ending {
	r.b.t.Helper()
	exit := r.wait()
	return ending{exit.Code, exit.Signal, r.stdout(), r.stderr()}
}

// state is a process's state as the system shows it, or 0 for none.
func state(pid int) byte {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if at := strings.LastIndexByte(string(data), ')'); err == nil && at > 0 && len(data) > at+2 {
		return data[at+2]
	}
	return 0
}

func gone(pid int) bool { s := state(pid); return s == 0 || s == 'Z' }
