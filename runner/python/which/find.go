package which

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Finder finds interpreters by what an environment says. Its methods may be called from any goroutine.
//
// Answers are kept in parallax/pythons.json in the user's folder for caches ($XDG_CACHE_HOME). An
// answer holds while the interpreter's file has the same size and time of change; that of one of
// pyenv's shims also while the same version is chosen. Of other files that stand for an interpreter
// nothing is kept. A damaged file, or one that cannot be written,
// only costs the time of asking again.
type Finder struct {
	// Env is the environment, as "KEY=value". nil is that of parallax.
	Env []string

	settled sync.Map // of wantKey to func() (Python, error), for the Finder's life
}

// Want says for what a Python is wanted.
type Want struct {
	Choice string            // a path, a name, a version such as "3.12" or "3.14t", or "" for what is meant here
	Script string            // that it is to run, or ""
	Dir    string            // the folder to run in; "" is the current one
	Env    map[string]string // added to the environment of the Finder
}

// Find returns the interpreter that choice names, or, for "", the one that is meant in the current folder.
func Find(choice string) (Python, error) { return (&Finder{}).For(choice, "") }

// All returns every interpreter that is found in PATH and in pyenv, each once, newest first.
func All() []Python { return (&Finder{}).All() }

// For returns the interpreter for a script that runs in the current folder.
func (f *Finder) For(choice, script string) (Python, error) {
	return f.Of(Want{Choice: choice, Script: script})
}

// Of returns the interpreter that is wanted. The error says what was asked for, by whom, and why it
// cannot be had. Of many scripts that want the same it costs no more than a look at their first lines.
func (f *Finder) Of(w Want) (Python, error) {
	key := wantKey{choice: w.Choice, dir: w.Dir, env: decisive(w.Env)}
	byScript := false
	if w.Choice == "" && w.Script != "" {
		if key.choice = shebang(w.Script); key.choice != "" {
			byScript = true
		} else if abs, err := filepath.Abs(w.Script); err == nil {
			key.beside = filepath.Dir(abs)
		}
	}
	find, _ := f.settled.LoadOrStore(key, sync.OnceValues(func() (Python, error) {
		s := f.scene(w.Dir, w.Env)
		defer s.disk.flush()
		if key.choice != "" {
			return s.named(key.choice)
		}
		return s.meant(key.beside)
	}))
	p, err := find.(func() (Python, error))()
	if err != nil && byScript {
		err = fmt.Errorf("script %q: its first line names the interpreter %q, which cannot run it: %w%s", w.Script, key.choice, err, remedy)
	}
	return p, err
}

// wantKey is all that decides which Python is wanted.
type wantKey struct{ choice, beside, dir, env string }

// decisive is the part of an environment that decides it.
func decisive(env map[string]string) string {
	if len(env) == 0 {
		return ""
	}
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(env)) {
		if slices.Contains(deciding, key) || slices.ContainsFunc(managers, func(m string) bool { return strings.HasPrefix(key, m) }) {
			b.WriteString(key + "=" + env[key] + "\x00")
		}
	}
	return b.String()
}

var (
	deciding = []string{"PATH", "HOME", "VIRTUAL_ENV", "PYTHON_GIL", "DEVELOPER_DIR", "SDKROOT", "TOOLCHAINS"} // the last three: Apple's stub
	managers = []string{"PYENV_", "MISE_", "RYE_", "ASDF_", "UV_"}                                             // how the variables of their shims begin
)

// scene is where an interpreter is looked for.
type scene struct {
	pairs []string // the environment
	dir   string   // the folder to run in, absolute
	disk  *store
}

// meant finds the interpreter that nobody names. beside is the folder of the script, or "".
func (s *scene) meant(beside string) (Python, error) {
	if venv := s.env("VIRTUAL_ENV"); venv != "" {
		p, err := s.probe(inVenv(venv))
		if err != nil {
			err = fmt.Errorf("the active virtual environment (VIRTUAL_ENV): %w%s", err, remedy)
		}
		return p, err
	}
	if versions, from := s.pinned(beside); len(versions) > 0 {
		p, err := s.listed(versions)
		if err != nil {
			err = fmt.Errorf("%s: %w%s", from, err, remedy)
		}
		return p, err
	}
	p, err := s.named("python3")
	if err != nil {
		if other, fault := s.named("python"); fault == nil {
			return other, nil
		}
	}
	return p, err
}

const remedy = ": name another with --python"

func (f *Finder) scene(dir string, env map[string]string) *scene {
	s := &scene{pairs: f.Env}
	if f.Env == nil {
		s.pairs = os.Environ()
	}
	if len(env) > 0 {
		s.pairs = slices.Clone(s.pairs)
		for _, key := range slices.Sorted(maps.Keys(env)) {
			s.pairs = append(s.pairs, key+"="+env[key])
		}
	}
	if abs, err := filepath.Abs(dir); err == nil {
		s.dir = abs
	}
	s.disk = storeAt(cacheFile(f.Env))
	return s
}

func (s *scene) env(key string) string { return lookup(s.pairs, key) }

func lookup(env []string, key string) string {
	for _, pair := range slices.Backward(env) {
		if k, v, ok := strings.Cut(pair, "="); ok && k == key {
			return v
		}
	}
	return ""
}

func inVenv(dir string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(dir, "Scripts", "python.exe")
	}
	return filepath.Join(dir, "bin", "python")
}

var versionText = regexp.MustCompile(`^[0-9]+(\.[0-9]+){0,2}[a-z0-9+]*$`)

