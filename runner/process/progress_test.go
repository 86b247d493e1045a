//go:build unix

package process

import (
	"context"
	"os"
	"testing"

	"parallax/runner"
)

func TestAJobHasItsProgressDescriptor(t *testing.T) {
	for name, extra := range map[string]int{"3": 0, "5": 2} {
		t.Run(name, func(t *testing.T) { hasProgress(t, name, extra) })
	}
}

func hasProgress(t *testing.T, name string, extra int) {
	// That of a parallax around this one must not get through: here it names nothing.
	b := newBench(t, Options{Env: append(os.Environ(), runner.ProgressEnv+"=77")})
	spec := b.spec(runner.Job{
		Line: `echo "fd $` + runner.ProgressEnv + `"; echo 42 >&$` + runner.ProgressEnv + `; sh -c 'echo 43 >&$` + runner.ProgressEnv + `'`,
		Env:  map[string]string{runner.ProgressEnv: "88"},
	})
	for range extra {
		spec.Extra = append(spec.Extra, b.create("extra"))
	}
	spec.Progress = b.create("progress")
	h, err := b.launcher.Launch(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if exit := h.Wait(); exit.Code != 0 {
		t.Errorf("%+v: %s", exit, b.read(b.out))
	}
	if got := b.read(b.out); got != "fd "+name+"\n" {
		t.Errorf("the job sees %q", got)
	}
	if got := b.read(spec.Progress); got != "42\n43\n" {
		t.Errorf("it said %q", got)
	}
}

func TestWithoutProgressDescriptorTheJobSeesNone(t *testing.T) {
	b := newBench(t, Options{Env: append(os.Environ(), runner.ProgressEnv+"=77")})
	b.run(runner.Job{Line: `echo "fd ${` + runner.ProgressEnv + `-none}"`})
	if got := b.read(b.out); got != "fd none\n" {
		t.Errorf("the job sees %q", got)
	}
}
