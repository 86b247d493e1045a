package python

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parallax/runner"
)

// crash is how an interpreter ended while scripts ran in it.
type crash struct {
	exit  runner.Exit // of the process
	fault error       // what was wrong with the connection, or nil
	blame string      // why we ended it, or ""
	fatal string      // what Python said of it: "Segmentation fault"
	stack string      // of the thread it happened in, innermost call first
	ident uint64      // that thread, or 0
	slot  int         // which of a host's scripts it belongs to, where only that is told, or 0
	said  string      // the last line that the interpreter printed

	culprit *Task // whose thread it was, or nil
}

var (
	fatalLine  = regexp.MustCompile(`(?m)^Fatal Python error: (.*)$`)
	threadLine = regexp.MustCompile(`^(Current thread|Thread) (0x[0-9a-f]+).*\(most recent call first\):`)
	// The host's frame below all that a script has called.
	slotFrame = regexp.MustCompile(`(?m)^  File "<parallax slot ([0-9]+)>", line`)
	// Without a GIL only the stack of the current thread is told, and not which it is.
	namelessLine = regexp.MustCompile(`(?m)^Stack \(most recent call first\):`)
)

// crashOf puts together what is known.
func crashOf(exit runner.Exit, printed, blame string, fault error) crash {
	c := crash{exit: exit, fault: fault, blame: blame}
	if at := fatalLine.FindAllStringSubmatchIndex(printed, -1); len(at) > 0 {
		last := at[len(at)-1]
		c.fatal = strings.TrimSpace(printed[last[2]:last[3]])
		dump := printed[last[1]:]
		c.ident, c.stack = currentThread(dump)
		if m := slotFrame.FindStringSubmatch(dump); m != nil && namelessLine.MatchString(dump) {
			c.slot, _ = strconv.Atoi(m[1]) // digits; too many of them are no slot
		}
		return c
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	c.said = strings.TrimSpace(lines[len(lines)-1])
	return c
}

// currentThread finds the thread that was running in a dump of faulthandler. The ident is 0 where only
// its stack was told.
func currentThread(dump string) (ident uint64, stack string) {
	for ident, stack = range threads(dump, true) {
		return ident, stack
	}
	return 0, ""
}

// threads reads the stacks in a dump of faulthandler by the threads' idents.
func threads(dump string, currentOnly bool) map[uint64]string {
	found := map[uint64]*dumped{}
	var at *dumped
	for line := range strings.SplitSeq(dump, "\n") {
		if m := threadLine.FindStringSubmatch(line); m != nil {
			id, err := strconv.ParseUint(m[2], 0, 64)
			at = new(dumped)
			if err == nil && (!currentOnly || m[1] == "Current thread") {
				found[id] = at // a later dump is the one that counts
			}
			continue
		}
		if namelessLine.MatchString(line) {
			at = new(dumped)
			found[0] = at
			continue
		}
		if !strings.HasPrefix(line, "  ") {
			at = nil
		}
		if at != nil {
			at.add(line)
		}
	}
	stacks := map[uint64]string{}
	for id, d := range found {
		if s := d.stack(); s != "" {
			stacks[id] = s
		}
	}
	return stacks
}

// dumped is the stack of one thread in a dump, innermost call first.
type dumped struct {
	lines []string // without the host's
	own   int      // how many of them are above the outermost call of a script
	cut   bool     // it is too deep for the dump, which left out its outermost calls
}

func (d *dumped) add(line string) {
	switch {
	case slotFrame.MatchString(line):
		d.own = len(d.lines)
	case strings.Contains(line, `File "<parallax `):
	default:
		d.lines = append(d.lines, line)
		d.cut = d.cut || strings.TrimSpace(line) == "..."
	}
}

// stack leaves out what is below all that a script has called: how its thread was started.
func (d *dumped) stack() string {
	lines := d.lines
	if d.own > 0 && !d.cut {
		lines = lines[:d.own]
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// passes reports whether a script was on the stack of the thread that the interpreter ended in, which
// has no name. Two subinterpreters may have given the same slot.
func (c crash) passes(t *Task) bool {
	if c.slot != 0 && c.slot != t.slot {
		return false
	}
	return c.slot != 0 && t.host.sub == nil || t.script != "" && strings.Contains(c.stack, `  File "`+t.script+`", line `)
}

// foreign reports whether it was, or may have been, none of the scripts that ended the interpreter.
func (c crash) foreign() bool { return c.blame != "" || c.exit.Signal == "SIGKILL" }

// how says in words how the interpreter ended.
func (c crash) how() string {
	switch {
	case c.blame != "":
		return c.blame
	case c.fatal != "" && c.exit.Signal != "":
		return fmt.Sprintf("the interpreter ended by %s: %s", c.exit.Signal, strings.ToLower(c.fatal))
	case c.fault != nil:
		return c.fault.Error()
	case c.exit.Signal == "SIGKILL":
		return "the interpreter lost its connection or ended by SIGKILL (killed by someone, or out of memory)"
	case c.exit.Signal != "":
		return "the interpreter ended by " + c.exit.Signal
	case c.exit.Reason != "":
		return c.exit.Reason
	}
	return fmt.Sprintf("the interpreter ended with exit status %d", c.exit.Code)
}

// by names the signal that ended it, if one did.
func (c crash) by() string {
	if c.exit.Signal == "" {
		return ""
	}
	return " by " + c.exit.Signal
}

// of returns the end of one task: the culprit's own, or that of one which was taken along. One that
// was killed is not lost: it was to end.
func (c crash) of(t *Task) runner.Exit {
	t.mu.Lock()
	defer t.mu.Unlock()
	exit := runner.Exit{Code: -1, Signal: c.exit.Signal, Lost: c.culprit != t && !t.killed}
	switch {
	case c.culprit == t:
		exit.Reason = c.how() + " in this script"
	case c.culprit != nil:
		exit.Reason = fmt.Sprintf("lost with the interpreter, which ended%s in %q", c.by(), c.culprit.name)
	default:
		exit.Reason = "lost with the interpreter: " + c.how()
	}
	return exit
}

// start returns the error of an interpreter that ended before it could be used.
func (c crash) start(fault error) error {
	if fault == nil {
		fault = errors.New(c.how())
	}
	if c.said != "" {
		return fmt.Errorf("%w: %s", fault, c.said)
	}
	return fault
}

// oneOf picks from a dump the stack of a thread, innermost call last, as tracebacks have it.
func oneOf(dump string, ident uint64) string {
	lines := strings.Split(strings.TrimRight(threads(dump, false)[ident], "\n"), "\n")
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}
