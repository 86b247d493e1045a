package runner

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAFullDiskIsSaidOfTheJobThatMetIt(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("no small disk can be mounted: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	run := func() Task {
		r, err := New(Options{
			Jobs: jobs("a"), Workers: 1, Recorder: &memory{dir: dir}, Launchers: map[Model]Launcher{Processes: &script{}},
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := r.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return st.Tasks[0]
	}
	if got := run(); got.Exit.Note != "" {
		t.Errorf("with room left it says %q", got.Exit.Note)
	}
	_ = os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 1<<20), 0o600) // as far as it goes
	if got := run(); got.Exit.Note != "the disk with its log is full: output may be missing" {
		t.Errorf("it says %q", got.Exit.Note)
	}
}
