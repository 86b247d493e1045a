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

// rank is the place of a status in the order by state.
var rank = [...]int{runner.Running: 0, runner.Paused: 0, runner.Failed: 1, runner.Queued: 2, runner.Unborn: 2, runner.Cancelled: 3, runner.Succeeded: 4}

// Order lists the tasks whose name, command or state contains filter, in the order sort. All orders
// cost two passes over the statuses: by figures only active tasks are sorted, the rest stays by
// state, because only the figures of active tasks change.
func Order(state *runner.State, sort Sort, filter string) []int {
	statuses := state.Statuses()
	keep := func(int) bool { return true }
	if filter != "" {
		want := strings.ToLower(filter)
		keep = func(i int) bool { return matches(state, i, want) }
	}
	var at [5]int // where the next of each rank goes
	kept := make([]int, 0, len(statuses))
	for i, st := range statuses {
		if keep(i) {
			kept = append(kept, i)
			at[rank[st]]++
		}
	}
	if sort == ByJob {
		return kept
	}
	active, sum := at[0], 0
	for r, n := range at {
		at[r], sum = sum, sum+n
	}
	out := make([]int, len(kept))
	for _, i := range kept {
		r := rank[statuses[i]]
		out[at[r]] = i
		at[r]++
	}
	byFigure(state, sort, out[:active])
	return out
}

// byFigure sorts tasks by what they use, most first.
func byFigure(state *runner.State, sort Sort, tasks []int) {
	key := map[Sort]func(t *runner.Task) float64{
		ByCPU:    panes.CPU,
		ByMemory: func(t *runner.Task) float64 { return float64(panes.Memory(t)) },
		ByTime:   func(t *runner.Task) float64 { return float64(t.Wall(state.Now)) },
	}[sort]
	if key != nil {
		slices.SortStableFunc(tasks, func(a, b int) int { return cmp.Compare(key(&state.Tasks[b]), key(&state.Tasks[a])) })
	}
}

func matches(state *runner.State, i int, want string) bool {
	job := &state.Jobs[i]
	return strings.Contains(strings.ToLower(job.Name), want) ||
		strings.Contains(state.Tasks[i].Status.String(), want) ||
		strings.Contains(strings.ToLower(job.Command()), want)
}
