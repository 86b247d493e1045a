package jobfile

import (
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"parallax/runner"
)

// namer makes names unique by adding " 2", " 3" …; who is handed on to free.
type namer[T any] struct {
	free func(name string, who T) bool
	next map[string]int // the number to try next for a name, so that many equal names stay cheap
}

// newNamer makes a namer for about size names.
func newNamer[T any](size int, free func(string, T) bool) *namer[T] {
	return &namer[T]{free: free, next: make(map[string]int, size)}
}

func (n *namer[T]) name(base string, who T) string {
	name := base
	i := n.next[base]
	if i == 0 {
		i = 2
	} else {
		name = base + " " + strconv.Itoa(i)
		i++
	}
	for !n.free(name, who) {
		name = base + " " + strconv.Itoa(i)
		i++
	}
	n.next[base] = i
	return name
}

// uniqueNames makes the names of jobs that nobody named by hand differ.
func uniqueNames(jobs []runner.Job) {
	taken := make(map[string]struct{}, len(jobs))
	n := newNamer(len(jobs), func(name string, _ struct{}) bool {
		_, have := taken[name]
		return !have
	})
	for i := range jobs {
		jobs[i].Name = n.name(jobs[i].Name, struct{}{})
		taken[jobs[i].Name] = struct{}{}
	}
}

// oneLine makes text fit to be a name: on one line, and without anything a terminal would obey.
func oneLine(text string) string {
	if tidy(text) {
		return text // most are, and the rest costs more
	}
	text = shellescape.StripUnsafe(strings.ToValidUTF8(strings.Join(strings.Fields(text), " "), "\uFFFD"))
	if text == "" {
		return "''"
	}
	return text
}

// tidy reports whether text is printable ASCII without blanks to be squeezed.
func tidy(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c > '~' || c == ' ' && (i == 0 || i == len(text)-1 || text[i-1] == ' ') {
			return false
		}
	}
	return text != ""
}

// argumentName is the name of the job for some arguments. Of a long one the end is kept, since that
// is where paths differ.
func argumentName(args []string) string {
	name := oneLine(strings.Join(args, " "))
	if len(name) <= 40 {
		return name // bytes are at least as many as characters
	}
	if runes := []rune(name); len(runes) > 40 {
		return "…" + string(runes[len(runes)-39:])
	}
	return name
}
