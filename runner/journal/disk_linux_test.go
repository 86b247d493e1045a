package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

func TestARealFullDisk(t *testing.T) {
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a small file system to fill cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	w := create(t, root, Info{Jobs: jobs(50)})
	record(t, w, opening(w.Info())...)
	filler := filepath.Join(root, "filler")
	if err := os.WriteFile(filler, make([]byte, 1<<20), 0o600); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	var full error
	task := func(task int, at time.Duration) []runner.Event {
		return []runner.Event{
			runner.TaskStarted{At: runner.At(at), Task: task, Try: 1},
			runner.TaskEnded{At: runner.At(at), Task: task, Try: 1, Status: runner.Succeeded, Cause: -1},
		}
	}
	for i := range 49 { // the page that is begun still takes some
		if err := w.Record(task(i, time.Second)); err != nil {
			full = err
		}
	}
	if !errors.Is(full, unix.ENOSPC) {
		t.Fatalf("writing to a full disk: %v", full)
	}
	before := load(t, w.Dir())
	if before.LeftOut > 0 || before.State.Count(runner.Succeeded) == 49 {
		t.Errorf("with the disk full: %d succeeded, left out: %v", before.State.Count(runner.Succeeded), before.Warnings)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	record(t, w, task(49, 2*time.Second)...)
	after := load(t, w.Dir())
	if after.LeftOut > 0 || after.State.Count(runner.Succeeded) != 50 {
		t.Errorf("with room again: %d succeeded, left out: %v", after.State.Count(runner.Succeeded), after.Warnings)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoRoomForARunIsSaid(t *testing.T) {
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=16k"); err != nil {
		t.Skipf("a small file system to fill cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	if _, err := Create(root, Info{Jobs: jobs(1000)}); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("%v", err)
	}
	if left, _ := os.ReadDir(root); len(left) != 0 {
		t.Errorf("it left %v behind", left)
	}
}
