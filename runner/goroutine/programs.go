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

// dialect is the Starlark that scripts are written in.
var dialect = syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// programs keeps scripts compiled, so that many jobs with one script parse it once. A compiled
// program is immutable and shared by all jobs. The zero value is ready; it is safe for concurrent use.
type programs struct {
	mu   sync.Mutex
	kept map[programKey]*program
}

// programKey tells programs apart: the same file under two names has two, for the name is part of
// what its errors say.
type programKey struct{ name, path string }

type program struct {
	size    int64
	changed time.Time
	load    func() (*starlark.Program, error) // compiles at the first call
}

// load returns the script at path, compiled; name is what its errors call it. A file that has
// changed since is compiled anew.
func (p *programs) load(name, path string) (*starlark.Program, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, bare(err))
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	case info.Size() > maxSource:
		return nil, fmt.Errorf("%s has %d bytes: a script may have %d", name, info.Size(), maxSource)
	}
	p.mu.Lock()
	key := programKey{name, path}
	kept := p.kept[key]
	if kept == nil || kept.size != info.Size() || !kept.changed.Equal(info.ModTime()) {
		if p.kept == nil {
			p.kept = map[programKey]*program{}
		}
		kept = &program{size: info.Size(), changed: info.ModTime(), load: sync.OnceValues(func() (*starlark.Program, error) {
			src, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, bare(err))
			}
			return compile(name, src)
		})}
		p.kept[key] = kept
	}
	p.mu.Unlock()
	return kept.load()
}

// bare takes the operation and the path, which the caller names itself, off an error of a file.
func bare(err error) error {
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
