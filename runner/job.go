package runner

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Job is what the user asked to run. It is a value: nothing in it changes once the run has begun.
//
// Exactly one of Line, Argv, Script, Workload and Func says what to run.
type Job struct {
	// Name is unique within a run and is what the user sees and types.
	Name string `json:"name"`
	// Group is the name that replicas of one job share: "primes" of primes.1 and primes.2. In After it
	// stands for all of them. It is "" for a job without replicas.
	Group string `json:"group,omitempty"`
	// Model is never Auto once [Resolve] has been through the jobs.
	Model Model `json:"as"`

	Line     string   `json:"line,omitempty"`     // a shell command line, run by `sh -c`
	Argv     []string `json:"argv,omitempty"`     // a program and its arguments, run without a shell
	Script   string   `json:"script,omitempty"`   // a path; its ending says what interprets it
	Workload string   `json:"workload,omitempty"` // a workload built into parallax
	Func     Func     `json:"-"`                  // a job of a Go program that imports this package

	Args   []string `json:"args,omitempty"` // for Script, Workload and Func
	Python string   `json:"python,omitempty"`
	// Preload are the modules that a Python script's process has imported before it begins, for it is
	// forked from an interpreter that has. "auto" stands for those that the run's scripts share.
	Preload []string `json:"preload,omitempty"`

	Env   map[string]string `json:"env,omitempty"` // added to parallax's own environment
	Dir   string            `json:"dir,omitempty"` // "" is the folder parallax was started in
	Stdin string            `json:"stdin,omitempty"`
	CPUs  []int             `json:"cpus,omitempty"` // affinity; empty means any
	After []string          `json:"after,omitempty"`

	// Template is the command, or the name of the job, of which a list of arguments made this one and
	// others: "gzip -k {}". It is "" for a job that was asked for by itself.
	Template string `json:"template,omitempty"`

	// Limits are durations and counts that bound each try.
	Limits `json:"limits"`

	// Origin is where the job was written, as file:line:column, or "" for the command line.
	Origin string `json:"origin,omitempty"`
}

// Limits bound the tries of a job.
type Limits struct {
	Timeout time.Duration `json:"timeout_ns,omitempty"` // 0 means none; paused time does not count
	Grace   time.Duration `json:"grace_ns,omitempty"`   // between asking to end and killing; 0 means DefaultGrace
	Retries int           `json:"retries,omitempty"`    // further tries after a failure
	// StalledAfter is how long a try may make no sign of life before it is called stalled; 0 means
	// DefaultStalledAfter, less than 0 never.
	StalledAfter time.Duration `json:"stalled_after_ns,omitempty"`
}

// DefaultStalledAfter is how long a job may use no core, print nothing and wait for nothing that is
// known to end before it is called stalled.
const DefaultStalledAfter = 30 * time.Second

// NeverStalled as StalledAfter says that a job is never called stalled.
const NeverStalled time.Duration = -1

// StalledAfterOf is what a user's time means as StalledAfter: none at all is never.
func StalledAfterOf(d time.Duration) time.Duration {
	if d == 0 {
		return NeverStalled
	}
	return d
}

// DefaultGrace is how long a cancelled job may take to end by itself before it is killed.
const DefaultGrace = 5 * time.Second

// GraceOrDefault returns Grace, or DefaultGrace where none was asked for.
func (l Limits) GraceOrDefault() time.Duration {
	if l.Grace > 0 {
		return l.Grace
	}
	return DefaultGrace
}

// A Func is a job written in Go. It runs on a goroutine locked to its own OS thread.
//
// It should call call.Checkpoint often (in a tight loop at least every 50 ms): that is where it
// is paused and where it learns that it was cancelled. ctx is cancelled at the same moment.
// What it writes to call.Out goes to the job's log. An error or a panic fails the job.
type Func func(ctx context.Context, call *Call) error

// Call is what a [Func] gets to work with. It belongs to one try of one job.
type Call struct {
	Out  interface{ Write([]byte) (int, error) } // the job's log; safe for use by several goroutines
	Args []string
	Env  map[string]string
	// Checkpoint returns nil at once while the job may go on, blocks while it is paused, and
	// returns the reason once it is cancelled.
	Checkpoint func() error
}

// kind is the same for jobs that can be taken to need about the same time: replicas, one command for
// several arguments, or one script, in the same model and Python.
func (j Job) kind() string {
	what := j.Command()
	switch {
	case j.Template != "":
		what = "template " + j.Template
	case j.Group != "":
		what = "group " + j.Group
	case j.Script != "":
		what = "script " + j.Script
	case j.Workload != "":
		what = "workload " + j.Workload
	case j.Func != nil: // functions cannot be compared
		what = "func " + j.Name
	}
	return string(j.Model) + " " + j.Python + " " + what
}

// alike reports whether all jobs are of one kind.
func alike(jobs []Job) bool {
	if len(jobs) == 0 {
		return true
	}
	first := jobs[0].kind()
	return !slices.ContainsFunc(jobs[1:], func(j Job) bool { return j.kind() != first })
}

// Command says in one line what the job runs, as a user would type it.
func (j Job) Command() string {
	switch {
	case j.Line != "":
		return j.Line
	case len(j.Argv) > 0:
		return strings.Join(j.Argv, " ")
	case j.Script != "":
		return strings.Join(append([]string{j.Script}, j.Args...), " ")
	case j.Workload != "":
		return strings.Join(append([]string{j.Workload}, j.Args...), " ")
	case j.Func != nil:
		return "a Go function"
	}
	return ""
}

// DefaultName derives a name from what the job runs: a script's file name, else the whole
// command on one line, cut to 40 characters.
func (j Job) DefaultName() string {
	if j.Script != "" {
		return filepath.Base(j.Script)
	}
	name := []rune(strings.Join(strings.Fields(j.Command()), " "))
	if len(name) > 40 {
		name = append(name[:39], '…')
	}
	return string(name)
}
