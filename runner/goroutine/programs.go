package goroutine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// maxSource bounds the size of a script in bytes.
const maxSource = 16 << 20

// errNoFile says what [fs.ErrNotExist] means in the same words on every system.
var errNoFile = errors.New("no such file")

// dialect is the Starlark that scripts are written in.
var dialect = syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// programs keeps scripts compiled, so that many jobs with one script parse it once. A compiled
// program is immutable and shared by all jobs. The zero value is ready; it is safe for concurrent use.
type programs struct {
	mu   sync.Mutex
	kept map[string]*program
}

type program struct {
	size    int64
	changed time.Time
	load    func() (*starlark.Program, error) // compiles at the first call
}

// load returns the script at path, relative to the current folder, compiled. A file that has changed
// since is compiled anew.
func (p *programs) load(path string) (*starlark.Program, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("script %q: %w", path, bare(err))
	case info.IsDir():
		return nil, fmt.Errorf("script %q: is a folder", path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("script %q: not a regular file", path)
	case info.Size() == 0:
		return nil, fmt.Errorf("script %q: empty file", path)
	case info.Size() > maxSource:
		return nil, fmt.Errorf("script %q: has %d bytes, more than %d", path, info.Size(), maxSource)
	}
	p.mu.Lock()
	kept := p.kept[path]
	if kept == nil || kept.size != info.Size() || !kept.changed.Equal(info.ModTime()) {
		if p.kept == nil {
			p.kept = map[string]*program{}
		}
		kept = &program{size: info.Size(), changed: info.ModTime(), load: sync.OnceValues(func() (*starlark.Program, error) {
			src, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("script %q: %w", path, bare(err))
			}
			return compile(path, src)
		})}
		p.kept[path] = kept
	}
	p.mu.Unlock()
	return kept.load()
}

// bare takes the operation and the path, which the caller names itself, off an error of a file.
func bare(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errNoFile
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// compile parses a script and resolves its names. The error says where and in words what is wrong.
func compile(name string, src []byte) (*starlark.Program, error) {
	file, err := dialect.Parse(name, src, 0)
	if err != nil {
		return nil, explain(name, src, err)
	}
	boundRepeats(file)
	prog, err := starlark.FileProgram(file, isPredeclared)
	if err != nil {
		return nil, explain(name, src, err)
	}
	if prog.NumLoads() > 0 {
		_, pos := prog.Load(0)
		return nil, fmt.Errorf("%v: there are no modules to load here", pos)
	}
	return prog, nil
}
