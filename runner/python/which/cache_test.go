//go:build unix

package which

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// lab is a folder of pyenv with stand-ins for interpreters. Each question to one of them adds a line
// to the file log.
type lab struct {
	t    *testing.T
	dir  string
	work string // where scripts run
	env  []string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), work: t.TempDir()}
	l.env = []string{
		"PATH=" + filepath.Join(l.dir, "shims") + ":" + l.tools(), "PYENV_ROOT=" + l.dir, "HOME=/no/home",
		"XDG_CACHE_HOME=" + filepath.Join(l.dir, "cache"),
		"GORACE=atexit_sleep_ms=0", // else each stand-in takes a second to end
	}
	return l
}

// tools is a folder with what shims need, and no Python of the machine's.
func (l *lab) tools() string {
	l.t.Helper()
	dir := filepath.Join(l.dir, "tools")
	if err := os.Mkdir(dir, 0o700); err != nil {
		l.t.Fatal(err)
	}
	cat, err := exec.LookPath("cat")
	if err == nil {
		err = os.Symlink(cat, filepath.Join(dir, "cat"))
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return dir
}

func (l *lab) write(name, text string, mode os.FileMode) string {
	l.t.Helper()
	path := filepath.Join(l.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// TestMain lets the test's own program stand for interpreters: copies of it tell what lies beside them.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "python3" {
		says := os.Args[0] + ".says"
		if chosen := os.Getenv("MISE_PYTHON_VERSION"); chosen != "" {
			says = os.Args[0] + "." + chosen
		} else if _, err := os.Stat("chosen.says"); err == nil {
			says = "chosen.says"
		}
		text, err := os.ReadFile(says)
		if err != nil {
			os.Exit(1)
		}
		note, answer, _ := strings.Cut(string(text), "\n")
		log, line, _ := strings.Cut(note, " ")
		f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			os.Exit(1)
		}
		_, err = f.WriteString(line + "\n")
		if errors.Join(err, f.Close()) != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString(answer)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program is the test's own.
var program = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	return string(data), err
})

// interpreter makes a program that answers as one of a version; more makes its file another.
func (l *lab) interpreter(home, version, more string) string {
	l.t.Helper()
	text, err := program()
	if err != nil {
		l.t.Fatal(err)
	}
	path := l.write("versions/"+home+"/bin/python3", text+more, 0o700)
	number, free := strings.CutSuffix(version, "t")
	l.write("versions/"+home+"/bin/python3.says", l.dir+"/log "+version+"\n"+
		`{"real": "`+path+`", "version": "`+number+`", "implementation": "CPython", "gil": `+
		strconv.FormatBool(!free)+`, "free_threaded": `+strconv.FormatBool(free)+`}`, 0o600)
	return path
}

// shim makes one of pyenv's: it stands for the version that is chosen, if it has that name.
func (l *lab) shim(name, of string) {
	l.t.Helper()
	l.write("shims/"+name, `#!/bin/sh
# stands for pyenv: exec "$PYENV_ROOT/libexec/pyenv" exec "$program" "$@"
echo shim >>`+l.dir+`/log
for v in $PYENV_VERSION $(cat .python-version 2>&- || cat $PYENV_ROOT/version); do
	case $v in `+of+`) exec $PYENV_ROOT/versions/$v/bin/python3;; esac
done
echo "pyenv: `+name+`: command not found" >&2
exit 127
`, 0o700)
}

// asked returns who was asked since the last call, and forgets what this program remembers: what is
// known after it is known from the file.
func (l *lab) asked() string {
	l.t.Helper()
	data, _ := os.ReadFile(filepath.Join(l.dir, "log"))
	_ = os.Remove(filepath.Join(l.dir, "log"))
	probed.Clear()
	stores.Clear()
	return strings.Join(strings.Fields(string(data)), " ")
}

func (l *lab) of(w Want) string {
	l.t.Helper()
	if w.Dir == "" {
		w.Dir = l.work
	}
	p, err := (&Finder{Env: l.env}).Of(w)
	if err != nil {
		return err.Error()
	}
	if p.FreeThreaded {
		return p.Version + "t"
	}
	return p.Version
}

func (l *lab) want(w Want, version, asked string) {
	l.t.Helper()
	if got := l.of(w); got != version {
		l.t.Errorf("%+v: %s, want %s", w, got, version)
	}
	if got := l.asked(); got != asked {
		l.t.Errorf("%+v: asked %q, want %q", w, got, asked)
	}
}

