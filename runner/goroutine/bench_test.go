package goroutine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.starlark.net/starlark"

	"parallax/runner"
)

// BenchmarkLoop compares a loop with the checkpoint against one that Starlark runs on its own: the
// difference is what being able to pause costs while nobody does.
func BenchmarkLoop(b *testing.B) {
	b.Run("bare", func(b *testing.B) { benchLoop(b, false) })
	b.Run("checkpoint", func(b *testing.B) { benchLoop(b, true) })
}

func benchLoop(b *testing.B, checked bool) {
	prog, err := compile("loop.star", fmt.Appendf(nil, `
def f():
    s = 0
    for i in range(%d):
        s += i %% 7
f()`, b.N))
	if err != nil {
		b.Fatal(err)
	}
	t := &task{gate: newGate(), log: io.Discard, errors: io.Discard}
	b.ResetTimer()
	if checked {
		err = runScript(t, prog)
	} else {
		_, err = prog.Init(&starlark.Thread{}, predeclare(t))
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPause measures how long after Pause a tight loop stands still.
func BenchmarkPause(b *testing.B) {
	h := benchJob(b, New(), "def f():\n  while True: pass\nf()").(*handle)
	defer h.Wait()
	defer h.task.cancel()
	var held time.Duration
	for b.Loop() {
		begin := time.Now()
		h.task.pause()
		if _, err := h.Stack(); err != nil {
			b.Fatal(err)
		}
		held += time.Since(begin)
		h.task.resume()
	}
	b.ReportMetric(float64(held.Microseconds())/float64(b.N), "µs/pause")
}

// BenchmarkJob measures a job that does nothing, from launch to end.
func BenchmarkJob(b *testing.B) {
	l := New()
	dir := b.TempDir()
	for b.Loop() {
		benchJobIn(b, l, dir, "pass").Wait()
	}
}

// BenchmarkCheck measures checking one more job of a script that is known.
func BenchmarkCheck(b *testing.B) {
	l := New()
	job := runner.Job{Script: filepath.Join("..", "..", "examples", "starlark", "primes.star")}
	for b.Loop() {
		if err := l.Check(job); err != nil {
			b.Fatal(err)
		}
	}
}

func benchJob(b *testing.B, l *Launcher, text string) runner.Handle {
	b.Helper()
	return benchJobIn(b, l, b.TempDir(), text)
}

func benchJobIn(b *testing.B, l *Launcher, dir, text string) runner.Handle {
	b.Helper()
	path := filepath.Join(dir, "a.star")
	if _, err := os.Stat(path); err != nil {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	h, err := l.Launch(b.Context(), runner.Spec{Job: runner.Job{Script: path}, Stdout: os.Stderr, Stderr: os.Stderr})
	if err != nil {
		b.Fatal(err)
	}
	return h
}
