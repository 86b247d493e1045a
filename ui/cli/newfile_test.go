package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

func says(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// only fails the test unless a folder holds just one file, with that content.
func only(t *testing.T, dir, name, content string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, name))
	if len(entries) != 1 || err != nil || string(got) != content {
		t.Errorf("the folder has %v; %s holds %q (%v), want %q alone", entries, name, got, err, content)
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	half := errors.New("half-way")
	cut := func(w io.Writer) error { return errors.Join(says("ha")(w), half) }
	if err := newFile(path, false, cut); !errors.Is(err, half) {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("half a file leaves %v", entries)
	}
	if err := newFile(path, false, says("one")); err != nil {
		t.Fatal(err)
	}
	only(t, dir, "f", "one")
	var usage *usageError
	if err := newFile(path, false, says("two")); !errors.As(err, &usage) {
		t.Errorf("replaced without force: %v", err)
	}
	if err := newFile(path, true, cut); !errors.Is(err, half) {
		t.Error(err)
	}
	only(t, dir, "f", "one")
	if err := newFile(path, true, says("two")); err != nil {
		t.Error(err)
	}
	only(t, dir, "f", "two")
}

func TestAFileThatCameMeanwhileIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	err := newFile(path, false, func(w io.Writer) error {
		return errors.Join(says("ours")(w), os.WriteFile(path, []byte("theirs"), 0o600))
	})
	if err == nil {
		t.Error("it was replaced")
	}
	only(t, dir, "f", "theirs")
}

func TestAFileKeepsItsModeAndItsLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links are Unix's")
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	file, link := filepath.Join(elsewhere, "f"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, []byte("old"), 0o640), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	if err := newFile(link, true, says("new")); err != nil {
		t.Fatal(err)
	}
	only(t, elsewhere, "f", "new")
	info, err := os.Lstat(link)
	if err != nil || info.Mode().IsRegular() {
		t.Errorf("the link is now %v (%v)", info, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v (%v)", info.Mode(), err)
	}
}

func TestASignalEndsTheWriting(t *testing.T) {
	sigs := make(chan os.Signal, 1)
	w := interruptible{io.Discard, sigs}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	sigs <- syscall.SIGTERM
	var sig *interrupt
	if _, err := w.Write([]byte("x")); !errors.As(err, &sig) || sig.status() != 143 {
		t.Errorf("after a signal: %v", err)
	}
}
