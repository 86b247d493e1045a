// Package which finds Pythons and asks them what they are.
package which

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Oldest is the first version that the host runs on. Older ones run scripts as processes.
const Oldest = "3.8"

// probePatience is how long an interpreter may take to say what it is.
const probePatience = 20 * time.Second

// Python is an interpreter that was found and has answered.
type Python struct {
	Path            string `json:"path"` // by which it was found, absolute
	Real            string `json:"real"` // what it says it is: behind a shim, the true one
	Version         string `json:"version"`
	Implementation  string `json:"implementation"`
	FreeThreaded    bool   `json:"free_threaded"`   // built to run without a GIL
	GIL             bool   `json:"gil"`             // runs with one now
	Subinterpreters bool   `json:"subinterpreters"` // can run them from Python code
}

// question is asked of every version since 2.7.
const question = `import sys, json, platform
try:
    import sysconfig
    free = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
except Exception:
    free = False
sub = False
for name in ("_interpreters", "_xxsubinterpreters"):
    try:
        __import__(name); sub = sys.version_info >= (3, 13)
    except Exception: pass
print(json.dumps({"real": sys.executable, "version": platform.python_version(), "implementation": platform.python_implementation(),
    "free_threaded": free, "gil": getattr(sys, "_is_gil_enabled", lambda: True)(), "subinterpreters": sub}))`

// number returns the major and minor version.
func (p Python) number() [2]int { return parseVersion(p.Version) }

func parseVersion(s string) (v [2]int) {
	parts := strings.SplitN(s, ".", 3)
	for i := range min(len(parts), 2) {
		digits := strings.TrimRight(parts[i], "abcdefghijklmnopqrstuvwxyz+")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return v
		}
		v[i] = n
	}
	return v
}

// AtLeast reports whether it is of a version, given as "3.12", or later.
func (p Python) AtLeast(version string) bool {
	v, oldest := p.number(), parseVersion(version)
	return slices.Compare(v[:], oldest[:]) >= 0
}

// Same reports whether two are of the same minor version and build: what one can do, so can the other.
func (p Python) Same(o Python) bool {
	return p.number() == o.number() && p.FreeThreaded == o.FreeThreaded
}

// Threads says why scripts cannot run as threads of it, or nil.
func (p Python) Threads() error {
	if !p.AtLeast(Oldest) {
		return fmt.Errorf("python %s (%s) runs scripts as processes only: threads need %s or later", p.Version, p.Path, Oldest)
	}
	if p.Implementation != "CPython" {
		return fmt.Errorf("%s %s (%s) runs scripts as processes only: threads need CPython", p.Implementation, p.Version, p.Path)
	}
	return nil
}

// probed keeps answers by file, size and time of change: a program's life long.
var probed sync.Map // of probeKey to func() probeAnswer

type probeKey struct {
	path    string
	changed time.Time
	pyenv   string // PYENV_VERSION and the folder decide what a shim of pyenv is
	dir     string
}

type probeAnswer struct {
	is  Python
	err error
}

// Finder finds interpreters by what an environment says.
type Finder struct {
	// Env is the environment, as "KEY=value". nil is that of parallax.
	Env []string
}

// Find returns the interpreter that choice names: a path, a name, a version such as "3.12", or, for
// "", what an active virtual environment, .python-version in the current folder or PATH offer.
func Find(choice string) (Python, error) { return (&Finder{}).For(choice, "") }

// All returns every interpreter that is found in PATH and in pyenv, each once, newest first.
func All() []Python { return (&Finder{}).All() }

func (f *Finder) env(key string) string {
	if f.Env == nil {
		return os.Getenv(key)
	}
	for _, pair := range slices.Backward(f.Env) {
		if k, v, ok := strings.Cut(pair, "="); ok && k == key {
			return v
		}
	}
	return ""
}

// For returns the interpreter for a script. Its first line, a virtual environment, .python-version
// in its folder or above, and PATH are asked in this order, unless choice says.
func (f *Finder) For(choice, script string) (Python, error) {
	if choice != "" {
		return f.named(choice)
	}
	if script != "" {
		if name := shebang(script); name != "" {
			if p, err := f.named(name); err == nil {
				return p, nil
			}
		}
	}
	if venv := f.env("VIRTUAL_ENV"); venv != "" {
		return f.probe(inVenv(venv))
	}
	if version := pinned(script); version != "" && version != "system" {
		if p, err := f.versioned(version); err == nil {
			return p, nil
		}
	}
	p, err := f.named("python3")
	if err != nil {
		if other, fault := f.named("python"); fault == nil {
			return other, nil
		}
	}
	return p, err
}

func inVenv(dir string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(dir, "Scripts", "python.exe")
	}
	return filepath.Join(dir, "bin", "python")
}

var versionText = regexp.MustCompile(`^[0-9]+(\.[0-9]+){0,2}[a-z0-9+]*$`)

// named finds a path, a name or a version.
func (f *Finder) named(choice string) (Python, error) {
	if versionText.MatchString(choice) {
		return f.versioned(choice)
	}
	if filepath.Base(choice) != choice {
		path, err := filepath.Abs(choice)
		if err != nil {
			return Python{}, fmt.Errorf("python %q: %w", choice, err)
		}
		return f.probe(path)
	}
	var first error
	for _, path := range f.inPath(choice) {
		p, err := f.probe(path)
		if err == nil {
			return p, nil
		}
		if first == nil {
			first = err
		}
	}
	if first != nil {
		return Python{}, first
	}
	return Python{}, fmt.Errorf("python %q: not found in PATH", choice)
}

