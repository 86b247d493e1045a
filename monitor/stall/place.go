package stall

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Place is where a thread stands in its code.
type Place struct {
	Thread string // "main thread", "thread 2", …; "" for the only one
	Where  string // a.py:12
	Takes  bool   // it takes a lock there
}

// frameLine is a call in a Python's stack.
var frameLine = regexp.MustCompile(`^\s*File "(.*)", line ([0-9]+), in (.*)$`)

// call is a line of a stack and the text that follows.
type call struct {
	file, line, in, text string
}

// Places reads where the threads stand from what a task tells of itself: calls as Python prints them,
// innermost last, each thread below its name. Processes are told apart by lines that begin with "pid":
// what counts is the process pid or, for 0, the first in which there are such calls. There are none in
// stacks that are not Python's.
func Places(stack string, pid int) []Place {
	var out []Place
	var name string
	var calls []call
	other := false // the lines are of a process that does not count
	flush := func() {
		if len(calls) > 0 && !other {
			out = append(out, place(name, calls))
		}
		name, calls = "", nil
	}
	for line := range strings.Lines(stack) {
		line = strings.TrimRight(line, "\n")
		text := strings.TrimSpace(line)
		if m := frameLine.FindStringSubmatch(line); m != nil {
			calls = append(calls, call{file: m[1], line: m[2], in: m[3]})
			continue
		}
		switch {
		case strings.HasPrefix(text, "pid "):
			flush()
			if len(out) > 0 {
				return numbered(out)
			}
			other = pid != 0 && !strings.HasPrefix(text, fmt.Sprintf("pid %d ", pid))
		case strings.HasPrefix(text, "main thread"), strings.HasPrefix(text, "thread"):
			flush()
			name, _, _ = strings.Cut(text, " · ")
		case len(calls) > 0 && calls[len(calls)-1].text == "":
			calls[len(calls)-1].text = text
		}
	}
	flush()
	return numbered(out)
}

// numbered gives threads that are only called so a number, to tell them apart.
func numbered(all []Place) []Place {
	for i := range all {
		if all[i].Thread == "thread" {
			all[i].Thread = fmt.Sprintf("thread %d", i+1)
		}
	}
	return all
}

// place is where a thread stands: in the innermost call of what is not Python's own, if there is any.
func place(name string, calls []call) Place {
	last := calls[len(calls)-1]
	p := Place{Thread: name}
	at := len(calls) - 1
	for i, c := range slices.Backward(calls) {
		if !ofPython(c.file) {
			at = i
			break
		}
	}
	p.Where = path.Base(strings.ReplaceAll(calls[at].file, `\`, "/")) + ":" + calls[at].line
	// Who takes a lock of C stands in the line that says so. Locks of threading.py have methods of their
	// own; a condition takes one, too, but to wait for being notified.
	taking := last.text
	if ofPython(last.file) {
		if at == len(calls)-1 || !slices.Contains([]string{"acquire", "__enter__"}, last.in) {
			return p
		}
		taking = calls[at].text
	}
	p.Takes = takes.MatchString(taking)
	return p
}

// takes is a line of code that takes a lock and, as far as it says, waits for it for ever.
var takes = regexp.MustCompile(`^(async )?with\b|\bacquire\(\s*\)|\bacquire\((blocking\s*=\s*)?(True|1)\s*\)`)

// ofPython reports whether a file is of Python's own library.
func ofPython(file string) bool {
	if strings.HasPrefix(file, "<frozen ") {
		return true
	}
	at := strings.LastIndex(file, "/lib/python")
	return at >= 0 && !strings.Contains(file[at:], "-packages/")
}

// Takers counts the threads that take locks.
func Takers(at []Place) (n int) {
	for _, p := range at {
		if p.Takes {
			n++
		}
	}
	return n
}

// Deadlocked reports whether threads that stand at places, all of which wait for locks, can never go
// on: two of them take locks, or the only one there is does and nobody else is alive who could release
// its lock. Who waits otherwise, as to be notified, may be meant to be woken by a signal.
func Deadlocked(threads int, at []Place, alone bool) bool {
	n := Takers(at)
	return len(at) == threads && (n >= 2 || n == 1 && threads == 1 && alone)
}
