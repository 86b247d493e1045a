package runner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Faults is everything that is wrong with what was asked, so that all of it can be said at once.
type Faults []error

func (f Faults) Error() string { return errors.Join(f...).Error() }

// Unwrap lets errors.Is and errors.As look into each fault.
func (f Faults) Unwrap() []error { return f }

// err returns f as an error, or nil when it is empty.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// A JobError is a fault of one job.
type JobError struct {
	Job    string // its name
	Origin string // where it was written, or ""
	Err    error
}

func (e *JobError) Error() string {
	if e.Origin != "" {
		return fmt.Sprintf("%s: job %q: %v", e.Origin, e.Job, e.Err)
	}
	return fmt.Sprintf("job %q: %v", e.Job, e.Err)
}

func (e *JobError) Unwrap() error { return e.Err }

// Final is why a [Launcher] refuses a job that would do no better in another model: none is offered.
type Final struct{ Err error }

func (e Final) Error() string { return e.Err.Error() }

func (e Final) Unwrap() error { return e.Err }

func fault(j Job, format string, args ...any) error {
	return &JobError{Job: j.Name, Origin: j.Origin, Err: fmt.Errorf(format, args...)}
}

// Prepare resolves each job's model and checks that everything can run, without starting anything.
// It returns the jobs to hand to [New]; the error, if any, is a [Faults] with all that is wrong.
func Prepare(jobs []Job, launchers map[Model]Launcher) ([]Job, error) {
	var faults Faults
	if len(jobs) == 0 {
		return nil, Faults{errors.New("no jobs: name a script, a quoted command line, or a job file")}
	}
	jobs = slices.Clone(jobs)
	for i := range jobs {
		jobs[i].Model = Resolve(jobs[i])
		switch n := kinds(jobs[i]); {
		case n == 0:
			faults = append(faults, fault(jobs[i], "nothing to run"))
			continue
		case n > 1:
			faults = append(faults, fault(jobs[i], "needs exactly one thing to run, has %d", n))
			continue
		}
		if err := check(jobs[i], launchers); err != nil {
			faults = append(faults, &JobError{Job: jobs[i].Name, Origin: jobs[i].Origin, Err: err})
		}
	}
	faults = append(faults, Validate(jobs)...)
	return jobs, faults.err()
}

// Resolve says which model a job runs in: the one asked for or, for Auto, goroutines for what runs
// inside parallax (Starlark scripts, workloads, Go functions) and processes for the rest.
func Resolve(j Job) Model {
	switch {
	case j.Model != Auto && j.Model != "":
		return j.Model
	case j.Workload != "", j.Func != nil, strings.HasSuffix(j.Script, ".star"):
		return Goroutines
	default:
		return Processes
	}
}

func kinds(j Job) int {
	n := 0
	for _, given := range []bool{j.Line != "", len(j.Argv) > 0, j.Script != "", j.Workload != "", j.Func != nil} {
		if given {
			n++
		}
	}
	return n
}

// check asks the model's launcher and, when it refuses, names the models that would do.
func check(j Job, launchers map[Model]Launcher) error {
	l, ok := launchers[j.Model]
	var err error
	switch {
	case !ok:
		err = fmt.Errorf("the model %s is not part of this build", j.Model)
	case len(j.Preload) > 0 && j.Model != Processes:
		err = fmt.Errorf("preload is for Python scripts that run as processes, not as %s", j.Model)
	default:
		err = l.Check(j)
	}
	if err == nil || errors.As(err, new(Final)) {
		return err
	}
	var can []string
	for _, m := range Models() {
		if l, ok := launchers[m]; ok && m != j.Model && (len(j.Preload) == 0 || m == Processes) && l.Check(j) == nil {
			can = append(can, string(m))
		}
	}
	if len(can) > 0 {
		return fmt.Errorf("%w: it can run as %s", err, strings.Join(can, " or "))
	}
	return err
}

// Validate finds what is wrong with the jobs as a set: equal names, unknown names in After, cycles,
// impossible limits.
func Validate(jobs []Job) []error {
	var faults []error
	names := make(map[string]bool, len(jobs))
	for _, j := range jobs {
		names[j.Name] = true
		names[j.Group] = names[j.Group] || j.Group != ""
	}
	groups := map[string]bool{}
	for _, j := range jobs {
		groups[j.Group] = true
	}
	first := make(map[string]int, len(jobs))
	for i, j := range jobs {
		if groups[j.Name] && j.Group != j.Name {
			faults = append(faults, fault(j, "replicas of another job share this name"))
		}
		if k, taken := first[j.Name]; taken {
			where := ""
			if jobs[k].Origin != "" {
				where = " at " + jobs[k].Origin
			}
			faults = append(faults, fault(j, "another job%s has this name", where))
		} else {
			first[j.Name] = i
		}
		if j.Timeout < 0 || j.Grace < 0 || j.Retries < 0 {
			faults = append(faults, fault(j, "timeout, grace and retries cannot be negative"))
		}
		for _, name := range j.After {
			if !names[name] {
				faults = append(faults, fault(j, "after names %q, which is no job", name))
			}
		}
	}
	if cycle := newDeps(jobs).cycle(); cycle != nil {
		faults = append(faults, fault(jobs[cycle[0]], "waits for itself: %s", describe(jobs, cycle)))
	}
	return faults
}

func describe(jobs []Job, cycle []int) string {
	names := make([]string, 0, len(cycle)+1)
	for _, i := range cycle {
		names = append(names, jobs[i].Name)
	}
	return strings.Join(append(names, jobs[cycle[0]].Name), " after ")
}
