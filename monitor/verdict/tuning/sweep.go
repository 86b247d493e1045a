package tuning

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parallax/monitor/verdict/scaling"
	"parallax/monitor/verdict/trial"
	"parallax/runner"
)

// perCore is up to how many workers for each core a sweep goes by itself: enough for jobs that wait to
// overlap.
const perCore = 4

// Sweep is the loads that are tried when nobody names them: 1, 2, 3, 4, 6, 8, 12, 16 and so on, as many
// as there are cores, and the most that is tried: 4 for each core or all jobs. Where there are jobs
// enough they are at least as many as a scalability curve needs.
func Sweep(model runner.Model, jobs, cores int) []trial.Way {
	jobs, cores = max(jobs, 1), max(cores, 1)
	most := min(jobs, max(perCore*cores, scaling.FewestLoads))
	if model == runner.Hybrid {
		return grid(most, cores)
	}
	ns := []int{most}
	add := func(n int) {
		if n <= most && !slices.Contains(ns, n) {
			ns = append(ns, n)
		}
	}
	add(1)
	add(cores)
	for n := 2; n <= most; n *= 2 {
		add(n)
		add(n + n/2)
	}
	for n := 1; n <= most && len(ns) < scaling.FewestLoads; n++ {
		add(n)
	}
	slices.Sort(ns)
	ways := make([]trial.Way, 0, len(ns))
	for _, n := range ns {
		ways = append(ways, trial.Way{Model: model, Workers: n})
	}
	return ways
}

// grid is the shapes of hybrid that are tried: interpreters up to the cores, each power of two of them
// with as many powers of two of threads as the most workers allow.
func grid(most, cores int) []trial.Way {
	ps := []int{}
	for p := 1; p < cores; p *= 2 {
		ps = append(ps, p)
	}
	ps = append(ps, cores)
	var ways []trial.Way
	for _, p := range ps {
		for t := 1; p*t <= most; t *= 2 {
			ways = append(ways, trial.Way{Model: runner.Hybrid, Workers: p * t, Interpreters: p})
		}
	}
	inOrder(ways)
	return ways
}

func inOrder(ways []trial.Way) {
	slices.SortFunc(ways, func(a, b trial.Way) int {
		return cmp.Or(cmp.Compare(a.Workers, b.Workers), cmp.Compare(a.Interpreters, b.Interpreters))
	})
}

// Parse reads the loads that a user named: numbers of workers or, for hybrid, shapes such as 2x4, which are
// 2 interpreters with 4 threads each. The error is a [runner.Faults] with all that is wrong.
func Parse(words []string, model runner.Model, jobs, cores int) ([]trial.Way, error) {
	var ways []trial.Way
	var faults runner.Faults
	for _, word := range words {
		w, err := parse(strings.TrimSpace(word), model, jobs, max(cores, 1))
		switch {
		case err != nil:
			faults = append(faults, err)
		case !slices.Contains(ways, w):
			ways = append(ways, w)
		}
	}
	if len(faults) == 0 && len(ways) < 2 {
		faults = append(faults, errors.New("one number of workers is no sweep: name two at least, such as 1,2,4"))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	inOrder(ways)
	return ways, nil
}

func parse(word string, model runner.Model, jobs, cores int) (trial.Way, error) {
	w := trial.Way{Model: model}
	p, t, shape := strings.Cut(strings.ReplaceAll(word, "×", "x"), "x")
	n, err := strconv.Atoi(p)
	each := 1
	if shape && err == nil {
		each, err = strconv.Atoi(t)
	}
	switch {
	case shape && model != runner.Hybrid && err == nil:
		return w, fmt.Errorf("%q: shapes are for the model hybrid: give --as hybrid, too, or a number of workers", word)
	case err != nil || n < 1 || each < 1 || n > runner.MaxWorkers || each > runner.MaxWorkers || n*each > runner.MaxWorkers:
		if model == runner.Hybrid {
			return w, fmt.Errorf("%q: write numbers of workers or shapes such as 2x4, with 1 to %d workers", word, runner.MaxWorkers)
		}
		return w, fmt.Errorf("%q: write numbers of workers from 1 to %d, such as 1,2,4,8", word, runner.MaxWorkers)
	case n*each > jobs:
		return w, fmt.Errorf("%q: there are only %d jobs, so more at once cannot be", word, jobs)
	}
	w.Workers = n * each
	switch {
	case shape:
		w.Interpreters = n
	case model == runner.Hybrid:
		w.Interpreters = min(cores, n)
	}
	return w, nil
}
