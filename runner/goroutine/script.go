package goroutine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

const (
	// stepsBetween checkpoints at most: some 20 to 100 µs of plain Starlark, at a cost that cannot be
	// measured. Where steps take longer, such as adding up huge lists, there are fewer.
	stepsBetween = 1024
	fewestSteps  = 8
	// timeBetween checkpoints is what the number of steps is fitted to.
	timeBetween = 5 * time.Millisecond
	// maxDepth of calls. Each takes about 1.4 KiB of Go stack, whose limit of 1 GiB ends the program.
	maxDepth = 10_000
	// maxFrames of a traceback, of which half are the outermost.
	maxFrames = 20
)

// taskOf returns the job that a Starlark thread runs.
func taskOf(thread *starlark.Thread) *task { return thread.Local(taskKey).(*task) }

const taskKey = "task"

// runScript runs a compiled script as the job t. A traceback goes to the log; the error is its last
// line.
func runScript(t *task, prog *starlark.Program) error {
	thread := &starlark.Thread{Name: t.script}
	thread.SetLocal(taskKey, t)
	tooDeep, steps, passed := false, uint64(stepsBetween), time.Now()
	thread.SetMaxExecutionSteps(steps)
	thread.OnMaxSteps = func(thread *starlark.Thread) {
		steps = fit(steps, time.Since(passed))
		if err := checkpoint(thread); err != nil {
			thread.Cancel(err.Error())
		}
		if !tooDeep && thread.CallStackDepth() > maxDepth {
			tooDeep = true
			thread.Cancel(fmt.Sprintf("recursion deeper than %d calls", maxDepth))
		}
		passed = time.Now()
		thread.SetMaxExecutionSteps(thread.Steps + steps)
	}
	_, err := prog.Init(thread, predeclare(t))
	var status exitStatus
	switch {
	case err == nil:
		return nil
	case errors.As(err, &status):
		return status
	case t.stopped() != nil:
		return t.stopped()
	}
	text, last := traceback(err)
	if _, werr := io.WriteString(t.errors, text); werr != nil {
		return fmt.Errorf("%s (its traceback is lost: %w)", last, werr)
	}
	return errors.New(last)
}

// fit returns how many steps to go to the next checkpoint when the last so many took so long.
func fit(steps uint64, took time.Duration) uint64 {
	if took <= timeBetween {
		return min(2*steps, stepsBetween)
	}
	return max(uint64(float64(steps)*float64(timeBetween)/float64(took)), fewestSteps)
}

// checkpoint is where a script is held, ended and asked where it is.
func checkpoint(thread *starlark.Thread) error {
	return taskOf(thread).pass(func() string { return frames(thread.CallStack()) })
}

// traceback describes an error of a script as Python would, and returns the last line too.
func traceback(err error) (text, last string) {
	var e *starlark.EvalError
	if !errors.As(err, &e) {
		return err.Error() + "\n", err.Error()
	}
	// What ends a script from inside the interpreter is worded as if the user had done it.
	last = strings.TrimPrefix(e.Msg, "Starlark computation cancelled: ")
	for i := len(e.CallStack) - 1; i >= 0; i-- {
		if pos := e.CallStack[i].Pos; pos.Line > 0 {
			last = fmt.Sprintf("%v: %s", pos, last)
			break
		}
	}
	return frames(e.CallStack) + last + "\n", last
}

// frames writes a call stack, innermost call last, with the middle of a very deep one left out.
func frames(stack starlark.CallStack) string {
	var b strings.Builder
	b.WriteString("Traceback (most recent call last):\n")
	for i, fr := range stack {
		if len(stack) > maxFrames && i >= maxFrames/2 && i < len(stack)-maxFrames/2 {
			if i == maxFrames/2 {
				fmt.Fprintf(&b, "  ... %d more calls ...\n", len(stack)-maxFrames)
			}
			continue
		}
		if fr.Pos.Line > 0 {
			fmt.Fprintf(&b, "  %v: in %s\n", fr.Pos, fr.Name)
		} else {
			fmt.Fprintf(&b, "  in %s\n", fr.Name) // a built-in function
		}
	}
	return b.String()
}

// Exec runs one Starlark script as the whole job of a process, with the very semantics that it has
// as a goroutine, and returns the process's exit status: 0, the script's own from sys.exit, 1 when
// it failed, with the traceback on stderr, or 2 when it cannot be read or does not parse. env is
// added to the process's environment.
func Exec(path string, args []string, stdout, stderr io.Writer, env map[string]string) int {
	var scripts programs
	prog, err := scripts.load(path)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err) // the status tells of it, too
		return 2
	}
	t := &task{gate: newGate(), log: stdout, errors: stderr, script: path, args: args, env: environment(env)}
	h, err := start(t, nil, func(context.Context, *task) error { return runScript(t, prog) })
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err) // the status tells of it, too
		return 1
	}
	return h.Wait().Code
}
