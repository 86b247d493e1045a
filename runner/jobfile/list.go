package jobfile

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"parallax/runner"
)

// Stdin is the name that stands for standard input where a file of arguments is named.
const Stdin = "-"

// ErrNoArguments says that an argument list is empty, so that there is nothing to run.
var ErrNoArguments = errors.New("no arguments")

// Source says where one argument list comes from. Without a File it is Args.
type Source struct {
	Args   []string
	File   string // a file with an argument on each line, or Stdin
	Linked bool   // goes in step with the source before it, rather than being combined with it
}

// FileSources are the sources that `-a FILE` asks for; they stand before those of the command line.
func FileSources(files []string) []Source {
	var out []Source
	for _, f := range files {
		out = append(out, Source{File: f})
	}
	return out
}

// Split cuts a command line at its first :::, :::+, :::: or ::::+ into the command and the sources
// that follow. Without any of them all of args is the command.
func Split(args []string) (command []string, sources []Source) {
	first := slices.IndexFunc(args, separator)
	if first < 0 {
		return args, nil
	}
	for i := first; i < len(args); {
		sep, end := args[i], i+1
		for end < len(args) && !separator(args[end]) {
			end++
		}
		linked := strings.HasSuffix(sep, "+")
		if group := args[i+1 : end]; strings.HasPrefix(sep, "::::") && len(group) > 0 {
			for _, file := range group {
				sources = append(sources, Source{File: file, Linked: linked})
			}
		} else {
			sources = append(sources, Source{Args: group, Linked: linked})
		}
		i = end
	}
	return args[:first], sources
}

func separator(arg string) bool {
	return arg == ":::" || arg == ":::+" || arg == "::::" || arg == "::::+"
}

// List is one argument list, read.
type List struct {
	Args   []string
	Linked bool   // goes in step with the list before it
	From   string // what messages call it: ":::" or a file's name
}

// ReadLists reads the files of the sources; stdin is read where a source names [Stdin]. All that
// can't be read is said at once.
func ReadLists(sources []Source, stdin io.Reader) ([]List, error) {
	var lists []List
	var faults runner.Faults
	used := false
	for _, s := range sources {
		list := List{Args: s.Args, Linked: s.Linked, From: ":::"}
		var text []byte
		var err error
		switch {
		case s.File == Stdin && used:
			err = errors.New("standard input is named twice: it can be one list only")
		case s.File == Stdin:
			list.From, used = "standard input", true
			if text, err = io.ReadAll(stdin); err != nil {
				err = fmt.Errorf("read standard input: %w", err)
			}
		case s.File != "":
			list.From = s.File
			text, err = os.ReadFile(s.File)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("argument list: %w", err))
		}
		if s.File != "" {
			list.Args = lines(string(text))
		}
		lists = append(lists, list)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return lists, nil
}

// lines cuts a text at its line feeds. Empty lines are arguments too, as in GNU parallel; a last
// line needs no line feed.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// Expand makes one job for each combination of arguments; the last list varies fastest, linked lists
// go in step and end with the shortest. The words of the command are joined with blanks and go
// through the shell; arguments are quoted for it. Each job is a copy of base with Line and Name set.
//
// With a Script in base the words are its arguments instead, and no shell is between: Args is set, and
// Line is not. [Plain] says whether that means the same.
//
// The error is a runner.Faults; it wraps [ErrNoArguments] where a list is empty.
func Expand(words []string, lists []List, base runner.Job) ([]runner.Job, error) {
	fill, err := filler(words, len(lists), base.Script != "")
	var faults runner.Faults
	if err != nil {
		errors.As(err, &faults)
	}
	if slices.ContainsFunc(words, func(w string) bool { return strings.IndexByte(w, 0) >= 0 }) {
		faults = append(faults, errors.New("the command holds a NUL byte, which no program can be given"))
	}
	if len(lists) == 0 {
		faults = append(faults, fmt.Errorf("%w: put them after :::, or name a file with :::: or -a", ErrNoArguments))
	}
	for _, l := range lists {
		faults = append(faults, l.faults()...)
	}
	groups := link(lists)
	total := 1
	for _, g := range groups {
		if total *= len(g); total > MaxJobs {
			faults = append(faults, errors.New("the argument lists combine to "+tooMany(total)))
			break
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	jobs := make([]runner.Job, 0, total)
	row := make([]string, 0, len(lists))
	for i := range total {
		row = combination(groups, i, row[:0])
		job := base
		job.Env = maps.Clone(base.Env)
		job.Name, job.Template = argumentName(row), strings.Join(words, " ")
		fill(&job, row, i+1)
		jobs = append(jobs, job)
	}
	uniqueNames(jobs)
	return jobs, nil
}

// filler returns what makes a job run the words of a command for some arguments.
func filler(words []string, columns int, script bool) (func(job *runner.Job, row []string, seq int), error) {
	if !script {
		t, err := newTemplate(strings.Join(words, " "), columns)
		return func(job *runner.Job, row []string, seq int) { job.Line = t.render(row, seq) }, err
	}
	args, err := newArguments(words, columns)
	return func(job *runner.Job, row []string, seq int) { job.Args = args.render(row, seq) }, err
}

func (l List) faults() runner.Faults {
	var out runner.Faults
	if len(l.Args) == 0 {
		if l.From == ":::" {
			out = append(out, fmt.Errorf("after ::: there are %w", ErrNoArguments))
		} else {
			out = append(out, fmt.Errorf("in %s there are %w", l.From, ErrNoArguments))
		}
	}
	for i, arg := range l.Args {
		if strings.IndexByte(arg, 0) >= 0 {
			out = append(out, fmt.Errorf("%s: argument %d holds a NUL byte, which no program can be given", l.From, i+1))
		}
	}
	return out
}

// link puts linked lists together: a group is a list of rows, each with one argument per list.
func link(lists []List) [][][]string {
	var groups [][][]string
	for _, l := range lists {
		if !l.Linked || len(groups) == 0 {
			rows := make([][]string, len(l.Args))
			for i := range l.Args {
				rows[i] = l.Args[i : i+1 : i+1]
			}
			groups = append(groups, rows)
			continue
		}
		last := groups[len(groups)-1]
		rows := make([][]string, min(len(last), len(l.Args)))
		for i := range rows {
			rows[i] = append(slices.Clone(last[i]), l.Args[i])
		}
		groups[len(groups)-1] = rows
	}
	return groups
}

// combination appends the arguments of the n-th combination to row: n is a number whose digits,
// the last group's last, pick one row of each group.
func combination(groups [][][]string, n int, row []string) []string {
	size := 1
	for _, g := range groups {
		size *= len(g)
	}
	for _, g := range groups {
		size /= len(g)
		row = append(row, g[n/size]...)
		n %= size
	}
	return row
}
