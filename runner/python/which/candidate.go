package which

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// candidate is a file that may be an interpreter.
type candidate struct {
	path string
	says string // the version that its name or folder tells, such as "3.12", "3.14t" or "3.12.1"; "" for none
}

var (
	pythonName = regexp.MustCompile(`^(python|pypy)[0-9.]*t?(\.exe)?$`)
	spoken     = regexp.MustCompile(`^(?:python|pypy)([0-9]+(?:\.[0-9]+)*t?)(?:\.exe)?$`)
	folder     = regexp.MustCompile(`^[0-9]+\.[0-9]+(\.[0-9]+)?[a-z0-9]*$`)
)

// says returns the version that a file's name tells, or "".
func says(name string) string {
	if m := spoken.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}

// candidates lists files that may be interpreters: in the order of PATH, then those of pyenv, newest first.
func (s *scene) candidates() []candidate {
	var out []candidate
	seen := map[string]bool{}
	for _, dir := range append(filepath.SplitList(s.env("PATH")), s.versions()...) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		slices.SortStableFunc(entries, func(a, b os.DirEntry) int { return plainness(a.Name()) - plainness(b.Name()) })
		for _, e := range entries {
			if !pythonName.MatchString(e.Name()) {
				continue
			}
			path, err := filepath.Abs(filepath.Join(dir, e.Name()))
			if err != nil {
				continue
			}
			target, err := filepath.EvalSymlinks(path)
			if err != nil || !executable(path) || seen[target] {
				continue
			}
			seen[target] = true
			out = append(out, candidate{path, spokenBy(path, target)})
		}
	}
	return out
}

// plainness orders the names of one interpreter as a user would choose among them.
func plainness(name string) int {
	switch name {
	case "python3":
		return 0
	case "python":
		return 1
	}
	return 2
}

// spokenBy returns the most that the names of a file and of where it leads tell of its version.
func spokenBy(path, target string) string {
	best := ""
	for _, file := range []string{path, target} {
		home := filepath.Base(filepath.Dir(filepath.Dir(file))) // versions/3.12.1/bin/python
		if !folder.MatchString(home) {
			home = ""
		}
		for _, told := range []string{home, says(filepath.Base(file))} {
			if strings.Count(told, ".") > strings.Count(best, ".") || best == "" {
				best = told
			}
		}
	}
	return best
}

// rank lists who may be of a version: those that say so, then those that say nothing against it. Of
// the first, builds without the GIL come last unless they are meant, and so do pyenv's shims: what
// they would choose is there itself.
func (s *scene) rank(version string) []candidate {
	plain, free := strings.CutSuffix(version, "t")
	order := func(c candidate) int {
		told, without := strings.CutSuffix(c.says, "t")
		switch {
		case told == plain || strings.HasPrefix(told, plain+"."):
			n := 0
			if without != free {
				n++
			}
			if strings.Contains(plain, ".") && isShim(c.path) {
				n += 2
			}
			return n
		case told == "" || strings.HasPrefix(plain, told+"."):
			return 4
		}
		return -1
	}
	cands := slices.DeleteFunc(s.candidates(), func(c candidate) bool { return order(c) < 0 })
	slices.SortStableFunc(cands, func(a, b candidate) int { return order(a) - order(b) })
	return cands
}

// pyenv is the folder of pyenv, or "".
func (s *scene) pyenv() string {
	if root := s.env("PYENV_ROOT"); root != "" {
		return root
	}
	if home := s.env("HOME"); home != "" {
		return filepath.Join(home, ".pyenv")
	}
	return ""
}

// versions lists the folders of pyenv's interpreters, newest first.
func (s *scene) versions() []string {
	root := s.pyenv()
	if root == "" {
		return nil
	}
	dirs, err := filepath.Glob(filepath.Join(root, "versions", "*", "bin"))
	if err != nil {
		return nil
	}
	slices.SortStableFunc(dirs, func(a, b string) int {
		return compareVersions(filepath.Base(filepath.Dir(b)), filepath.Base(filepath.Dir(a)))
	})
	return dirs
}

// compareVersions compares the numbers in two names: 3.12.10 is more than 3.12.9.
func compareVersions(a, b string) int {
	numbers := func(s string) (out []int) {
		for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
			n, _ := strconv.Atoi(part) // one too long to be a number is none
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b))
}
