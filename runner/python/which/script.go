package which

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// shebang returns the Python that a script's first line names, or "" when it names none or any.
func shebang(script string) string {
	line := start(script, 256)
	line, _, _ = strings.Cut(line, "\n")
	rest, found := strings.CutPrefix(line, "#!")
	if !found {
		return ""
	}
	words := strings.Fields(rest)
	asked := len(words) > 0 && filepath.Base(words[0]) == "env"
	if asked {
		words = slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "-") || strings.Contains(w, "=") })
	}
	if len(words) == 0 || !pythonName.MatchString(filepath.Base(words[0])) {
		return ""
	}
	name, word := filepath.Base(words[0]), words[0]
	if runtime.GOOS == "windows" {
		word = name // where paths such as /usr/bin lead nowhere
	}
	anyOne := name == "python3" || name == "python"
	if anyOne && (asked || word == name || !executable(word)) {
		return "" // says nothing that the environment does not, or means whichever there is
	}
	return word
}

// Runs reports whether a Python runs a script, as far as its first line tells: it names one, or nothing.
func Runs(script string) bool {
	line, _, _ := strings.Cut(start(script, 256), "\n")
	rest, found := strings.CutPrefix(line, "#!")
	return !found || slices.ContainsFunc(strings.Fields(rest), func(w string) bool {
		return pythonName.MatchString(filepath.Base(w))
	})
}

// start returns the first bytes of a file, or "".
func start(path string, n int) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	buf := make([]byte, n)
	n, _ = f.Read(buf) // a folder, an empty file: nothing
	return string(buf[:n])
}

// isShim reports whether a file is one of pyenv's shims: what it runs is chosen anew each time.
func isShim(path string) bool {
	text := start(path, 1024)
	return strings.HasPrefix(text, "#!") && strings.Contains(text, "pyenv") && strings.Contains(text, " exec ")
}

// pinned returns the versions that pyenv's variable, or else .python-version, asks for, and who does:
// the file in the script's folder, beside, or above, else in the folder it runs in or above.
func (s *scene) pinned(beside string) (versions []string, from string) {
	if chosen := s.env("PYENV_VERSION"); chosen != "" {
		if _, err := os.Stat(s.pyenv()); err == nil {
			return strings.FieldsFunc(chosen, func(r rune) bool { return r == ':' }), "PYENV_VERSION"
		}
	}
	if versions, from = above(beside); len(versions) > 0 {
		return versions, from
	}
	return above(s.dir)
}

// above looks for .python-version in a folder and those above it.
func above(dir string) (versions []string, file string) {
	for dir != "" {
		file := filepath.Join(dir, ".python-version")
		if data, err := os.ReadFile(file); err == nil {
			for line := range strings.Lines(string(data)) {
				line, _, _ = strings.Cut(line, "#")
				versions = append(versions, strings.Fields(line)...)
			}
			if len(versions) > 0 {
				return versions, file
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return nil, ""
}
