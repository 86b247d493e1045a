package inside

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pythons finds the interpreters of this machine, by their version: those that pyenv keeps, and python3.
var pythons = sync.OnceValue(func() map[string]string {
	found := map[string]string{}
	var paths []string
	if home, err := os.UserHomeDir(); err == nil {
		for _, name := range []string{"python", "python3.[0-9]*t"} {
			more, _ := filepath.Glob(filepath.Join(home, ".pyenv", "versions", "*", "bin", name))
			paths = append(paths, more...)
		}
	}
	if path, err := exec.LookPath("python3"); err == nil {
		paths = append(paths, path)
	}
	for _, path := range paths {
		out, err := exec.Command(path, "-c",
			"import sys, sysconfig; print('%d.%d' % sys.version_info[:2] + ('t' if sysconfig.get_config_var('Py_GIL_DISABLED') else ''))").Output()
		if version := strings.TrimSpace(string(out)); err == nil && found[version] == "" {
			found[version] = path
		}
	}
	return found
})

// each runs a test with every Python from some version on that is here.
func each(t *testing.T, test func(t *testing.T, python string), leftOut ...string) {
	t.Helper()
	all := pythons()
	if len(all) == 0 {
		t.Skip("needs a Python")
	}
	for version, path := range all {
		if !slices.Contains(leftOut, version) {
			t.Run(version, func(t *testing.T) { test(t, path) })
		}
	}
}

// old are the versions in which this package does nothing.
const old = "2.7"

// eye is one whose folder is the test's.
func eye(t testing.TB) *Eye {
	t.Helper()
	cache := t.TempDir()
	return &Eye{folder: sync.OnceValues(func() (string, error) { return install(cache) })}
}

// script is a script that runs as a process.
type script struct {
	t    *testing.T
	eye  *Eye
	cmd  *exec.Cmd
	file *os.File
	out  *output
	dir  string
}

// output is what a process writes, for a test that reads it meanwhile.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// start runs a script, with further variables of the environment; options come before its name.
func start(t *testing.T, python, source string, env []string, options ...string) *script {
	t.Helper()
	return startWith(t, eye(t).Prepare, python, source, env, options...)
}

// asEver prepares nothing.
func asEver(_, env []string, _ int) ([]string, *os.File, error) { return env, nil, nil }

// startWith is start with whatever prepares the script.
func startWith(
	t *testing.T, prepare func(argv, env []string, fd int) ([]string, *os.File, error), python, source string, env []string, options ...string,
) *script {
	t.Helper()
	s := &script{t: t, eye: New(), out: &output{}, dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.dir, "x.py"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	argv := append(append([]string{python}, options...), "x.py")
	base := slices.DeleteFunc(os.Environ(), func(kv string) bool { return strings.HasPrefix(kv, "PYTHON") })
	env, file, err := prepare(argv, append(base, env...), 3)
	if err != nil {
		t.Fatal(err)
	}
	s.file = file
	s.cmd = exec.Command(argv[0], argv[1:]...)
	s.cmd.Dir, s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = s.dir, env, s.out, s.out
	if file != nil {
		s.cmd.ExtraFiles = []*os.File{file}
		t.Cleanup(func() { file.Close() })
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	})
	return s
}

// waits until something holds, on a busy machine, too.
func (s *script) waits(what string, holds func() bool, more ...func() string) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(30 * time.Second); !holds(); <-tick.C {
		if time.Now().After(late) {
			for _, m := range more {
				what += m()
			}
			s.t.Fatalf("waited in vain for %s; output:\n%s", what, s.out)
		}
	}
}

// says waits until the script has printed a line that begins with prefix, and returns its rest.
func (s *script) says(prefix string) string {
	s.t.Helper()
	var rest string
	s.waits("output "+prefix, func() bool {
		for line := range strings.Lines(s.out.String()) {
			if after, ok := strings.CutPrefix(line, prefix); ok && strings.HasSuffix(line, "\n") {
				rest = strings.TrimSpace(after)
				return true
			}
		}
		return false
	})
	return rest
}

// ends waits for the script's end and returns what it printed.
func (s *script) ends() string {
	s.t.Helper()
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("%v; output:\n%s", err, s.out)
	}
	return s.out.String()
}

func (s *script) stack() (string, error) { return s.eye.Stack(s.cmd.Process.Pid, s.file) }

// shows waits until the stack has all of some texts.
func (s *script) shows(want ...string) string {
	s.t.Helper()
	var text string
	s.waits("a stack with "+strings.Join(want, ", "), func() bool {
		got, err := s.stack()
		if err != nil {
			s.t.Fatalf("stack: %v; output:\n%s", err, s.out)
		}
		text = strings.ReplaceAll(got, s.dir+"/", "") // later versions tell the whole path
		return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(text, w) })
	}, func() string { return "; the stack is\n" + text })
	return text
}
