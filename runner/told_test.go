//go:build unix

package runner

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// teller is a launcher whose tasks write to their progress descriptor what the test gives them, and
// end when told to.
type teller struct {
	script
	specs chan Spec
	end   chan struct{}
}

func (l *teller) Launch(ctx context.Context, spec Spec) (Handle, error) {
	h, err := l.script.Launch(ctx, spec)
	l.specs <- spec
	return told{h, l.end}, err
}

type told struct {
	Handle
	end chan struct{}
}

func (h told) Wait() Exit { <-h.end; return h.Handle.Wait() }

func TestATaskTellsItsProgress(t *testing.T) {
	l := &teller{specs: make(chan Spec, 1), end: make(chan struct{})}
	r, err := New(Options{
		Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: t.TempDir()}, Launchers: map[Model]Launcher{Processes: l},
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, err := r.Run(context.Background()); done <- err }()
	spec := <-l.specs
	buf := make([]byte, 16)
	read := func() string {
		tail, whole := r.Progress(0, buf)
		return fmt.Sprintf("%q %t", tail, whole)
	}
	expect := func(want string) {
		t.Helper()
		if got := read(); got != want {
			t.Errorf("read %s, want %s", got, want)
		}
	}
	expect(`"" false`)
	// As a job has it: the same open file under another number.
	fd, err := syscall.Dup(int(spec.Progress.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	job := os.NewFile(uintptr(fd), "job's")
	defer job.Close()
	write := func(text string) {
		t.Helper()
		if _, err := job.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	write("1\n2\n")
	expect(`"1\n2\n" true`)
	expect(`"" false`)
	write("3\n")
	expect(`"1\n2\n3\n" true`)
	write(strings.Repeat("some lines\n", 8000) + "97\n")
	expect(`"s\nsome lines\n97\n" false`)
	if info, err := spec.Progress.Stat(); err != nil || info.Size() != 0 {
		t.Errorf("what was read is kept: %v, %v", info.Size(), err)
	}
	write("98\n")
	expect(`"98\n" true`)
	close(l.end)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	write("99\n") // what a job leaves behind may go on writing
	expect(`"" false`)
	if _, err := spec.Progress.Stat(); err == nil {
		t.Error("the file is still open")
	}
}

func TestAFileOnTheDiskDoesTheSame(t *testing.T) {
	f, err := unlinked()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := os.Stat(f.Name()); !os.IsNotExist(err) {
		t.Errorf("it has a name: %v", err)
	}
	s := saying{file: f}
	for _, text := range []string{"1\n", strings.Repeat("x", maxSaid), "2\n"} {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		s.read(make([]byte, 8))
	}
	if text, whole := s.read(make([]byte, 8)); len(text) != 0 || whole {
		t.Errorf("read twice: %q", text)
	}
	if info, err := f.Stat(); err != nil || info.Size() != 2 {
		t.Errorf("it holds %d bytes after it was emptied and written to", info.Size())
	}
}

func BenchmarkSaying(b *testing.B) {
	for b.Loop() {
		s := newSaying()
		if s == nil {
			b.Fatal("refused")
		}
		s.file.Close()
	}
}
