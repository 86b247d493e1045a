package inside

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// thread is one thread of an answer.
type thread struct {
	name   string // "main thread", or what is known of it
	frames []frame
}

// frame is a call, or a remark of Python's where it could not tell more.
type frame struct {
	file   string
	line   int // 0 unknown
	in     string
	remark string
}

var (
	// Such as `Thread 0x00007f0c2d7fe640 [worker] (most recent call first):`; with Current for the one
	// that was asked; in some versions, of a single thread, `Stack (most recent call first):`.
	headLine = regexp.MustCompile(`^(?:(Current thread|Thread) 0x[0-9a-f]+|(Stack))(?: \[(.*)\])? \(most recent call first\):$`)
	// Such as `  File "x.py", line 3 in work`. A name may hold anything.
	frameLine = regexp.MustCompile(`^  File (?:"(.*)"|(\?\?\?)), line (\?\?\?|[0-9]+) in (.*)$`)
)

// parse reads what faulthandler writes. isMain says that the thread that was asked is the process's
// first one. The first comes first, and in each thread the innermost call last. What makes no sense is
// left out: the text was written by a process that may be in any state.
func parse(dump []byte, isMain bool) []thread {
	var all []thread
	main := -1
	for line := range strings.Lines(string(bytes.ToValidUTF8(dump, []byte("?")))) {
		line = strings.TrimRight(line, "\n")
		if m := headLine.FindStringSubmatch(line); m != nil {
			t := thread{name: "thread"}
			if m[3] != "" {
				t.name = "thread " + m[3]
			}
			if asked := m[1] != "Thread"; asked && isMain {
				main = len(all)
			}
			all = append(all, t)
			continue
		}
		if len(all) == 0 {
			continue
		}
		t := &all[len(all)-1]
		if m := frameLine.FindStringSubmatch(line); m != nil {
			n, _ := strconv.Atoi(m[3]) // 0 where it is not known
			t.frames = append(t.frames, frame{file: m[1] + m[2], line: n, in: m[4]})
		} else if remark := strings.TrimSpace(line); remark != "" {
			t.frames = append(t.frames, frame{remark: remark})
		}
	}
	if main < 0 && len(all) > 0 && (isMain || len(all) > 1) {
		main = len(all) - 1 // the first thread of an interpreter is told last
	}
	if main >= 0 {
		first := all[main]
		first.name = "main thread"
		all = slices.Insert(slices.Delete(all, main, main+1), 0, first)
	}
	for _, t := range all {
		slices.Reverse(t.frames)
	}
	return all
}

// render writes threads as lines. source gives the text of a line of a file, or "".
func render(threads []thread, source func(file string, line int) string) string {
	var b strings.Builder
	for i, t := range threads {
		if len(threads) > 1 {
			name := t.name
			if name == "thread" {
				name = fmt.Sprintf("thread %d", i+1)
			}
			b.WriteString(name + "\n")
		}
		for _, f := range t.frames {
			switch {
			case f.remark != "":
				fmt.Fprintf(&b, "  %s\n", f.remark)
				continue
			case f.line == 0:
				fmt.Fprintf(&b, "  File %q, in %s\n", f.file, f.in)
			default:
				fmt.Fprintf(&b, "  File \"%s\", line %d, in %s\n", f.file, f.line, f.in)
			}
			if text := source(f.file, f.line); text != "" {
				b.WriteString("    " + text + "\n")
			}
		}
	}
	return b.String()
}
