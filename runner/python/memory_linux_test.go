package python

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

// What each further script that waits takes of memory (PSS, in KiB), in each model: with 17 of them
// less with one, by 16. Scripts import a little, as most do.
func BenchmarkMemoryOfOneMore(b *testing.B) {
	p := newest(b, which.Oldest) // of those that PARALLAX_TEST_PYTHON names
	dir := b.TempDir()
	script := filepath.Join(dir, "waits.py")
	if err := os.WriteFile(script, []byte("import sys, json, argparse, time\nprint('up', flush=True)\ntime.sleep(600)"), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		for model, launcher := range map[runner.Model]func() runner.Closer{
			runner.Threads: func() runner.Closer { return New(Options{Python: p.Path, Processes: newProcesses()}) },
			runner.Interpreters: func() runner.Closer {
				return New(Options{Model: runner.Interpreters, Python: p.Path, Processes: newProcesses()})
			},
			runner.Processes: newProcesses,
		} {
			if model == runner.Interpreters && p.Interpreters() != nil {
				continue
			}
			b.ReportMetric(float64(oneMore(b, launcher(), model, p.Path, script)), string(model)+"-KiB")
		}
	}
}

// oneMore measures one model and closes its launcher.
func oneMore(b *testing.B, l runner.Closer, model runner.Model, python, script string) int {
	b.Helper()
	var handles []runner.Handle
	defer func() {
		for _, h := range handles {
			_ = h.Stop(runner.Kill) // it is over already, or ends now
		}
		for _, h := range handles {
			h.Wait()
		}
		l.Close()
	}()
	var memory [2]int
	for n := range 17 {
		f, err := os.CreateTemp(b.TempDir(), "out")
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		job := runner.Job{Name: fmt.Sprint(n), Model: model, Script: script, Python: python}
		h, err := l.Launch(b.Context(), runner.Spec{Run: "r", Task: n, Try: 1, Slot: n + 1, Job: job, Stdout: f, Stderr: f})
		if err != nil {
			b.Fatal(err)
		}
		handles = append(handles, h)
		began(b, f)
		if n == 0 {
			memory[0] = pssOf(b, handles)
		}
	}
	memory[1] = pssOf(b, handles)
	return (memory[1] - memory[0]) / 16
}

// began waits until a script has printed.
func began(b *testing.B, f *os.File) {
	b.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-tick.C {
		if info, err := f.Stat(); err == nil && info.Size() > 0 {
			return
		}
	}
	b.Fatal("a script did not start")
}

// pssOf sums up the memory of the processes of scripts, each once.
func pssOf(b *testing.B, handles []runner.Handle) (kib int) {
	b.Helper()
	seen := map[int]bool{}
	for _, h := range handles {
		pid := h.Identity().PID
		if seen[pid] {
			continue
		}
		seen[pid] = true
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			b.Fatal(err)
		}
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			if rest, ok := strings.CutPrefix(lines.Text(), "Pss:"); ok {
				var n int
				if _, err := fmt.Sscan(rest, &n); err != nil {
					b.Fatal(err)
				}
				kib += n
			}
		}
	}
	return kib
}
