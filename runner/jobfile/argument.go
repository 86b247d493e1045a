package jobfile

import (
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
	for i, arg := range args {
		jobs[i] = fromArg(arg, isFile)
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

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
