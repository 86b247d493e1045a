//go:build unix

package python

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
	"parallax/runner/process" //nolint:depguard // interpreters are started here as they are in the program
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// helperVar makes the test binary stand in for a parallax that gets killed: it runs the script in the
// variable and waits to be killed.
const helperVar = "PARALLAX_PYTHON_TEST_HELPER"

func TestMain(m *testing.M) {
	if script := os.Getenv(helperVar); script != "" {
		helper(script)
	}
	goleak.VerifyTestMain(m)
}

func helper(script string) {
	h, err := New(Options{Processes: newProcesses()}).Launch(context.Background(), runner.Spec{
		Run: "r", Job: runner.Job{Script: script}, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(h.Identity().PID)
	h.Wait()
	select {}
}

// patience is for a busy machine.
const patience = 20 * time.Second

// each runs a test on a few Pythons that threads can be had on: those that differ.
func each(t *testing.T, test func(t *testing.T, p which.Python)) {
	t.Helper()
	for _, p := range whichtest.Few(t, which.Python.Threads) {
		t.Run(whichtest.Name(p), func(t *testing.T) { test(t, p) })
	}
}

// newest is the newest Python from a version on; tests of what is the same on all use one.
func newest(t testing.TB, from string) which.Python {
	t.Helper()
	for _, p := range whichtest.Every(t, which.Python.Threads) {
		if p.AtLeast(from) {
			return p
		}
	}
	t.Skip("no Python " + from + " or later was found in PATH or in pyenv")
	return which.Python{}
}

// bench is a launcher with a folder for scripts and their output.
type bench struct {
	t        *testing.T
	python   which.Python
	launcher *Launcher
	dir      string
	tasks    *atomic.Int64
	shared   func(string) (*os.File, string, error) // of the Spec, or nil
	say      func(runner.Level, string, string)     // likewise
}

// within returns the bench for a subtest.
func (b *bench) within(t *testing.T) *bench {
	in := *b
	in.t = t
	return &in
}

func newBench(t *testing.T, p which.Python) *bench {
	t.Helper()
	b := &bench{t: t, python: p, dir: t.TempDir(), tasks: new(atomic.Int64)}
	b.launcher = New(Options{Python: p.Path, Processes: newProcesses()})
	t.Cleanup(func() {
		pids := b.hosts()
		if err := b.launcher.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		for _, pid := range pids {
			if !errors.Is(syscall.Kill(-pid, 0), syscall.ESRCH) {
				t.Errorf("the interpreter %d, or what it started, is left", pid)
			}
		}
	})
	return b
}

func (b *bench) hosts() []int {
	var pids []int
	for _, at := range b.launcher.pools {
		for _, h := range at.hosts() {
			pids = append(pids, h.id.PID)
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
	*Task
	b        *bench
	out, err *os.File
}

func (b *bench) launch(job runner.Job) *running {
	b.t.Helper()
	r, err := b.tryLaunch(job)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *bench) tryLaunch(job runner.Job) (*running, error) {
	b.t.Helper()
	number := int(b.tasks.Add(1))
	if job.Name == "" {
		job.Name = fmt.Sprintf("job %d", number)
	}
	r := &running{b: b}
	for _, f := range []struct {
		name string
		to   **os.File
	}{{"out", &r.out}, {"err", &r.err}} {
		file, err := os.OpenFile(filepath.Join(b.dir, fmt.Sprintf("%d.%s", number, f.name)), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { file.Close() })
		*f.to = file
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h, err := b.launcher.Launch(ctx, runner.Spec{
		// A run of its own, so that what another test may have left is not taken for this one's.
		Run: b.dir, Task: number, Try: 1, Slot: number, Job: job, Stdout: r.out, Stderr: r.err,
		Shared: b.shared, Say: b.say,
	})
	if err != nil {
		return r, err
	}
	r.Task = h.(*Task)
	return r, nil
}

// script launches a text as a script.
func (b *bench) script(text string, args ...string) *running {
	b.t.Helper()
	path := b.write(fmt.Sprintf("s%d.py", b.tasks.Add(1)), text)
	return b.launch(runner.Job{Script: path, Args: args})
}

// wait is Wait that fails the test rather than hang.
func (r *running) wait() runner.Exit {
	r.b.t.Helper()
	select {
	case <-r.done:
		return r.Wait()
	case <-time.After(patience):
		stack, err := r.Stack()
		r.b.t.Fatalf("not over within %v\nstack: %s %v\nout: %s\nerr: %s", patience, stack, err, r.stdout(), r.stderrText())
		return runner.Exit{}
	}
}

func (r *running) stdout() string { return read(r.b.t, r.out) }

func (r *running) stderrText() string { return read(r.b.t, r.err) }

func read(t *testing.T, f *os.File) string {
	t.Helper()
	data, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// says waits until the script's output holds text.
func (r *running) says(text string) {
	r.b.t.Helper()
	eventually(r.b.t, "output "+text, func() bool { return strings.Contains(r.stdout(), text) }, func() string {
		return r.stdout() + r.stderrText()
	})
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

// plain runs a script with the interpreter itself.
type plainEnd struct {
	code     int
	out, err string
}

func (b *bench) plain(job runner.Job) plainEnd {
	b.t.Helper()
	cmd := exec.Command(b.python.Path, append([]string{job.Script}, job.Args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr, cmd.Dir = &out, &errs, job.Dir
	cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	for k, v := range job.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	if job.Stdin != "" {
		in, err := os.Open(job.Stdin)
		if err != nil {
			b.t.Fatal(err)
		}
		defer in.Close()
		cmd.Stdin = in
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return plainEnd{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

func newProcesses() runner.Closer { return process.New(process.Options{}) }
