//go:build unix

package process

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"parallax/runner"
)

// The three benchmarks run `true` the same number of times, two at a time: by this package, by
// os/exec, and by xargs. Compare their times per job.

const atOnce = 2

func BenchmarkTrue(b *testing.B) {
	null := openNull(b)
	l := New(Options{})
	defer l.Close()
	spec := runner.Spec{Job: runner.Job{Argv: []string{"true"}}, Stdout: null, Stderr: null}
	twoAtATime(b, func() error {
		h, err := l.Launch(context.Background(), spec)
		if err == nil {
			h.Wait()
		}
		return err
	})
}

func BenchmarkTrueByOSExec(b *testing.B) {
	twoAtATime(b, func() error { return exec.Command("true").Run() })
}

func BenchmarkTrueByXargs(b *testing.B) {
	if _, err := exec.LookPath("xargs"); err != nil {
		b.Skip("needs xargs")
	}
	cmd := exec.Command("xargs", "-P", strconv.Itoa(atOnce), "-n1", "true")
	cmd.Stdin = strings.NewReader(strings.Repeat("x\n", b.N))
	b.ResetTimer()
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
}

func twoAtATime(b *testing.B, one func() error) {
	b.Helper()
	turns := make(chan struct{}, b.N)
	for range b.N {
		turns <- struct{}{}
	}
	close(turns)
	errs := make(chan error, atOnce)
	b.ResetTimer()
	for range atOnce {
		go func() {
			for range turns {
				if err := one(); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range atOnce {
		if err := <-errs; err != nil {
			b.Fatal(err)
		}
	}
}

func openNull(b *testing.B) *os.File {
	b.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { null.Close() })
	return null
}
