package costs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"parallax/runner"
)

// Empty returns a job for each of jobs that is started in the same way and does nothing: in the same
// model, Python, folder and environment, with the same preloaded modules and on the same cores. It
// writes the empty scripts into dir, which is to be there and the caller's own.
//
// A shell line becomes ":", a program `true`, a script an empty one of the same kind with the same
// first line. Where a command names a Python script, that is replaced, so that the interpreter is
// started all the same. What else decides which Python runs a script, a .python-version beside it, is
// not followed: set Python in jobs.
func Empty(jobs []runner.Job, dir string) ([]runner.Job, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("folder for empty scripts %q: %w", dir, err)
	}
	out := make([]runner.Job, len(jobs))
	for i, j := range jobs {
		e := runner.Job{
			Name: j.Name, Model: j.Model, Python: j.Python, Preload: j.Preload, Env: j.Env, Dir: j.Dir, CPUs: j.CPUs,
			Limits: runner.Limits{Grace: j.Grace},
		}
		if err := hollow(&e, j, filepath.Join(dir, fmt.Sprintf("empty-%d", i))); err != nil {
			return nil, fmt.Errorf("job %q: an empty one like it: %w", j.Name, err)
		}
		out[i] = e
	}
	return out, nil
}

// hollow says what the empty job e runs in place of j. path is where its script goes, without an ending.
func hollow(e *runner.Job, j runner.Job, path string) (err error) {
	switch {
	case j.Line != "":
		e.Line = ":"
		if words := strings.Fields(j.Line); pythonScript(words) > 0 {
			script, err := blank(path, words[pythonScript(words)], j.Dir)
			e.Line = words[0] + " " + quoted(script)
			return err
		}
	case len(j.Argv) > 0:
		e.Argv = []string{"true"}
		if at := pythonScript(j.Argv); at >= 0 {
			script, err := blank(path, j.Argv[at], j.Dir)
			e.Argv = append(slices.Clone(j.Argv[:at]), script)
			return err
		}
	case j.Script != "":
		e.Script, err = blank(path, j.Script, "")
	case j.Func != nil:
		e.Func = func(context.Context, *runner.Call) error { return nil }
	case j.Workload != "":
		e.Script, err = blank(path, "workload.star", "")
	}
	return err
}

// pythonScript is which word of a command is a Python script that the command runs; -1 for none.
func pythonScript(words []string) int {
	if len(words) > 0 && filepath.Ext(words[0]) == ".py" {
		return 0
	}
	if len(words) > 1 && strings.HasPrefix(filepath.Base(words[0]), "python") && filepath.Ext(words[1]) == ".py" {
		return 1
	}
	return -1
}

// quoted is a path as a word for a shell.
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// blank writes a script that does nothing, of the kind of another one, which is seen from a folder. It
// has the other's first line where that says what runs it.
func blank(path, like, from string) (string, error) {
	path += filepath.Ext(like)
	if !filepath.IsAbs(like) {
		like = filepath.Join(from, like)
	}
	text := firstLine(like)
	switch ext := filepath.Ext(path); {
	case ext == ".py", ext == ".star":
		text += "pass\n"
	case ext == ".sh":
		text += ":\n"
	case text == "": // a program, which nothing says how to make an empty one of
		text = "#!/bin/sh\n"
	}
	return path, os.WriteFile(path, []byte(text), 0o700)
}

// firstLine is that of a script where it says what runs it, with its end; else "".
func firstLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "" // whoever starts the script says so
	}
	defer f.Close()
	buf := make([]byte, 512)
	n, _ := io.ReadFull(f, buf) // a shorter file is the usual thing
	line, _, _ := bytes.Cut(buf[:n], []byte("\n"))
	if !bytes.HasPrefix(line, []byte("#!")) {
		return ""
	}
	return string(line) + "\n"
}
