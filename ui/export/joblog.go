package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"parallax/runner"
	"parallax/runner/journal"
	"parallax/ui/facts"
)

// WriteJoblog writes every try that ran and is over, in the order of their ends, as GNU parallel's
// --joblog does. With head the names of the columns come first.
//
// It is as of version 20221122 of GNU parallel, whose --resume and --resume-failed can read it. GNU
// parallel has no row for a try that it repeats.
func WriteJoblog(w io.Writer, r *journal.Reader, head bool) error {
	out := bufio.NewWriter(w)
	if head {
		fmt.Fprintln(out, "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand")
	}
	var st runner.State
	for ev, err := range events(r, &st) {
		if err != nil {
			return err
		}
		end, ok := ev.Event.(runner.TaskEnded)
		if !ok || !ev.was.Active() {
			continue
		}
		task := &st.Tasks[end.Task]
		start := st.Time.Add(task.Started).Add(time.Millisecond / 2) // it is rounded, not cut
		code, signal := joblogExit(end, task.Host.ID != 0)
		if _, err := fmt.Fprintf(out, "%d\t:\t%d.%03d\t%10s\t0\t%d\t%d\t%d\t%s\n",
			end.Task+1, start.Unix(), start.Nanosecond()/int(time.Millisecond), lasted(end.When()-task.Started),
			end.LogSize[0], code, signal, oneLine(st.Jobs[end.Task].Command())); err != nil {
			return err
		}
	}
	return out.Flush()
}

// lasted is a time in seconds, cut to milliseconds.
func lasted(d time.Duration) string {
	ms := max(d, 0).Milliseconds()
	return fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
}

// oneLine keeps a command in its row: GNU parallel, too, writes a newline as a NUL.
func oneLine(command string) string { return strings.ReplaceAll(command, "\n", "\x00") }

// joblogExit is the exit status and the signal of a try as GNU parallel tells them: 0 and the signal of one
// that a signal ended; -1 instead of 0 where GNU parallel, here parallax, has ended it. Only success
// is 0 and 0: that is what --resume-failed asks.
func joblogExit(end runner.TaskEnded, shared bool) (code, signal int) {
	exit, name := facts.Exit(end.Status, end.Reason, end.Exit, shared)
	signal = signalNumber(name)
	switch {
	case exit != nil && *exit != 0:
		return *exit, signal
	case end.Status == runner.Succeeded:
		return 0, 0
	case facts.Stopped(end.Status, end.Reason) || signal == 0:
		return -1, signal
	}
	return 0, signal
}

// signals are the numbers of signals on Linux, on whatever system a run is exported.
var signals = [...]string{
	1: "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
	"SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
	"SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
}

// signalNumber is the number of a signal; 0 for none and for one that has no name on Linux.
func signalNumber(name string) int {
	for n, s := range signals {
		if n > 0 && s == name {
			return n
		}
	}
	return 0
}
