package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"parallax/runner"
	"parallax/runner/jobfile"
	"parallax/runner/python/which"
)

// This file finds what is allowed, or would only fail later, and is hardly ever meant.

// asPrograms refuses command lines that begin with a script which no shell would find or may execute:
// they would end with status 127 or 126 after all the others have begun. What another job may still make
// is left alone.
func asPrograms(jobs []runner.Job) error {
	var faults runner.Faults
	for _, j := range jobs {
		if j.Model != runner.Processes || j.Line == "" || len(j.After) > 0 || j.Env["PATH"] != "" {
			continue
		}
		word := strings.Fields(j.Line + " ;")[0]
		by := map[string]string{".py": "python3", ".sh": "sh"}[filepath.Ext(word)]
		if by == "" || !jobfile.Plain([]string{word}) || !unfound(j.Dir, word) {
			continue
		}
		faults = append(faults, &runner.JobError{Job: j.Name, Origin: j.Origin, Err: fmt.Errorf(
			"%s calls the script as a program: write %q", j.Line, by+" "+j.Line)})
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// unfound reports whether a word names a file as seen from dir that a shell there would not run.
func unfound(dir, word string) bool {
	path := word
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, word)
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	if filepath.Base(word) != word {
		word, _ = filepath.Abs(path) // without a working folder the path is as good as it can be
	}
	_, err := exec.LookPath(word)
	return err != nil
}

// taken is what of a command line was taken as parallax's own although it follows a script that has
// such a flag itself, as a note, or "". words are what follows `run`.
func taken(fs *pflag.FlagSet, words []string) string {
	script, at := -1, 0
	for at < len(words) {
		word := words[at]
		switch {
		case word == "--":
			return ""
		case len(word) < 2 || word[0] != '-':
			if script < 0 && jobfile.FromArgs([]string{word})[0].Script != "" {
				script = at
			}
			at++
			continue
		}
		name, _, _ := strings.Cut(word, "=")
		if script >= 0 && mentions(words[script], name) {
			return fmt.Sprintf("%s was taken as parallax's own; for the script's: parallax run %s",
				name, quoteAll(slices.Concat(words[:script], []string{"--"}, words[script:])))
		}
		at += 1 + values(fs, word)
	}
	return ""
}

// scriptsOwn says how a flag that `parallax run` does not have is given to the script before it, or "".
func (a *app) scriptsOwn(c *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if c.Name() != "run" || !errors.As(err, &unknown) {
		return ""
	}
	flag := "--" + unknown.GetSpecifiedName()
	if len(unknown.GetSpecifiedName()) == 1 {
		flag = "-" + unknown.GetSpecifiedName()
	}
	for i, word := range a.words {
		if !strings.HasPrefix(word, "-") && jobfile.FromArgs([]string{word})[0].Script != "" && mentions(word, flag) {
			return "if it is the script's: parallax run " + quoteAll(slices.Concat(a.words[:i], []string{"--"}, a.words[i:]))
		}
		if strings.HasPrefix(word, flag) { // it comes before any script
			return ""
		}
	}
	return ""
}

// values is how many words after a flag belong to it.
func values(fs *pflag.FlagSet, word string) int {
	if name, long := strings.CutPrefix(word, "--"); long {
		if f := fs.Lookup(name); f != nil && f.NoOptDefVal == "" {
			return 1
		}
		return 0
	}
	for i := 1; i < len(word); i++ { // -qj 4
		f := fs.ShorthandLookup(word[i : i+1])
		switch {
		case f == nil:
			return 0
		case f.NoOptDefVal == "" && i == len(word)-1:
			return 1
		case f.NoOptDefVal == "":
			return 0
		}
	}
	return 0
}

// mentions reports whether a script's text has a flag in quotes, as its own reading of flags would.
func mentions(script, flag string) bool {
	const most = 1 << 20 // what is larger is no script
	if info, err := os.Stat(script); err != nil || !info.Mode().IsRegular() || info.Size() > most {
		return false
	}
	text, err := os.ReadFile(script)
	return err == nil && (bytes.Contains(text, []byte(`"`+flag+`"`)) || bytes.Contains(text, []byte(`'`+flag+`'`)))
}

// ownPython is a note on command lines that name a Python themselves, beside --python, or "".
func ownPython(choice setting, jobs []runner.Job) string {
	if !choice.flag {
		return ""
	}
	for _, j := range jobs {
		words := strings.Fields(j.Line)
		if len(j.Argv) > 0 {
			words = j.Argv
		}
		if j.Model == runner.Processes && len(words) > 1 && strings.HasPrefix(filepath.Base(words[0]), "python") {
			return fmt.Sprintf("--python %s does not apply to command lines that name a Python, such as %q: that runs with %s",
				choice.text, j.Command(), words[0])
		}
	}
	return ""
}

// could names a Python that can run the jobs in their model where the one that is meant for some of them
// cannot, or is nil.
func (p *pythons) could(jobs []runner.Job) error {
	refuses := func(found which.Python, m runner.Model) bool {
		if m == runner.Interpreters {
			return found.Interpreters() != nil
		}
		return found.Threads() != nil
	}
	for _, j := range jobs {
		if filepath.Ext(j.Script) != ".py" || j.Model != runner.Interpreters && j.Model != runner.Threads && j.Model != runner.Hybrid {
			continue
		}
		if meant, err := p.of(j); err != nil || !refuses(meant, j.Model) {
			continue
		}
		for _, other := range p.finder.All() { // newest first
			if !refuses(other, j.Model) {
				return fmt.Errorf("try --python %s: it can run scripts as %s", spelled(other), j.Model)
			}
		}
		return nil
	}
	return nil
}

// spelled is a Python's version as --python takes it.
func spelled(p which.Python) string {
	if p.FreeThreaded {
		return p.Version + "t"
	}
	return p.Version
}
