//go:build unix

package python

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

// The time from asking for 16 scripts until all have printed; the first round starts the interpreter.
func BenchmarkStartSixteen(b *testing.B) {
	bench := newBenchmark(b)
	script := bench.write("one.py", "import sys, json, argparse\nprint('up')")
	bench.round(script)
	for b.Loop() {
		bench.round(script)
	}
}

// A script's own time as a thread and under plain python, one after the other.
func BenchmarkAgainstPlain(b *testing.B) {
	bench := newBenchmark(b)
	script := bench.write("busy.py", "import time\nb = time.thread_time()\nn = 0\nfor i in range(10_000_000):\n    n += i & 7\nprint(time.thread_time() - b)")
	var thread, plain float64
	for b.Loop() {
		thread += bench.seconds(bench.start(script))
		out, err := exec.Command(bench.python, script).Output()
		if err != nil {
			b.Fatal(err)
		}
		var s float64
		fmt.Sscan(string(out), &s)
		plain += s
	}
	b.ReportMetric(thread/plain, "x-plain")
}

type benchmark struct {
	*testing.B
	launcher *Launcher
	python   string
	dir      string
}

func newBenchmark(b *testing.B) *benchmark {
	b.Helper()
	if len(installed()) == 0 {
		b.Skip("no Python " + which.Oldest + " or later was found")
	}
	p := installed()[0]
	if want := os.Getenv("PARALLAX_BENCH_PYTHON"); want != "" {
		var err error
		if p, err = which.Find(want); err != nil {
			b.Fatal(err)
		}
	}
	l := New(Options{Python: p.Path, Processes: newProcesses()})
	b.Cleanup(func() { l.Close() })
	return &benchmark{B: b, launcher: l, python: p.Path, dir: b.TempDir()}
}

func (b *benchmark) write(name, text string) string {
	path := b.dir + "/" + name
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func (b *benchmark) start(script string) (*Task, *os.File) {
	f, err := os.CreateTemp(b.dir, "out")
	if err != nil {
		b.Fatal(err)
	}
	h, err := b.launcher.Launch(b.Context(), runner.Spec{Job: runner.Job{Script: script}, Stdout: f, Stderr: f})
	if err != nil {
		b.Fatal(err)
	}
	return h.(*Task), f
}

func (b *benchmark) round(script string) {
	began := time.Now()
	for range 16 {
		t, f := b.start(script)
		defer func() {
			if exit := t.Wait(); exit.Code != 0 {
				b.Fatal(exit)
			}
			f.Close()
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/16")
		}()
	}
}

func (b *benchmark) seconds(t *Task, f *os.File) float64 {
	t.Wait()
	defer f.Close()
	data, err := os.ReadFile(f.Name())
	if err != nil {
		b.Fatal(err)
	}
	var s float64
	if _, err := fmt.Sscan(string(data), &s); err != nil {
		b.Fatal(err, string(data))
	}
	return s
}
