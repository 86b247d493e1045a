package jobfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"parallax/runner"
)

// Fault is one thing that is wrong in a job file.
type Fault struct {
	File         string
	Line, Column int // from 1; a column is a character, not a byte
	Message      string
	Source       string // the line itself, or "" where there is none
}

// Error is "file:line:column: message", then the line, then a caret under the column.
func (f *Fault) Error() string {
	head := fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
	if strings.TrimSpace(f.Source) == "" {
		return head
	}
	line, before := excerpt(f.Source, f.Column)
	return head + "\n  " + line + "\n  " + padding(before) + "^"
}

// maxExcerpt is how many characters of a long line are shown on either side of the column.
const maxExcerpt = 60

// excerpt makes a source line fit to be shown and returns it with the part before the column.
// Control characters are replaced: a job file must not be able to steer the terminal.
func excerpt(source string, column int) (line, before string) {
	runes := []rune(strings.ToValidUTF8(source, "\uFFFD"))
	for i, r := range runes {
		if r != '\t' && unicode.IsControl(r) {
			runes[i] = '\uFFFD'
		}
	}
	at := min(max(column-1, 0), len(runes))
	from, to := max(at-maxExcerpt, 0), min(at+maxExcerpt, len(runes))
	head, tail := "", ""
	if from > 0 {
		head = "…"
	}
	if to < len(runes) {
		tail = "…"
	}
	return head + string(runes[from:to]) + tail, head + string(runes[from:at])
}

// padding is blank and as wide as text: tabs stay tabs, wide characters become two blanks.
func padding(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "\t") {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(strings.Repeat(" ", uniseg.StringWidth(part)))
	}
	return b.String()
}

// pos is a place in a file; lines and columns count from 1.
type pos struct{ line, col int }

func (p pos) compare(q pos) int {
	return cmp.Or(cmp.Compare(p.line, q.line), cmp.Compare(p.col, q.col))
}

// faults gathers what is wrong with one file.
type faults struct {
	path  string
	lines []string
	found []*Fault
	quiet map[pos]bool // places of which all is said
}

func newFaults(path, text string) *faults {
	return &faults{path: path, lines: strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), quiet: map[pos]bool{}}
}

func (f *faults) add(at pos, format string, args ...any) {
	if f.quiet[at] {
		return
	}
	fault := &Fault{File: f.path, Line: at.line, Column: at.col, Message: fmt.Sprintf(format, args...)}
	if at.line >= 1 && at.line <= len(f.lines) {
		fault.Source = f.lines[at.line-1]
	}
	f.found = append(f.found, fault)
}

// err returns the faults in file order, each once (an alias can lead to the same place twice), or nil.
func (f *faults) err() error {
	if len(f.found) == 0 {
		return nil
	}
	slices.SortStableFunc(f.found, func(a, b *Fault) int {
		return pos{a.Line, a.Column}.compare(pos{b.Line, b.Column})
	})
	var out runner.Faults
	for i, fault := range f.found {
		if i == 0 || *fault != *f.found[i-1] {
			out = append(out, fault)
		}
	}
	return out
}

// readable finds the first byte that is not UTF-8, or a NUL, and adds a fault for it.
func (f *faults) readable(text string) bool {
	for i, r := range text {
		if r != 0 && (r != utf8.RuneError || strings.HasPrefix(text[i:], "\uFFFD")) {
			continue
		}
		head := text[:i]
		at := pos{strings.Count(head, "\n") + 1, utf8.RuneCountInString(head[strings.LastIndexByte(head, '\n')+1:]) + 1}
		if r == 0 {
			f.add(at, "a NUL byte: this is no text file")
		} else {
			f.add(at, "not UTF-8: save the file in that encoding")
		}
		return false
	}
	return true
}
