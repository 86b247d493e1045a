//go:build unix

package python

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestWhatOnlyAStartObeysIsTold(t *testing.T) {
	base := []string{"PYTHONHASHSEED=1", "PYTHONPATH=/lib", "HOME=/h", "PYTHONHASHSEED=2"}
	for _, c := range []struct{ env, want map[string]string }{
		{nil, nil},
		{map[string]string{"SEED": "1", "PATH": "/x", "PYTHON_COLORS": "1", "PYTHONIOENCODING": "latin-1", "PYTHONUNBUFFERED": ""}, nil},
		{map[string]string{"PYTHONHASHSEED": "2", "PYTHONPATH": "/lib", "PYTHONOPTIMIZE": ""}, nil},
		{map[string]string{"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}, map[string]string{"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"}},
		{map[string]string{"PYTHONPATH": "a:/b:"}, map[string]string{"PYTHONPATH": "/w/a:/b:/w"}},
		{map[string]string{"PYTHONPATH": ""}, map[string]string{"PYTHONPATH": ""}},
	} {
		if got := settings(c.env, base, "/w"); !maps.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.env, got, c.want)
		}
	}
	one := map[string]string{"A": "1", "B": "2"}
	if kind("p", one) == kind("p", nil) || kind("p", one) == kind("q", one) || kind("p", one) != kind("p", maps.Clone(one)) {
		t.Error("kinds are taken for each other")
	}
}

// startOnly prints what of an interpreter is settled when it starts.
const startOnly = `import sys, warnings, os, locale
try:
    import beside_path
    print("found", beside_path.__name__)
except ImportError as e:
    print(e)
print(hash("a") if os.environ.get("PYTHONHASHSEED") else "", __debug__, sys.flags.optimize, sys.flags.utf8_mode, sys.flags.dev_mode,
    sys.dont_write_bytecode, sys.warnoptions, sys.pycache_prefix, locale.getpreferredencoding(False), sys.flags.no_user_site)
warnings.warn("an old way", DeprecationWarning)
assert os.environ.get("PYTHONOPTIMIZE"), "asserted"
`

func TestVariablesOfAStartAreObeyed(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		if p.Interpreters() == nil {
			b.launcher.opts.Model = runner.Interpreters
		}
		b.write("lib/beside_path.py", "")
		script := b.write("start.py", startOnly)
		for _, env := range []map[string]string{
			{"PYTHONHASHSEED": "7", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "PYTHONPATH": "lib"},
			{"PYTHONOPTIMIZE": "2", "PYTHONPYCACHEPREFIX": "/tmp/x", "PYTHONPATH": "nowhere"},
			{"PYTHONDEVMODE": "1"},
			{"PYTHONWARNINGS": "error"},
			{"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
		} {
			t.Run(fmt.Sprint(env), func(t *testing.T) {
				t.Parallel()
				at := b.within(t)
				cmd := exec.Command(p.Path, script)
				cmd.Dir, cmd.Env = b.dir, os.Environ()
				for k, v := range env {
					cmd.Env = append(cmd.Env, k+"="+v)
				}
				want, _ := cmd.CombinedOutput() // its status does not matter here: the traceback says it
				r := at.launch(runner.Job{Script: script, Env: env, Dir: b.dir})
				r.wait()
				if got := r.stdout() + r.stderrText(); got != string(want) {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			})
		}
	})
}

func TestScriptsOfTheSameSettingsShareAnInterpreter(t *testing.T) {
	b := newBench(t, newest(t, which.Oldest))
	script := b.write("pid.py", "import os; print(os.getpid())")
	pid := func(env map[string]string) string {
		r := b.launch(runner.Job{Script: script, Env: env, Dir: filepath.Dir(script)})
		if exit := r.wait(); exit.Code != 0 {
			t.Fatalf("%+v %s", exit, r.stderrText())
		}
		return r.stdout()
	}
	plain, seeded := pid(nil), pid(map[string]string{"PYTHONHASHSEED": "3", "A": "1"})
	if plain == seeded {
		t.Error("a script got an interpreter that was started without its PYTHONHASHSEED")
	}
	if pid(map[string]string{"A": "1"}) != plain || pid(map[string]string{"PYTHONHASHSEED": "3", "A": "2"}) != seeded {
		t.Error("scripts with the same settings do not share an interpreter")
	}
}