func TestOnlyWhoMayBeMeantIsAskedAndOnce(t *testing.T) {
	l := newLab(t)
	for _, v := range []string{"3.9.18", "3.12.1", "3.12.10", "3.14.6", "3.14.7t"} {
		l.interpreter(v, v, "")
	}
	l.write("version", "3.9.18\n", 0o600)
	l.shim("python3", "3*")
	l.shim("python3.12", "3.12*")
	l.asked()
	l.want(Want{}, "3.9.18", "shim 3.9.18")
	l.want(Want{}, "3.9.18", "")
	l.want(Want{Choice: "3.12"}, "3.12.10", "shim 3.12.10")
	l.want(Want{Choice: "3.12.1"}, "3.12.1", "3.12.1")
	l.want(Want{Choice: "3.12"}, "3.12.10", "")
	l.want(Want{Choice: "3.14"}, "3.14.6", "3.14.6")
	l.want(Want{Choice: "3.14t"}, "3.14.7t", "3.14.7t")
	// Behind the shim that is not chosen is the one that was meant; that the shim fails is kept too.
	l.want(Want{Choice: "python3.12"}, "3.12.10", "")
}

func TestAnAnswerHoldsWhileNothingChanges(t *testing.T) {
	l := newLab(t)
	l.interpreter("3.9.18", "3.9.18", "")
	path := l.interpreter("3.12.1", "3.12.1", "")
	l.write("version", "3.9.18\n", 0o600)
	l.shim("python3", "3*")
	l.want(Want{}, "3.9.18", "shim 3.9.18")
	// Another version is chosen in a folder, by a variable, and for all.
	here := t.TempDir()
	if err := os.WriteFile(filepath.Join(here, ".python-version"), []byte("3.12.1"), 0o600); err != nil {
		t.Fatal(err)
	}
	shim := filepath.Join(l.dir, "shims", "python3")
	l.want(Want{Choice: shim, Dir: here}, "3.12.1", "shim 3.12.1")
	l.want(Want{Choice: shim, Dir: here}, "3.12.1", "")
	l.want(Want{Choice: shim}, "3.9.18", "")
	l.want(Want{Choice: shim, Env: map[string]string{"PYENV_VERSION": "3.12.1"}}, "3.12.1", "")
	l.write("version", "3.12.1\n", 0o600)
	l.want(Want{Choice: shim}, "3.12.1", "")
	// The interpreter itself changes.
	l.want(Want{Choice: path}, "3.12.1", "3.12.1")
	l.interpreter("3.12.1", "3.12.22", " ")
	l.want(Want{Choice: path}, "3.12.22", "3.12.22")
	l.want(Want{}, "3.12.22", "shim 3.12.22") // behind its shim, too
	// It is gone.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := l.of(Want{Choice: path}); !strings.Contains(got, "no such file") {
		t.Error(got)
	}
}

func TestAProgramThatStandsForPythonsIsAskedInEachPlace(t *testing.T) {
	l := newLab(t)
	l.interpreter("3.9.18", "3.9.18", "")
	l.interpreter("3.12.1", "3.12.1", "")
	said := func(v string) string { return text(t, filepath.Join(l.dir, "versions", v, "bin", "python3.says")) }
	code, err := program()
	if err != nil {
		t.Fatal(err)
	}
	shim := l.write("native/python3", code, 0o700)
	l.write("native/python3.says", said("3.9.18"), 0o600)
	l.write("native/python3.other", said("3.12.1"), 0o600)
	l.write("elsewhere/chosen.says", said("3.12.1"), 0o600)
	elsewhere := filepath.Join(l.dir, "elsewhere")
	if got := l.of(Want{Choice: shim}); got != "3.9.18" {
		t.Errorf("here: %s", got)
	}
	// While the program remembers.
	if got := l.of(Want{Choice: shim, Dir: elsewhere}); got != "3.12.1" {
		t.Errorf("elsewhere: %s", got)
	}
	other := map[string]string{"MISE_PYTHON_VERSION": "other"}
	if got := l.of(Want{Choice: shim, Env: other}); got != "3.12.1" {
		t.Errorf("in another environment: %s", got)
	}
	l.of(Want{Choice: shim})
	l.of(Want{Choice: shim, Dir: elsewhere})
	if got := l.asked(); got != "3.9.18 3.12.1 3.12.1" {
		t.Errorf("asked %q", got)
	}
	// One Finder, too, tells environments apart.
	f := &Finder{Env: l.env}
	for want, env := range map[string]map[string]string{"3.9.18": nil, "3.12.1": other} {
		if p, err := f.Of(Want{Choice: shim, Dir: l.work, Env: env}); err != nil || p.Version != want {
			t.Errorf("%v: %s %v", env, p.Version, err)
		}
	}
	// Nothing was kept, and what an older release has kept is not believed.
	l.asked()
	l.want(Want{Choice: shim}, "3.9.18", "3.9.18")
	info, err := os.Stat(shim)
	if err != nil {
		t.Fatal(err)
	}
	old := storeAt(cacheFile(l.env))
	real := filepath.Join(l.dir, "versions", "3.12.1", "bin", "python3")
	old.put(stamp{shim, info.Size(), info.ModTime().UnixNano(), ""}, answer{is: Python{Path: shim, Real: real, Version: "3.12.1", Implementation: "CPython"}})
	old.flush()
	l.asked()
	l.want(Want{Choice: shim}, "3.9.18", "3.9.18")
}

