package cli

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"parallax/monitor/comparison"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
	"parallax/ui/cli/course"
)

// parseModels reads a list of models to compare, each once, in the order in which they are shown.
func parseModels(names []string) ([]runner.Model, error) {
	asked := map[runner.Model]bool{}
	for _, name := range names {
		m, err := runner.ParseModel(strings.TrimSpace(name))
		switch {
		case err != nil:
			return nil, err
		case m == runner.Auto:
			return nil, fmt.Errorf("%q: name the models to compare, such as threads,processes", name)
		}
		asked[m] = true
	}
	var out []runner.Model
	for _, m := range compared {
		if asked[m] {
			out = append(out, m)
		}
	}
	return out, nil
}

// compared are the models in the order in which a comparison shows them.
var compared = []runner.Model{runner.Goroutines, runner.Threads, runner.Interpreters, runner.Processes, runner.Hybrid}

// ways are the ways to run a request's jobs: a serial baseline, and each model that can, of those
// asked for or, where none are, of those that differ. cannot says why of the others. The error is about
// models that were asked for and cannot.
func (req *request) ways(asked []runner.Model) (ways []course.Way, cannot []comparison.Cannot, err error) {
	jobs := req.plan.Jobs
	workers := max(min(req.plan.Workers, len(jobs)), 1)
	cores := max(int(math.Ceil(req.env.Quota)), 1)
	base := trial.Way{Model: runner.Processes, Serial: true, Workers: 1}
	if all(jobs, runner.Goroutines) {
		base.Model = runner.Goroutines
	}
	models, faults := asked, runner.Faults(nil)
	if len(models) == 0 {
		models = worthComparing(jobs, workers, cores)
	}
	for _, w := range append([]trial.Way{base}, wayOf(models, workers, cores)...) {
		way, err := req.way(w)
		switch {
		case err == nil:
			ways = append(ways, way)
		case len(asked) > 0 || w.Serial:
			faults = append(faults, fmt.Errorf("as %s: %w", w.Model, err))
		default:
			cannot = append(cannot, comparison.Cannot{Model: w.Model, Why: err.Error()})
		}
	}
	if len(faults) > 0 {
		return nil, nil, faults
	}
	return ways, cannot, nil
}

// way prepares the jobs for a way. The error says why they cannot run so.
func (req *request) way(w trial.Way) (course.Way, error) {
	open := launchers(&pythons{choice: req.pythons.choice, scripts: req.pythons.scripts, hosts: w.Interpreters})
	if why := whyNot(as(req.plan.Jobs, w.Model), open()[w.Model]); why != "" {
		return course.Way{}, errors.New(why)
	}
	jobs, err := runner.Prepare(as(req.plan.Jobs, w.Model), open())
	if err != nil {
		return course.Way{}, err
	}
	plan := req.plan
	plan.Jobs, plan.Workers, plan.Launchers = jobs, w.Workers, open
	return course.Way{Way: w, Plan: plan}, nil
}

// worthComparing are the models that differ for such jobs: goroutines for those that are some anyway,
// and the mixture of threads and processes where there are more jobs than cores.
func worthComparing(jobs []runner.Job, workers, cores int) []runner.Model {
	var out []runner.Model
	for _, m := range compared {
		switch {
		case m == runner.Goroutines && !all(jobs, m):
		case m == runner.Hybrid && (workers <= cores || cores < 2):
		default:
			out = append(out, m)
		}
	}
	return out
}

func wayOf(models []runner.Model, workers, cores int) []trial.Way {
	out := make([]trial.Way, 0, len(models))
	for _, m := range models {
		w := trial.Way{Model: m, Workers: workers}
		if m == runner.Hybrid {
			w.Interpreters = min(cores, workers)
		}
		out = append(out, w)
	}
	return out
}

func all(jobs []runner.Job, m runner.Model) bool {
	for _, j := range jobs {
		if j.Model != m {
			return false
		}
	}
	return len(jobs) > 0
}
