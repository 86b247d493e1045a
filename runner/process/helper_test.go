//go:build unix

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parallax/runner"
)

// helperVar makes the test binary stand in for a parallax that gets killed: it launches the command
// line in the variable and waits to be killed.
const helperVar = "PARALLAX_PROCESS_TEST_HELPER"

func TestMain(m *testing.M) {
	if line := os.Getenv(helperVar); line != "" {
		helper(line)
	}
	goleak.VerifyTestMain(m)
}

func helper(line string) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	h, err := New(Options{}).Launch(context.Background(), runner.Spec{
		Run: "r", Job: runner.Job{Line: line}, Stdout: null, Stderr: null,
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(h.Identity().PID)
	h.Wait()
	select {}
}

// bench is a launcher and a place for the output of one job.
type bench struct {
	t        *testing.T
	launcher *Launcher
	dir      string
	out, err *os.File
}

func newBench(t *testing.T, opts Options) *bench {
	t.Helper()
	b := &bench{t: t, launcher: New(opts), dir: t.TempDir()}
	b.out = b.create("out")
	b.err = b.out
	t.Cleanup(func() {
		if err := b.launcher.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if left := childrenLeft(); len(left) > 0 {
			t.Errorf("children left: %v", left)
		}
	})
	return b
}

func (b *bench) create(name string) *os.File {
	b.t.Helper()
	f, err := os.OpenFile(filepath.Join(b.dir, name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { f.Close() })
	return f
}

func (b *bench) write(name, text string, mode os.FileMode) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bench) read(f *os.File) string {
	b.t.Helper()
	data, err := os.ReadFile(f.Name())
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

func (b *bench) spec(job runner.Job) runner.Spec {
	return runner.Spec{Run: b.t.Name(), Task: 3, Try: 1, Slot: 5, Job: job, Stdout: b.out, Stderr: b.err}
}

func (b *bench) start(job runner.Job) runner.Handle {
	b.t.Helper()
	h, err := b.launcher.Launch(context.Background(), b.spec(job))
	if err != nil {
		b.t.Fatal(err)
	}
	return h
}

func (b *bench) run(job runner.Job) runner.Exit {
	b.t.Helper()
	if err := b.launcher.Check(job); err != nil {
		b.t.Fatalf("check: %v", err)
	}
	return b.start(job).Wait()
}

// says waits until the job's output holds a line that begins with prefix, and returns the rest of
// the line.
func (b *bench) says(prefix string) string {
	b.t.Helper()
	var rest string
	eventually(b.t, "output "+prefix, func() bool {
		for _, line := range strings.SplitAfter(b.read(b.out), "\n") {
			if strings.HasPrefix(line, prefix) && strings.HasSuffix(line, "\n") {
				rest = strings.TrimSpace(strings.TrimPrefix(line, prefix))
				return true
			}
		}
		return false
	})
	return rest
}

func (b *bench) saysPID(prefix string) int {
	b.t.Helper()
	pid, err := strconv.Atoi(b.says(prefix))
	if err != nil {
		b.t.Fatal(err)
	}
	return pid
}

// within fails the test if what happens takes longer; it is generous, for a busy machine.
const within10s = 10 * time.Second

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(within10s); !is(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within10s, what)
		}
	}
}

// dead reports whether a process is gone or a zombie.
func dead(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	return state(pid) == 'Z'
}