// versioned finds the newest interpreter of a version, which may be given in part.
func (f *Finder) versioned(version string) (Python, error) {
	var have []string
	for _, p := range f.All() {
		if p.Version == version || strings.HasPrefix(p.Version, version+".") {
			return p, nil
		}
		have = append(have, p.Version)
	}
	if len(have) == 0 {
		return Python{}, fmt.Errorf("python %s: no Python was found", version)
	}
	return Python{}, fmt.Errorf("python %s: not found, only %s", version, strings.Join(have, ", "))
}

func (f *Finder) inPath(name string) []string {
	var paths []string
	for _, dir := range filepath.SplitList(f.env("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

var pythonName = regexp.MustCompile(`^(python|pypy)[0-9.]*t?(\.exe)?$`)

// candidates lists files that may be interpreters, in the order of PATH.
func (f *Finder) candidates() []string {
	dirs := filepath.SplitList(f.env("PATH"))
	root := f.env("PYENV_ROOT")
	if home := f.env("HOME"); root == "" && home != "" {
		root = filepath.Join(home, ".pyenv")
	}
	if versions, err := filepath.Glob(filepath.Join(root, "versions", "*", "bin")); err == nil && root != "" {
		dirs = append(dirs, versions...)
	}
	var paths []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if !pythonName.MatchString(e.Name()) {
				continue
			}
			target, err := filepath.EvalSymlinks(path)
			if _, bad := exec.LookPath(path); err != nil || bad != nil || seen[target] {
				continue
			}
			seen[target] = true
			paths = append(paths, path)
		}
	}
	return paths
}

// All returns every interpreter that is found, each once, newest first. Shims that fail are left out.
func (f *Finder) All() []Python {
	paths := f.candidates()
	found := make([]Python, len(paths))
	var wg sync.WaitGroup
	turns := make(chan struct{}, max(2, runtime.NumCPU()))
	for i, path := range paths {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			found[i], _ = f.probe(path) // what fails is none
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	found = slices.DeleteFunc(found, func(p Python) bool {
		file, err := filepath.EvalSymlinks(p.Real) // pyenv's shims answer by several names of one
		again := p.Real == "" || err != nil || seen[file]
		seen[file] = true
		return again
	})
	slices.SortStableFunc(found, func(a, b Python) int {
		x, y := a.number(), b.number()
		return slices.Compare(y[:], x[:])
	})
	return found
}

// probe asks an interpreter what it is, once for each state of its file.
func (f *Finder) probe(path string) (Python, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Python{}, fmt.Errorf("python %q: %s", path, inWords(err))
	}
	dir, _ := os.Getwd() // it only tells answers apart
	key := probeKey{path, info.ModTime(), f.env("PYENV_VERSION"), dir}
	answer, _ := probed.LoadOrStore(key, sync.OnceValue(func() probeAnswer {
		is, err := f.ask(path)
		return probeAnswer{is, err}
	}))
	got := answer.(func() probeAnswer)()
	return got.is, got.err
}

func (f *Finder) ask(path string) (Python, error) {
	ctx, cancel := context.WithTimeout(context.Background(), probePatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "-c", question)
	cmd.Env = f.Env
	cmd.WaitDelay = time.Second // a shim's child may hold the pipe
	apart(cmd)
	out, err := cmd.Output()
	p := Python{Path: path}
	if err == nil {
		if err = json.Unmarshal(out, &p); err == nil {
			return p, nil
		}
		return Python{}, fmt.Errorf("python %q does not work: it answered %.60q", path, out)
	}
	if ctx.Err() != nil {
		return Python{}, fmt.Errorf("python %q does not work: no answer within %v", path, probePatience)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if said, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n"); said != "" {
			return Python{}, fmt.Errorf("python %q does not work: %w: %s", path, err, said)
		}
	}
	return Python{}, fmt.Errorf("python %q does not work: %w", path, err)
}

// shebang returns the Python that a script's first line names, or "".
func shebang(script string) string {
	f, err := os.Open(script)
	if err != nil {
		return ""
	}
	defer f.Close()
	buf := make([]byte, 256)
	n, _ := f.Read(buf) // a folder, an empty file: no first line
	line, _, _ := strings.Cut(string(buf[:n]), "\n")
	if !strings.HasPrefix(line, "#!") {
		return ""
	}
	words := strings.Fields(line[2:])
	if len(words) > 0 && filepath.Base(words[0]) == "env" {
		words = slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "-") || strings.Contains(w, "=") })
	}
	if len(words) == 0 || !pythonName.MatchString(filepath.Base(words[0])) {
		return ""
	}
	if name := filepath.Base(words[0]); name == "python3" || name == "python" {
		return "" // says nothing that the environment does not
	}
	return words[0]
}

// pinned returns the first version in .python-version in a script's folder or above, or, without a
// script, in the current folder or above; or "".
func pinned(script string) string {
	dir, err := filepath.Abs(filepath.Dir(script)) // "." for none
	if err != nil {
		return ""
	}
	for {
		if data, err := os.ReadFile(filepath.Join(dir, ".python-version")); err == nil {
			if words := strings.Fields(string(data)); len(words) > 0 {
				return words[0]
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

func inWords(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	}
	return err.Error()
}
