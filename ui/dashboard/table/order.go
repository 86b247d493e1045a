package table

import (
	"cmp"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/dashboard/panes"
)

// Sort is what rows are ordered by.
type Sort int

// The orders, in the sequence in which the key cycles through them.
const (
	ByState Sort = iota
	ByJob
	ByCPU
	ByMemory
	ByTime
	sorts
)

// Next is the order after s.
func (s Sort) Next() Sort { return (s + 1) % sorts }

func (s Sort) String() string {
	return [...]string{"sort: state", "sort: job", "sort: cpu", "sort: memory", "sort: time"}[s]
}

// Order lists the tasks whose name, command or state contains filter, in the order sort. The two
// cheap orders cost one pass over all tasks; the others sort only what is active and keep the rest
// in the order of the jobs, because only active tasks change.
func Order(state *runner.State, sort Sort, filter string) []int {
	keep := func(i int) bool { return true }
	if filter != "" {
		want := strings.ToLower(filter)
		keep = func(i int) bool { return matches(state, i, want) }
	}
	if sort == ByJob {
		return collect(state, keep, func(runner.Status) bool { return true })
	}
	var out []int
	for _, i := range state.Active {
		if keep(i) {
			out = append(out, i)
		}
	}
	key := map[Sort]func(t *runner.Task) float64{
		ByCPU:    panes.CPU,
		ByMemory: func(t *runner.Task) float64 { return float64(panes.Memory(t)) },
		ByTime:   func(t *runner.Task) float64 { return float64(t.Wall(state.Now)) },
	}[sort]
	if key != nil {
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(key(&state.Tasks[b]), key(&state.Tasks[a])) })
	}
	for _, st := range []runner.Status{runner.Failed, runner.Queued, runner.Unborn, runner.Cancelled, runner.Succeeded} {
		if state.Count(st) > 0 {
			out = append(out, collect(state, keep, func(s runner.Status) bool { return s == st })...)
		}
	}
	return out
}

func collect(state *runner.State, keep func(int) bool, has func(runner.Status) bool) []int {
	var out []int
	for i := range state.Tasks {
		if has(state.Tasks[i].Status) && keep(i) {
			out = append(out, i)
		}
	}
	return out
}

func matches(state *runner.State, i int, want string) bool {
	job := &state.Jobs[i]
	return strings.Contains(strings.ToLower(job.Name), want) ||
		strings.Contains(state.Tasks[i].Status.String(), want) ||
		strings.Contains(strings.ToLower(job.Command()), want)
}
