package process

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"parallax/runner"
)

// Inside looks into processes that run an interpreter. Its methods may be called from any goroutine.
type Inside interface {
	// Prepare returns the environment, made from env, with which a process of a command can be looked
	// into, and a file that the process inherits as descriptor fd. Without a file there is nothing to look
	// into, and env is as it was. An error says why it cannot be; the process is then started without.
	Prepare(argv, env []string, fd int) ([]string, *os.File, error)
	// Stack says where a process is that was given file, or was forked by one that was: in lines,
	// innermost call last. It is called for one process with the same file at a time.
	Stack(pid int, file *os.File) (string, error)
	// Other reports whether an error of Stack means that the process is none that can be looked into.
	Other(err error) bool
}

// lens is what is needed to look into the processes of one try. A nil lens sees nothing.
type lens struct {
	inside Inside

	mu   sync.Mutex // held while a process is asked
	file *os.File   // nil when the try is over
}

// prepare makes a command ready to be looked into. The returned lens is nil where that is not possible.
func (l *Launcher) prepare(cmd *command, fd int) *lens {
	if l.inside == nil {
		return nil
	}
	env, file, err := l.inside.Prepare(cmd.argv, cmd.env, fd)
	if err != nil || file == nil {
		return nil // the system's own words must do
	}
	cmd.env = env
	return &lens{inside: l.inside, file: file}
}

// close gives the file back.
func (v *lens) close() {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.file.Close()
	v.file = nil
}

// within tells where a process is in its own language. Of one that cannot be looked into it is "".
func (v *lens) within(pid int) (string, error) {
	if v == nil {
		return "", nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file == nil {
		return "", nil
	}
	text, err := v.inside.Stack(pid, v.file)
	if err != nil && v.inside.Other(err) {
		return "", nil
	}
	return text, err
}

var errOver = errors.New("it is over")

// enough is how long the processes of a try are looked into. Each takes an instant, but one that does
// not answer takes seconds.
const enough = 3 * time.Second

// describe tells of the processes of a try what each does.
func describe(roots []int, v *lens) (string, error) {
	late := time.Now().Add(enough)
	text := describeTree(roots, func(pid int) (string, error) {
		if time.Now().After(late) {
			return "", nil
		}
		return v.within(pid)
	})
	if text == "" {
		return "", errOver
	}
	return text, nil
}

// maxDescribed bounds how many processes are told of.
const maxDescribed = 100

// writeWithin adds what is told of the inside of a process.
func writeWithin(b *strings.Builder, indent string, pid int, within func(pid int) (string, error)) {
	text, err := within(pid)
	if err != nil {
		fmt.Fprintf(b, "%s– %v\n", indent, err)
		return
	}
	prefix := ""
	if strings.HasPrefix(text, "  ") { // it has one thread only, without a name above it
		prefix = "  "
	}
	for line := range strings.Lines(text) {
		b.WriteString(indent + strings.TrimPrefix(line, prefix))
	}
}

// maxCommand bounds how much of a command is told, in bytes.
const maxCommand = 200

// oneLine makes one line without control characters of a text, with its end left out if it is long.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), maxCommand)], "?"))
	if len(s) == maxCommand {
		s += "..."
	}
	return s
}

func countThreads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

var _ runner.Stacker = (*handle)(nil)
