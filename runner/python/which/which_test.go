//go:build unix

package which

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakes makes a folder of shell scripts that stand for interpreters of these versions.
func fakes(t *testing.T, versions map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, version := range versions {
		text := "#!/bin/sh\necho asked >>" + dir + "/log\n"
		if version == "" {
			text += "echo \"pyenv: " + name + ": command not found\" >&2\nexit 127\n"
		} else {
			text += `echo '{"real": "` + dir + "/" + name + `", "version": "` + version + `", "implementation": "CPython", "gil": true}'` + "\n"
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestWhichPythonIsChosen(t *testing.T) {
	dir := fakes(t, map[string]string{"python3": "3.11.4", "python3.9": "3.9.1", "python3.13": "", "python2.7": "2.7.18"})
	venv := t.TempDir()
	if err := os.MkdirAll(filepath.Join(venv, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "python3.9"), filepath.Join(venv, "bin", "python")); err != nil {
		t.Fatal(err)
	}
	scripts := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(scripts, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	plain := write("plain.py", "print()")
	env := write("env.py", "#!/usr/bin/env -S python3.9 -u\n")
	gone := write("gone.py", "#!/usr/bin/env python3.13\n")
	old := write("old.py", "#!"+filepath.Join(dir, "python2.7")+" -u\n")
	lost := write("lost.py", "#!/no/such/bin/python3\n")
	pin := write("deep/er/pin.py", "")
	write("deep/.python-version", "# comment\n3.10.99 # not here\n3.9.1\n3.11\n")
	bad := write("bad/bad.py", "")
	write("bad/.python-version", "3.99 4.0")
	path := []string{"PATH=/no/such:" + dir}
	active := append([]string{"VIRTUAL_ENV=" + venv}, path...)
	for _, c := range []struct {
		env            []string
		choice, script string
		want           string // a version, or part of an error
	}{
		{path, "", plain, "3.11.4"},
		{path, "", "", "3.11.4"},
		{path, "3.9", plain, "3.9.1"},
		{path, "3", plain, "3.11.4"},
		{path, "python3.9", plain, "3.9.1"},
		{path, filepath.Join(dir, "python3.9"), plain, "3.9.1"},
		{path, "python3.13", plain, "pyenv: python3.13: command not found"},
		{path, "3.13", plain, "python 3.13: not found, only 3.11.4, 3.9.1, 2.7.18"},
		{path, "nopython", plain, `python "nopython": not found in PATH`},
		{path, "", env, "3.9.1"},
		{path, "", gone, `its first line names the interpreter "python3.13", which cannot run it: python "` + dir + `/python3.13" does not work: exit status 127: pyenv: python3.13: command not found: name another with --python`},
		{path, "", old, "2.7.18"},
		{path, "", lost, "3.11.4"},
		{path, "python2", plain, `python "python2": not found in PATH`},
		{path, "2", plain, "2.7.18"},
		{path, venv, plain, "3.9.1"},
		{path, "", pin, "3.9.1"},
		{path, "", bad, "/bad/.python-version: python 3.99: not found, only 3.11.4, 3.9.1, 2.7.18: name another with --python"},
		{path, "3.11", bad, "3.11.4"},
		{append([]string{"VIRTUAL_ENV=/no/venv"}, path...), "", plain, `the active virtual environment (VIRTUAL_ENV): python "/no/venv/bin/python": no such file`},
		{active, "", plain, "3.9.1"},
		{active, "3.11", plain, "3.11.4"},
		{[]string{"PATH=/no/such"}, "", plain, `python "python3": not found in PATH`},
	} {
		p, err := (&Finder{Env: c.env}).For(c.choice, c.script)
		got := p.Version
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%q for %s: %s, want %s", c.choice, c.script, got, c.want)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	if asked := strings.Count(string(log), "asked"); err != nil || asked > 7 { // wrappers, in each environment
		t.Errorf("%d questions to 4 interpreters: %v", asked, err)
	}
}

func TestOldPythonsAreForProcessesOnly(t *testing.T) {
	for version, ok := range map[string]bool{"2.7.18": false, "3.6.15": false, "3.7.16": false, "3.8.18": true, "3.13.0": true, "3.15.0a2+": true} {
		err := Python{Version: version, Implementation: "CPython"}.Threads()
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "processes only") {
			t.Errorf("%s: %v", version, err)
		}
	}
	if err := (Python{Version: "3.10.0", Implementation: "PyPy"}).Threads(); err == nil {
		t.Error("PyPy was accepted")
	}
}

func TestTheMachinesPythonsAnswer(t *testing.T) {
	all := All()
	if len(all) == 0 {
		t.Skip("no Python was found in PATH or in pyenv")
	}
	seen := map[string]bool{}
	for _, p := range all {
		t.Logf("%+v", p)
		if seen[p.Real] || p.Version == "" || p.number() == [2]int{} || !filepath.IsAbs(p.Path) {
			t.Errorf("%+v", p)
		}
		seen[p.Real] = true
		again, err := Find(p.Path)
		if err != nil || again.Real != p.Real || again.Version != p.Version {
			t.Errorf("%+v %v", again, err)
		}
	}
}

func TestWhoRunsAScript(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.py")
	for text, want := range map[string]bool{
		"print()": true, "": true, "#!/usr/bin/env python3\n": true, "#!/usr/bin/env -S python3.9 -u\n": true,
		"#!/opt/pypy/bin/pypy3\n": true, "#!/usr/bin/env -S uv run --script\n": false, "#!/bin/sh\n": false,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if Runs(path) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
