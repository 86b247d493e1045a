package jobfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Names are the job files that are found by themselves, in this order.
var Names = []string{"parallax.yaml", "parallax.yml", "Procfile"}

// Discover returns the job file that lies in the folder. Without one the error wraps fs.ErrNotExist.
func Discover(dir string) (string, error) {
	for _, name := range Names {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		switch {
		case err == nil && !info.IsDir():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("look for a job file: %w", err)
		}
	}
	return "", fmt.Errorf("no job file (%s): %w", strings.Join(Names, ", "), fs.ErrNotExist)
}

// Read reads a job file: a Procfile where its name says so (Procfile, Procfile.dev, dev.procfile),
// else a parallax.yaml. The error is that of the file system or a runner.Faults of [Fault].
func Read(path string) (File, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return File{}, fmt.Errorf("read job file: %w", err)
	}
	current, err := os.Getwd()
	if err != nil {
		return File{}, fmt.Errorf("read job file: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return File{}, fmt.Errorf("read job file: %w", err)
	}
	if info.IsDir() {
		return File{}, fmt.Errorf("read job file %s: it is a folder: name the file in it", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, fmt.Errorf("read job file: %w", err)
	}
	place := Place{Folder: folder, Here: folder == filepath.Clean(current)}
	if name := strings.ToLower(filepath.Base(path)); strings.HasPrefix(name, "procfile") || strings.HasSuffix(name, ".procfile") {
		return ParseProcfile(path, text, place)
	}
	return Parse(path, text, place)
}
