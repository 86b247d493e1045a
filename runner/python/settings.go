package python

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// atRun are variables that a script reads by itself, or the host for it, or that mean nothing to one;
// all others of Python's are read once, when an interpreter starts.
var atRun = []string{
	"PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONBREAKPOINT", "PYTHONASYNCIODEBUG", "PYTHON_COLORS",
	"PYTHONSTARTUP", "PYTHONINSPECT", "PYTHON_HISTORY", "PYTHON_BASIC_REPL",
}

// atStart reports whether a variable is in force from the start of an interpreter to its end, for all
// that run in it: of Python, of the C library, or of what libraries of numbers read when they are loaded.
func atStart(name string) bool {
	switch {
	case name == "LANG", name == "TZ", strings.HasPrefix(name, "LC_"), strings.HasPrefix(name, "LD_"),
		strings.HasSuffix(name, "_NUM_THREADS"):
		return true
	}
	return strings.HasPrefix(name, "PYTHON") && !slices.Contains(atRun, name)
}

// settings are the variables of a job that only an interpreter which is started with them obeys. base is
// the environment that interpreters start from otherwise, as "KEY=value": what says the same as that is
// left out, so that the job shares an interpreter with those that say nothing. cwd is the job's folder.
func settings(env map[string]string, base []string, cwd string) map[string]string {
	var own map[string]string
	for name, value := range env {
		if !atStart(name) {
			continue
		}
		if name == "PYTHONPATH" {
			value = absolute(value, cwd)
		}
		if value == valueIn(base, name) {
			continue
		}
		if own == nil {
			own = map[string]string{}
		}
		own[name] = value
	}
	return own
}

// absolute writes a list of folders as seen from one, for the interpreter stands in another.
func absolute(list, from string) string {
	if list == "" {
		return ""
	}
	folders := filepath.SplitList(list)
	for i, folder := range folders {
		if !filepath.IsAbs(folder) {
			folders[i] = filepath.Join(from, folder)
		}
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}

// valueIn is that of a variable in an environment, "" for none: to Python these are the same.
func valueIn(env []string, name string) string {
	for _, pair := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// kind tells interpreters apart that are not the same to a script: by their path and settings.
func kind(path string, own map[string]string) string {
	var b strings.Builder
	b.WriteString(path)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		b.WriteString("\x00" + name + "=" + own[name])
	}
	return b.String()
}
