package jobfile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"parallax/runner"
)

var procfileLine = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`)

// ParseProcfile reads a Procfile: a line `name: command` for each job, comments after # at the start
// of a line, blank lines. Errors are as those of [Parse].
func ParseProcfile(path string, text []byte, place Place) (File, error) {
	source := strings.TrimPrefix(string(text), "\ufeff")
	f := newFaults(path, source)
	file := File{Path: path, Together: true}
	if !f.readable(source) {
		return file, f.err()
	}
	lines := map[string]int{}
	for i, line := range f.lines {
		body := strings.TrimSpace(line)
		if body == "" || body[0] == '#' {
			continue
		}
		at := pos{i + 1, utf8.RuneCountInString(line) - utf8.RuneCountInString(strings.TrimLeft(line, " \t")) + 1}
		name, command, ok := strings.Cut(body, ":")
		name, command = strings.TrimSpace(name), strings.TrimSpace(command)
		switch {
		case !ok:
			f.add(at, "not `name: command`: the colon is missing")
			continue
		case !procfileLine.MatchString(name):
			f.add(at, "%q cannot be a name: it takes letters, digits, _, - and .", name)
			continue
		case lines[name] != 0:
			f.add(at, "another job is called %q: it is in line %d", name, lines[name])
			continue
		}
		lines[name] = i + 1
		if command == "" {
			f.add(pos{i + 1, utf8.RuneCountInString(strings.TrimRight(line, " \t")) + 1}, "%s has no command", name)
			continue
		}
		job := runner.Job{Name: name, Line: command, Origin: fmt.Sprintf("%s:%d:%d", path, at.line, at.col)}
		place.apply(&job)
		file.Jobs = append(file.Jobs, job)
	}
	if len(file.Jobs) == 0 && len(f.found) == 0 {
		f.add(pos{1, 1}, "the file is empty: it needs a line `name: command` for each job")
	}
	return file, f.err()
}