func TestTheAnswerOfAVirtualEnvironmentIsKept(t *testing.T) {
	l := newLab(t)
	home := l.interpreter("3.12.1", "3.12.1", "")
	venv := filepath.Join(l.dir, "venv", "bin", "python3")
	l.write("venv/bin/python3.says", strings.ReplaceAll(text(t, home+".says"), home, venv), 0o600)
	if err := os.Symlink(home, venv); err != nil {
		t.Fatal(err)
	}
	l.want(Want{Choice: venv}, "3.12.1", "3.12.1")
	l.want(Want{Choice: venv}, "3.12.1", "")
	l.want(Want{Choice: venv, Dir: l.dir}, "3.12.1", "")
}

func TestACancelledQuestionLeavesNoChildOfAShim(t *testing.T) {
	l := newLab(t)
	shim := l.write("slow", "#!/bin/sh\nsleep 120 &\necho up\nwait\n", 0o700)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := (&scene{pairs: os.Environ(), dir: l.work}).command(ctx, shim)
	cmd.Stdout = w
	err = cmd.Start()
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, len("up\n"))); err != nil {
		t.Error(err)
	}
	cancel()
	if err := cmd.Wait(); err == nil {
		t.Error("it was not ended")
	}
	if err := r.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Errorf("its child lives: %v", err)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestADamagedFileIsIgnored(t *testing.T) {
	l := newLab(t)
	path := l.interpreter("3.12.1", "3.12.1", "")
	l.want(Want{Choice: path}, "3.12.1", "3.12.1")
	file := cacheFile(l.env)
	whole := text(t, file)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	for _, damaged := range []string{
		"", "{", whole[:len(whole)/2], strings.Replace(whole, `"format": 1`, `"format": 99`, 1), "[]",
		strings.Replace(whole, `"version": "3.12.1"`, `"version": "nonsense"`, 1), "\x00\x00",
	} {
		l.write("cache/parallax/pythons.json", damaged, 0o600)
		l.want(Want{Choice: path}, "3.12.1", "3.12.1")
		l.want(Want{Choice: path}, "3.12.1", "")
	}
	// A place that cannot be written only costs the question.
	l.env = append(l.env, "XDG_CACHE_HOME="+path)
	l.want(Want{Choice: path}, "3.12.1", "3.12.1")
	l.want(Want{Choice: path}, "3.12.1", "3.12.1")
	if left, _ := filepath.Glob(filepath.Join(l.dir, "cache", "parallax", ".pythons-*")); len(left) > 0 {
		t.Error(left)
	}
}

func TestWhatOthersWroteIsKept(t *testing.T) {
	l := newLab(t)
	var paths []string
	for _, v := range []string{"3.8.1", "3.9.1", "3.10.1", "3.11.1", "3.12.1", "3.13.1"} {
		paths = append(paths, l.interpreter(v, v, ""))
	}
	var wg sync.WaitGroup
	for _, path := range paths {
		wg.Go(func() { l.of(Want{Choice: path}) })
	}
	wg.Wait()
	l.asked()
	for _, path := range paths {
		l.of(Want{Choice: path})
	}
	if got := l.asked(); got != "" {
		t.Error(got)
	}
}

