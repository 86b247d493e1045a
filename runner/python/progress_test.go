//go:build unix

package python

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

// says runs a script that has a progress descriptor and returns what it printed and what it said.
func (b *bench) says(text string) (printed, said string) {
	b.t.Helper()
	number := int(b.tasks.Add(1))
	open := func(what string) *os.File {
		f, err := os.OpenFile(filepath.Join(b.dir, strconv.Itoa(number)+what), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { f.Close() })
		return f
	}
	out, progress := open(".out"), open(".progress")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h, err := b.launcher.Launch(ctx, runner.Spec{
		Run: "r", Task: number, Try: 1, Slot: 1, Stdout: out, Stderr: out, Progress: progress,
		Job: runner.Job{
			Name: "p", Script: b.write(strconv.Itoa(number)+".py", text), Env: map[string]string{runner.ProgressEnv: "999"},
		},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	exit := h.Wait()
	read := func(f *os.File) string {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			b.t.Fatal(err)
		}
		return string(text)
	}
	if exit.Code != 0 {
		b.t.Errorf("%+v: %s", exit, read(out))
	}
	return read(out), read(progress)
}

const sayProgress = `
import os
fd = int(os.environ["PARALLAX_PROGRESS_FD"])
os.write(fd, b"42\n")
with os.fdopen(os.dup(fd), "w") as f:
    f.write("3/10\n")
print(sorted(int(n) for n in os.listdir("/dev/fd") if int(n) > 200))
`

func TestAScriptHasItsProgressDescriptor(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		first, said := b.says(sayProgress)
		if said != "42\n3/10\n" {
			t.Errorf("it said %q", said)
		}
		for range 3 {
			if open, said := b.says(sayProgress); open != first || said != "42\n3/10\n" {
				t.Errorf("a later one said %q; descriptors %s, at first %s", said, open, first)
			}
		}
		// One that closes its own, and has another file under that number at its end.
		b.says(sayProgress + "os.close(fd)\nkept = os.open(os.devnull, os.O_RDONLY)\nos.dup2(kept, fd)\nos.close(fd)\nos.close(kept)\n")
		if open, _ := b.says(sayProgress); open != first {
			t.Errorf("after one that closed its own: descriptors %s, at first %s", open, first)
		}
	})
}

func TestAScriptWithoutProgressDescriptorSeesNone(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	b.launcher.opts.Env = append(os.Environ(), runner.ProgressEnv+"=77")
	r := b.script(`import os; print(os.environ.get("PARALLAX_PROGRESS_FD"))`)
	r.Wait()
	if text, err := os.ReadFile(r.out.Name()); err != nil || string(text) != "None\n" {
		t.Errorf("it sees %q, %v", text, err)
	}
}
