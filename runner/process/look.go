package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"parallax/runner"
)

// memo remembers the answers to questions, each asked once. A hundred thousand jobs name few
// programs and folders. The zero value is ready; its methods may be called from any goroutine.
type memo[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]func() V
}

func (m *memo[K, V]) get(key K, ask func() V) V {
	m.mu.Lock()
	answer, known := m.answers[key]
	if !known {
		if m.answers == nil {
			m.answers = map[K]func() V{}
		}
		answer = sync.OnceValue(ask)
		m.answers[key] = answer
	}
	m.mu.Unlock()
	return answer() // outside the lock: one slow probe holds up only who asks the same
}

// lookups are the cached questions to the file system that do not concern a script itself.
type lookups struct {
	programs memo[[2]string, found] // name and PATH
	files    memo[string, error]    // is a path executable
	dirs     memo[string, error]
	stdins   memo[string, error]
}

type found struct {
	path string
	err  error
}

// inPath finds a program in the folders of path, a list as in the variable PATH.
func (l *lookups) inPath(name, path string) (string, error) {
	f := l.programs.get([2]string{name, path}, func() found {
		for _, dir := range filepath.SplitList(path) {
			abs, err := filepath.Abs(dir) // "" is the current folder
			if err != nil {
				continue
			}
			if file, err := exec.LookPath(filepath.Join(abs, name)); err == nil {
				return found{path: file}
			}
		}
		return found{err: fmt.Errorf("exec: %q: not found in PATH", name)}
	})
	return f.path, f.err
}

// executable says why a path cannot be executed, or nil.
func (l *lookups) executable(path string) error {
	return l.files.get(path, func() error {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("exec: %q: %s", path, runner.FileFault(err))
		case info.IsDir():
			return fmt.Errorf("exec: %q: is a folder", path)
		case !canExecute(path, info):
			return fmt.Errorf("exec: %q: %w", path, errNotExecutable)
		}
		return shebang(path)
	})
}

var errNotExecutable = errors.New("not executable: chmod +x it, or quote a command line")

// dir says why a folder cannot be a job's, or nil.
func (l *lookups) dir(path string) error {
	return l.dirs.get(path, func() error {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("dir %q: no such folder", path)
		case err != nil:
			return fmt.Errorf("dir %q: %s", path, runner.FileFault(err))
		case !info.IsDir():
			return fmt.Errorf("dir %q: not a folder", path)
		}
		return nil
	})
}

// stdin says why a file cannot be a job's standard input, or nil.
func (l *lookups) stdin(path string) error {
	return l.stdins.get(path, func() error {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("stdin %q: %s", path, runner.FileFault(err))
		case info.IsDir():
			return fmt.Errorf("stdin %q: is a folder", path)
		case info.Mode()&(os.ModeNamedPipe|os.ModeSocket) != 0:
			// Opening one waits for its writer, and nothing could end that wait.
			return fmt.Errorf("stdin %q: is a pipe: quote a command line that reads it", path)
		}
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("stdin %q: %s", path, runner.FileFault(err))
		}
		return f.Close()
	})
}
