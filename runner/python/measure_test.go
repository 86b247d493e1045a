//go:build unix

package python

import (
	"fmt"
	"io"
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

// The time that a CPU-bound script takes as a thread of an interpreter in which nothing else runs, in
// that under plain python; one after the other.
func BenchmarkAgainstPlain(b *testing.B) {
	bench := newBenchmark(b)
	script := bench.write("busy.py", "import time\nb = time.thread_time()\nn = 0\nfor i in range(10_000_000):\n    n += i & 7\nprint(time.thread_time() - b)")
	bench.ratio(script, nil)
}

// The same for a script that prints 200 000 lines into a file. Under plain python each line is written
// at once, as parallax lets scripts do that are processes.
func BenchmarkPrinting(b *testing.B) {
	bench := newBenchmark(b)
	script := bench.write("prints.py", "import time, sys\nb = time.perf_counter()\nfor i in range(200_000):\n    print('line', i, 'of many')\ns = time.perf_counter() - b\nsys.stdout.seek(0) if sys.stdout.seekable() else 0\nprint('%-20.6f' % s)")
	bench.ratio(script, []string{"PYTHONUNBUFFERED=1"})
}

// ratio reports the seconds that a script prints first, as a thread in those as a process.
func (b *benchmark) ratio(script string, env []string) {
	var thread, plain float64
	b.seconds(b.start(script)) // an interpreter in which a script has ended must be as fast as before
	for b.Loop() {
		thread += b.seconds(b.start(script))
		out, err := os.CreateTemp(b.dir, "plain")
		if err != nil {
			b.Fatal(err)
		}
		cmd := exec.Command(b.python, script)
		cmd.Env, cmd.Stdout = append(os.Environ(), env...), out
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		plain += b.read(out)
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
	p := newest(b, which.Oldest) // of those that PARALLAX_TEST_PYTHON names
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
	if exit := t.Wait(); exit.Code != 0 {
		b.Fatal(exit)
	}
	return b.read(f)
}

// read returns the number that a script's output begins with, and closes it.
func (b *benchmark) read(f *os.File) float64 {
	defer f.Close()
	var s float64
	if _, err := fmt.Fscan(io.NewSectionReader(f, 0, 64), &s); err != nil {
		b.Fatal(err)
	}
	return s
}