// named finds a path, a name or a version.
func (s *scene) named(choice string) (Python, error) {
	if versionText.MatchString(choice) {
		return s.versioned(choice)
	}
	if filepath.Base(choice) != choice {
		path, err := filepath.Abs(choice)
		if err != nil {
			return Python{}, fmt.Errorf("python %q: %w", choice, err)
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			path = inVenv(path)
		}
		return s.probe(path)
	}
	p, err := s.firstOf(s.inPath(choice))
	if err == nil {
		return p, nil
	}
	if version := says(choice); strings.Contains(version, ".") { // python3.13: behind a shim that is not chosen, it may be there
		for _, c := range s.rank(version) {
			if p, fault := s.probe(c.path); fault == nil && p.answers(version) {
				return p, nil
			}
		}
	}
	if errors.Is(err, errNone) {
		err = fmt.Errorf("python %q: not found in PATH", choice)
	}
	return Python{}, err
}

var errNone = errors.New("not found")

// firstOf returns the first that answers, else why the first does not.
func (s *scene) firstOf(paths []string) (Python, error) {
	first := errNone
	for _, path := range paths {
		p, err := s.probe(path)
		if err == nil {
			return p, nil
		}
		if errors.Is(first, errNone) {
			first = err
		}
	}
	return Python{}, first
}

// listed finds the first version of a list as in .python-version that can be had.
func (s *scene) listed(versions []string) (Python, error) {
	var first error
	for _, version := range versions {
		p, err := s.pin(version)
		if err == nil {
			return p, nil
		}
		if first == nil {
			first = err
		}
	}
	return Python{}, first
}

// pin finds a version as pyenv names it: a folder below its versions, a version in part, or "system".
func (s *scene) pin(version string) (Python, error) {
	if version == "system" {
		paths := slices.DeleteFunc(s.inPath("python3"), isShim)
		p, err := s.firstOf(paths)
		if errors.Is(err, errNone) {
			err = errors.New("python3: not found in PATH beside pyenv's shims")
		}
		return p, err
	}
	if dir := filepath.Join(s.pyenv(), "versions", version, "bin"); s.pyenv() != "" && filepath.Base(version) == version {
		for _, name := range []string{"python3", "python"} { // a free-threaded build has only the first
			if path := filepath.Join(dir, name); executable(path) {
				return s.probe(path)
			}
		}
	}
	for _, prefix := range []string{"python-", "cpython-"} {
		version = strings.TrimPrefix(version, prefix)
	}
	return s.named(version)
}

// versioned finds an interpreter of a version, which may be given in part. The one that a shell would
// find by that version's name is asked first, then those whose name or folder says it, and mostly
// nobody else is.
func (s *scene) versioned(version string) (Python, error) {
	paths := s.inPath("python" + version)
	for _, c := range s.rank(version) {
		paths = append(paths, c.path)
	}
	var other *Python
	for _, path := range paths {
		p, err := s.probe(path)
		if err != nil || !p.answers(version) {
			continue
		}
		if p.FreeThreaded == strings.HasSuffix(version, "t") {
			return p, nil
		}
		if other == nil {
			other = &p // a build without the GIL, where nobody asked for one
		}
	}
	if other != nil {
		return *other, nil
	}
	var have []string
	for _, p := range answered(s.survey()) {
		if p.answers(version) {
			return p, nil // its name said something else
		}
		have = append(have, p.label())
	}
	if len(have) == 0 {
		return Python{}, fmt.Errorf("python %s: no Python was found", version)
	}
	return Python{}, fmt.Errorf("python %s: not found, only %s", version, strings.Join(have, ", "))
}

// label is the version as a user would ask for it.
func (p Python) label() string {
	if p.FreeThreaded {
		return p.Version + "t"
	}
	return p.Version
}

func (s *scene) inPath(name string) []string {
	var paths []string
	for _, dir := range filepath.SplitList(s.env("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			if path, err = filepath.Abs(path); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func executable(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

// Found is a file that may be an interpreter, and what came of asking it.
type Found struct {
	Python       // its Path is set also when there was no answer
	Fault  error // why it is none, or nil
}

// Survey asks every interpreter in PATH and in pyenv. Each is there once, newest first; those that
// failed, such as shims of versions that are not chosen, come last, in the order of PATH.
func (f *Finder) Survey() []Found {
	s := f.scene("", nil)
	defer s.disk.flush()
	return s.survey()
}

// All returns every interpreter that is found, each once, newest first. What fails is left out.
func (f *Finder) All() []Python { return answered(f.Survey()) }

func answered(found []Found) []Python {
	var out []Python
	for _, a := range found {
		if a.Fault == nil {
			out = append(out, a.Python)
		}
	}
	return out
}

func (s *scene) survey() []Found {
	cands := s.candidates()
	found := make([]Found, len(cands))
	var wg sync.WaitGroup
	turns := make(chan struct{}, max(2, runtime.NumCPU()))
	for i, c := range cands {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			p, err := s.probe(c.path)
			if err != nil {
				p = Python{Path: c.path}
			}
			found[i] = Found{p, err}
		})
	}
	wg.Wait()
	var seen []os.FileInfo
	found = slices.DeleteFunc(found, func(a Found) bool {
		if a.Fault != nil {
			return false
		}
		file, err := os.Stat(a.Real) // shims and hard links are several names of one
		again := err != nil || slices.ContainsFunc(seen, func(o os.FileInfo) bool { return os.SameFile(o, file) })
		if !again {
			seen = append(seen, file)
		}
		return again
	})
	slices.SortStableFunc(found, func(a, b Found) int {
		x, y := a.number(), b.number()
		return slices.Compare(y[:], x[:])
	})
	return found
}
