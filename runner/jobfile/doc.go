// Package jobfile turns what a user wrote into jobs: a parallax.yaml, a Procfile, job arguments, and
// argument lists in the manner of GNU parallel.
//
// The core is pure: text in, jobs or faults out ([Parse], [ParseProcfile], [Split], [Expand],
// [Describe], [ParseWorkers], [Schema]). Files are touched only by [Read], [Discover], [ReadLists],
// and [FromArgs], which asks whether a script exists.
//
// Everything that is wrong with an input is said at once, as [runner.Faults] in the order of the
// text. A fault of a file is a [Fault] and shows where it is.
//
// All functions are safe for use by several goroutines.
package jobfile

import (
	"time"

	"parallax/runner"
)

// MaxJobs is how many jobs one file or one set of argument lists may make. It is far above what a
// run handles well (100 000) and there to refuse a slip such as `count: 10000000` in words.
const MaxJobs = 1_000_000

// File is what a job file says.
type File struct {
	Path    string        // as it was named
	Name    string        // of the run, or ""
	Workers string        // as ParseWorkers takes it, or "" where nothing was said
	Halt    runner.Halt   // or ""
	Backoff time.Duration // before the first retry; 0 where nothing was said
	As      runner.Model  // the default of all jobs, or ""; each job carries its own
	// Preload is for those jobs that it makes sense for and that say nothing themselves: theirs is nil.
	Preload      []string
	OnHostLoss   HostLoss // or ""
	Interpreters int      // of the model hybrid, or 0
	Jobs         []runner.Job
	// Together says that all jobs are meant to run at once unless the user says otherwise: a Procfile's.
	Together bool
}

// Place is where a job file lies, so that paths in it can be made to hold for the program.
type Place struct {
	Folder string // absolute
	// Here says that Folder is the current folder of the program: paths then stay as they were
	// written wherever that means the same, since short ones read better.
	Here bool
}
