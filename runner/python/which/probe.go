package which

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// probePatience is how long an interpreter may take to say what it is.
const probePatience = 20 * time.Second

// question is asked of every version since 2.7. It is asked without site, whose packages it does not
// need, and imports little: most of an answer's time is the start of the interpreter.
const question = `import sys, json
v = sys.version_info
free = sub = False
name = getattr(getattr(sys, "implementation", None), "name", "")
if v >= (3, 13):
    import sysconfig
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    try:
        import _interpreters; sub = True
    except Exception: pass
if not name:
    import platform; name = platform.python_implementation()
name = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}.get(name, name)
print(json.dumps({"real": sys.executable, "version": sys.version.split()[0], "implementation": name,
    "free_threaded": free, "gil": getattr(sys, "_is_gil_enabled", lambda: True)(), "subinterpreters": sub}))`

// probed keeps answers by file and circumstances for the program's life, so that what is asked at once
// from several sides is asked once.
var probed sync.Map // of stamp to func() answer

type answer struct {
	is    Python
	err   error
	lasts bool // it will be the same until the stamp changes
}

// stamp tells the states of an interpreter's file apart, and what else decides what it is.
type stamp struct {
	Path    string `json:"path"`
	Size    int64  `json:"size"`
	Changed int64  `json:"mtime_ns"`
	Given   string `json:"given,omitempty"` // the circumstances that the answer depends on
}

// probe asks an interpreter what it is, once for each state of its file.
func (s *scene) probe(path string) (Python, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Python{}, fmt.Errorf("python %q: %s", path, inWords(err))
	}
	key := stamp{path, info.Size(), info.ModTime().UnixNano(), ""}
	keeps := true
	switch head := start(path, 2); {
	case isShim(path):
		key.Given = s.chosen()
	case head == "#!": // a wrapper: nobody knows what its answer depends on
		key.Given, keeps = s.env("PYENV_VERSION")+" "+s.dir, false
	}
	if gil := s.env("PYTHON_GIL"); gil != "" {
		key.Given += " PYTHON_GIL=" + gil
	}
	ask, _ := probed.LoadOrStore(key, sync.OnceValue(func() answer {
		if keeps {
			if known, ok := s.disk.get(key); ok {
				return known
			}
		}
		a := s.ask(path)
		if keeps && a.lasts {
			s.disk.put(key, a)
		}
		return a
	}))
	a := ask.(func() answer)()
	return a.is, a.err
}

// chosen tells apart what pyenv's shims may stand for: by the version that is asked for here, and by
// those that are installed.
func (s *scene) chosen() string {
	version := s.env("PYENV_VERSION")
	if version == "" {
		versions, _ := above(s.dir)
		version = strings.Join(versions, ":")
	}
	if data, err := os.ReadFile(filepath.Join(s.pyenv(), "version")); version == "" && err == nil {
		version = strings.Join(strings.Fields(string(data)), ":")
	}
	if info, err := os.Stat(filepath.Join(s.pyenv(), "versions")); err == nil {
		version += fmt.Sprintf(" of %d", info.ModTime().UnixNano())
	}
	return version
}

// ask runs an interpreter.
func (s *scene) ask(path string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), probePatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-S", "-c", question)
	cmd.Env, cmd.Dir = s.pairs, s.dir
	cmd.WaitDelay = time.Second // a shim's child may hold the pipe
	apart(cmd)
	out, err := cmd.Output()
	p := Python{Path: path}
	if err == nil {
		err = json.Unmarshal(out, &p)
		if err != nil || !p.valid() {
			return answer{err: fmt.Errorf("python %q does not work: it answered %.60q", path, out)}
		}
		if isShim(path) && filepath.IsAbs(p.Real) {
			p.Shim, p.Path = path, p.Real
		}
		return answer{is: p, lasts: true}
	}
	if ctx.Err() != nil {
		return answer{err: fmt.Errorf("python %q does not work: no answer within %v", path, probePatience)}
	}
	a := answer{err: fmt.Errorf("python %q does not work: %w", path, err)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		a.lasts = isShim(path) && exit.ExitCode() == 127 // "not found", as shells say
		if said, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n"); said != "" {
			a.err = fmt.Errorf("python %q does not work: %w: %s", path, err, said)
		}
	}
	return a
}

// valid reports whether an answer makes sense.
func (p Python) valid() bool {
	return p.number() != [2]int{} && p.Implementation != "" && filepath.IsAbs(p.Path)
}