func TestAVersionOfPyenv(t *testing.T) {
	l := newLab(t)
	l.interpreter("3.9.18", "3.9.18", "")
	l.interpreter("3.12.1", "3.12.1", "")
	l.interpreter("3.14.7t", "3.14.7t", "")
	l.interpreter("mine", "3.8.2", "") // a virtual environment's name
	script := filepath.Join(l.work, "a.py")
	if err := os.WriteFile(script, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"3.12.1\n3.9.18\n": "3.12.1", "2.7.18 3.14.7t": "3.14.7t", "3.14t": "3.14.7t", "python-3.9.18": "3.9.18", "\n\n3.12\n": "3.12.1",
		"mine": "3.8.2",
	} {
		if err := os.WriteFile(filepath.Join(l.work, ".python-version"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := l.of(Want{Script: script}); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	// A build without the GIL is not taken for a version that is to be had with it.
	l.interpreter("a", "3.15.1t", "")
	l.interpreter("b", "3.15.1", "")
	for want, of := range map[string]string{"3.15.1": "3.15", "3.15.1t": "3.15t"} {
		if got := l.of(Want{Choice: of}); got != want {
			t.Errorf("%s: %s, want %s", of, got, want)
		}
	}
	// pyenv's variable goes before the file.
	l.env = append(l.env, "PYENV_VERSION=3.99:3.9.18")
	if got := l.of(Want{Script: script}); got != "3.9.18" {
		t.Error(got)
	}
	if got := l.of(Want{Script: script, Env: map[string]string{"PYENV_VERSION": "4.4"}}); !strings.HasPrefix(got, "PYENV_VERSION: python 4.4: not found, only 3.15.1t, 3.15.1, 3.14.7t, 3.12.1, 3.9.18, 3.8.2") {
		t.Error(got)
	}
}

func TestASurveyNamesTheShimsThatFail(t *testing.T) {
	l := newLab(t)
	l.interpreter("3.9.18", "3.9.18", "")
	l.interpreter("3.12.1", "3.12.1", "")
	l.write("version", "3.9.18", 0o600)
	l.shim("python3.9", "3.9*")
	l.shim("python3.12", "3.12*")
	t.Chdir(l.work)
	var got []string
	for _, f := range (&Finder{Env: l.env}).Survey() {
		line := f.Version + " " + strings.TrimPrefix(f.Path, l.dir)
		if f.Shim != "" {
			line += " by " + filepath.Base(f.Shim)
		}
		if f.Fault != nil {
			_, line, _ = strings.Cut(f.Fault.Error(), "status ")
		}
		got = append(got, line)
	}
	want := "3.12.1 /versions/3.12.1/bin/python3|3.9.18 /versions/3.9.18/bin/python3 by python3.9|127: pyenv: python3.12: command not found"
	if strings.Join(got, "|") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, "|"), want)
	}
}

func BenchmarkManyScripts(b *testing.B) {
	script := filepath.Join(b.TempDir(), "a.py")
	if err := os.WriteFile(script, []byte("print(1)\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	f := &Finder{}
	for b.Loop() {
		if _, err := f.Of(Want{Script: script, Env: map[string]string{"SEED": "1"}}); err != nil {
			b.Skip(err)
		}
	}
}

func TestWhatAPythonCanDo(t *testing.T) {
	for _, c := range []struct {
		version, kind   string
		sub             bool
		threads, holds  bool
		interpreters, h bool
	}{
		{"2.7.18", "CPython", false, false, false, false, false},
		{"3.7.16", "CPython", false, false, false, false, false},
		{"3.8.18", "CPython", false, true, false, false, false},
		{"3.9.18", "CPython", false, true, true, false, false},
		{"3.11.7", "CPython", false, true, true, false, false},
		{"3.12.1", "CPython", false, true, true, false, false},
		{"3.13.0", "CPython", true, true, true, true, false},
		{"3.14.6", "CPython", true, true, true, true, true},
		{"3.14.6", "CPython", false, true, true, false, false},
		{"3.11.9", "PyPy", false, false, false, false, false},
		{"3.15.0", "PyPy", true, false, false, false, false},
	} {
		p := Python{Path: "/p", Version: c.version, Implementation: c.kind, Subinterpreters: c.sub}
		if p.Threads() == nil != c.threads || p.PausesThreads() != c.holds || p.Interpreters() == nil != c.interpreters || p.PausesInterpreters() != c.h {
			t.Errorf("%+v: %v %v %v %v", c, p.Threads(), p.PausesThreads(), p.Interpreters(), p.PausesInterpreters())
		}
		p.FreeThreaded = true
		if p.Interpreters() == nil || p.PausesInterpreters() {
			t.Errorf("%+v: interpreters on a build without a GIL", c)
		}
		for _, err := range []error{p.Threads(), p.Interpreters()} {
			if err != nil && !strings.Contains(err.Error(), c.version) {
				t.Error(err)
			}
		}
	}
}
