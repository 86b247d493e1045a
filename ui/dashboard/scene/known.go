package scene

import (
	"slices"

	"parallax/runner"
)

// Known is what a screen keeps of a run's events beside the state, which holds only the last of each
// kind. The zero Known is ready.
type Known struct {
	// Hosts are the interpreters that tasks have run in, in the order in which they were seen.
	Hosts []runner.Host
	// Progress says that some task has told how far it is.
	Progress bool
	// Resists has, of tasks that outlive being killed, what the user was told.
	Resists map[int]string
}

// See takes up an event that the state has taken.
func (k *Known) See(ev runner.Event) {
	switch ev := ev.(type) {
	case runner.TaskStarted:
		delete(k.Resists, ev.Task)
		if ev.Host.Name != "" && !slices.Contains(k.Hosts, ev.Host) {
			k.Hosts = append(k.Hosts, ev.Host)
		}
	case runner.TaskEnded:
		delete(k.Resists, ev.Task)
	case runner.Sampled:
		k.Progress = k.Progress || slices.ContainsFunc(ev.Tasks, func(t runner.TaskSample) bool { return t.Progress != 0 })
	case runner.Advised:
		if ev.Task >= 0 && ev.Code == resists {
			if k.Resists == nil {
				k.Resists = map[int]string{}
			}
			k.Resists[ev.Task] = ev.Text
		}
	}
}

// The codes of what is said of tasks that the screen treats in a way of their own.
const (
	resists = "resists"
	refused = "refused"
)

// HostName is what to call the interpreter that prints to a log.
func (k *Known) HostName(log string) string {
	at := slices.IndexFunc(k.Hosts, func(h runner.Host) bool { return h.Log == log })
	if at < 0 {
		return "interpreter"
	}
	return k.Hosts[at].Title()
}
