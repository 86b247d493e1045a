package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"parallax/runner"
)

// stackOf waits until the stack of a try has all of some texts, and returns it.
func stackOf(t *testing.T, h runner.Handle, want ...string) string {
	t.Helper()
	var text string
	eventually(t, "a stack with "+strings.Join(want, ", "), func() bool {
		got, err := h.(runner.Stacker).Stack()
		if err != nil {
			t.Fatal(err)
		}
		text = got
		return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) })
	})
	return text
}

func TestStackTellsOfEachProcess(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: "sleep 600 & echo child $!; (while :; do :; done) & echo busy $!; wait"})
	child, busy := b.saysPID("child "), b.saysPID("busy ")
	leader := h.Identity().PID
	text := stackOf(t, h,
		fmt.Sprintf("pid %d · sh -c sleep 600 & echo", leader), " · sleeping", " · 1 thread\n",
		fmt.Sprintf("\n  pid %d · sleep 600 · sleeping", child), fmt.Sprintf("\n  pid %d · sh -c ", busy), " · running · 1 thread\n")
	if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", leader)); err == nil && len(data) > 0 {
		stackOf(t, h, "sleeping: waits for ", "sleeping: sleeps for a time")
	}
	if !strings.HasPrefix(text, "pid ") || strings.Count(text, "\n") != 3 {
		t.Errorf("the stack is\n%s", text)
	}
	if err := h.Pause(); err != nil {
		t.Fatal(err)
	}
	stackOf(t, h, fmt.Sprintf("%d · sleep 600 · stopped · ", child))
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	h.Wait()
	if _, err := h.(runner.Stacker).Stack(); !errors.Is(err, errOver) {
		t.Errorf("after the end: %v", err)
	}
}

func TestStackTellsWhatADescriptorIs(t *testing.T) {
	b := newBench(t, Options{})
	fifo := b.dir + "/fifo"
	if err := exec.Command("mkfifo", fifo).Run(); err != nil {
		t.Skip("needs mkfifo")
	}
	h := b.start(runner.Job{Argv: []string{"sh", "-c", "exec 7<>" + fifo + "; read x <&7"}})
	defer func() {
		_ = h.Stop(runner.Kill)
		h.Wait()
	}()
	if data, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", h.Identity().PID)); err != nil || len(data) == 0 {
		t.Skip("the system does not tell of system calls")
	}
	stackOf(t, h, "sleeping: reads descriptor 0 ("+fifo+")")
}

// glass is an Inside that sees what it is told.
type glass struct {
	text string
	err  error
	file string
}

var errOpaque = errors.New("opaque")

func (g *glass) Prepare(_, env []string, fd int) ([]string, *os.File, error) {
	f, err := os.Create(g.file)
	return append(env, fmt.Sprintf("GLASS=%d", fd)), f, err
}
func (g *glass) Stack(int, *os.File) (string, error) { return g.text, g.err }
func (g *glass) Other(err error) bool                { return errors.Is(err, errOpaque) }

func TestStackTellsOfTheInside(t *testing.T) {
	g := &glass{}
	b := newBench(t, Options{Inside: g})
	g.file = b.dir + "/glass"
	h := b.start(runner.Job{Line: "echo seen >&$GLASS; echo up; read x <&0; exec sleep 600"})
	b.says("up")
	if data, err := os.ReadFile(g.file); err != nil || string(data) != "seen\n" {
		t.Errorf("the process wrote %q into the file, %v", data, err)
	}
	for _, c := range []struct {
		text string
		err  error
		want string
	}{
		{"  File x\n    f()\n", nil, " thread\n  File x\n    f()\n"},
		{"main thread\n  File x\n", nil, " thread\n  main thread\n    File x\n"},
		{"", errors.New("cannot see"), " thread\n  – cannot see\n"},
		{"", errOpaque, " thread\n"},
	} {
		g.text, g.err = c.text, c.err
		if text := stackOf(t, h, "sleep 600", "1 thread"); !strings.HasSuffix(text, c.want) {
			t.Errorf("the stack is\n%s, want it to end with %q", text, c.want)
		}
	}
	file := h.(*handle).lens.file
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	h.Wait()
	if _, err := file.Stat(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file is not closed: %v", err)
	}
}

func TestALongTreeIsCut(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: "for i in $(seq 110); do sleep 600 & done; echo up; wait"})
	b.says("up")
	text := stackOf(t, h, "and 11 more processes\n")
	if got := strings.Count(text, "pid "); got != maxDescribed {
		t.Errorf("told of %d processes", got)
	}
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	h.Wait()
}

func TestACommandIsOneHarmlessLine(t *testing.T) {
	for in, want := range map[string]string{
		"a b": "a b", "a\nb\x1b[31m": "a b [31m", "\xff": "?", strings.Repeat("x", 300): strings.Repeat("x", maxCommand) + "...",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
