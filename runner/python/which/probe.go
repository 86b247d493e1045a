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

	"parallax/runner"
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
	lasts bool  // it will be the same until the stamp changes
	at    stamp // with the circumstances in which it was given
}

// stamp tells the states of an interpreter's file apart, and what else decides what it is.
type stamp struct {
	Path    string `json:"path"`
	Size    int64  `json:"size"`
	Changed int64  `json:"mtime_ns"`
	Given   string `json:"given,omitempty"` // the circumstances that the answer depends on
}

// probe asks an interpreter what it is, once for each state of its file. What turns out to stand for
// another one, as wrappers do and the programs of mise, rye or Apple, is asked once in each folder and
// environment: nobody knows what its answer depends on.
func (s *scene) probe(path string) (Python, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Python{}, fmt.Errorf("python %q: %s", path, runner.FileFault(err))
	}
	key := stamp{path, info.Size(), info.ModTime().UnixNano(), ""}
	shim := isShim(path)
	if shim {
		key.Given = s.chosen()
	}
	if gil := s.env("PYTHON_GIL"); gil != "" {
		key.Given += " PYTHON_GIL=" + gil
	}
	here := key
	here.Given = s.dir + "\x00" + strings.Join(s.pairs, "\x00")
	if shim || start(path, 2) != "#!" {
		a := once(key, func() answer { return s.lasting(path, key, here, shim) })
		if a.lasts {
			return a.is, a.err
		}
		if a.at == here {
			once(here, func() answer { return a })
		}
	}
	a := once(here, func() answer { return s.ask(path) })
	return a.is, a.err
}

// once returns the answer that is remembered, or else makes one.
func once(key stamp, ask func() answer) answer {
	known, _ := probed.LoadOrStore(key, sync.OnceValue(ask))
	return known.(func() answer)()
}

// lasting returns the answer that is kept on disk, or asks and keeps what lasts.
func (s *scene) lasting(path string, key, here stamp, shim bool) answer {
	if known, ok := s.disk.get(key); ok && (shim || itself(path, known.is)) {
		known.lasts = true
		return known
	}
	a := s.ask(path)
	a.at = here
	if a.err == nil {
		a.lasts = shim || itself(path, a.is)
	}
	if a.lasts {
		s.disk.put(key, a)
	}
	return a
}

// itself reports whether a file is the very interpreter that has answered. That of a virtual
// environment is: it is a link, and names itself.
func itself(path string, is Python) bool {
	a, err := os.Stat(path)
	if err != nil {
		return false
	}
	b, err := os.Stat(is.Real)
	return err == nil && os.SameFile(a, b)
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
	out, err := s.command(ctx, path).Output()
	p := Python{Path: path}
	if err == nil {
		err = json.Unmarshal(out, &p)
		if err != nil || !p.valid() {
			return answer{err: fmt.Errorf("python %q does not work: it answered %.60q", path, out)}
		}
		if isShim(path) && filepath.IsAbs(p.Real) {
			p.Shim, p.Path = path, p.Real
		}
		return answer{is: p}
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

// command asks, and is ended with all that it started when the context is over.
func (s *scene) command(ctx context.Context, path string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, "-S", "-c", question)
	cmd.Env, cmd.Dir = s.pairs, s.dir
	cmd.WaitDelay = time.Second // what has left the session may hold the pipe
	apart(cmd)
	return cmd
}

// valid reports whether an answer makes sense.
func (p Python) valid() bool {
	return p.number() != [2]int{} && p.Implementation != "" && filepath.IsAbs(p.Path)
}
