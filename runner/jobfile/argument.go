package jobfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"parallax/runner"
)

// scriptEndings are those of files that parallax knows an interpreter for.
var scriptEndings = []string{".py", ".sh", ".star"}

// shellSigns are what makes one word without blanks a command line rather than a path.
var shellSigns = regexp.MustCompile("[\\s|&;<>()$`'\"]")

// FromArgs makes jobs of the JOB arguments of a command line: each a script or a command line, with
// names made from them that differ.
func FromArgs(args []string) []runner.Job {
	jobs := make([]runner.Job, len(args))
	files := folders{}
	for i, arg := range args {
		jobs[i] = fromArg(arg, files.has)
		jobs[i].Name = oneLine(jobs[i].DefaultName())
	}
	uniqueNames(jobs)
	return jobs
}

// fromArg tells a script from a command line. A word that looks like a path to a script is one even
// if there is no such file, so that it is refused as missing instead of failing in a shell later.
func fromArg(arg string, exists func(string) bool) runner.Job {
	if strings.TrimSpace(arg) == "" {
		return runner.Job{} // nothing to run, which runner.Prepare refuses
	}
	known := slices.Contains(scriptEndings, strings.ToLower(filepath.Ext(arg)))
	path := strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") || filepath.IsAbs(arg)
	if exists(arg) || (known || path) && !shellSigns.MatchString(arg) {
		return runner.Job{Script: arg}
	}
	return runner.Job{Line: arg}
}

// folders are the names in folders that were looked into: of a hundred thousand command lines, each
// of which might be the name of a file, hardly one is.
type folders map[string]map[string]bool

// has reports whether there is a file, or something that is no folder, at path.
func (f folders) has(path string) bool {
	dir, name := filepath.Split(path)
	names, known := f[dir]
	if !known {
		entries, err := os.ReadDir(filepath.Join(dir, "."))
		if !errors.Is(err, fs.ErrPermission) { // else its names are not for us to list, but may be used
			names = map[string]bool{}
		}
		for _, e := range entries {
			names[e.Name()] = true
		}
		f[dir] = names
	}
	if names != nil && !names[name] {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
