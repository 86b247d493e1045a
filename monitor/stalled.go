package monitor

import (
	"slices"
	"strings"
	"sync"
	"time"

	"parallax/monitor/stall"
	"parallax/runner"
)

// waiter is a reader that can tell what threads wait for.
type waiter interface {
	// waits returns the threads of a watched task and what they wait for; those that follow on one
	// that does not wait, or not for ever, may be left out. apart is what processes have used so far
	// that belong to the task but not to its figures.
	waits(task int) (threads []stall.Thread, apart time.Duration)
}

// mostAsked bounds how many tasks are asked for their stacks at once: most answer in an instant, a few
// take seconds.
const mostAsked = 4

// stalls tells which tasks have stalled. All but the asking is the sampler's goroutine's.
type stalls struct {
	ask   func(task int) (string, error) // nil where nobody can be asked
	tasks map[int]*signs

	asking  sync.WaitGroup
	flying  int // how many are being asked
	mu      sync.Mutex
	answers []answer // guarded by mu
}

// answer is where a task said that it is, or "".
type answer struct {
	signs *signs
	stack string
}

// signs are the signs of life of one try of a task.
type signs struct {
	task   int
	clock  *stall.Clock
	used   time.Duration
	cause  stall.Wait
	locked []stall.Thread // of which all wait for locks of their own process

	marked   bool
	since    time.Duration
	asked    bool
	answered bool
	at       []stall.Place
	dead     bool // said to be in a deadlock
}

func (s *stalls) begin(task int, limits runner.Limits) {
	if s.tasks == nil {
		s.tasks = map[int]*signs{}
	}
	s.tasks[task] = &signs{task: task, clock: stall.NewClock(limits)}
}

func (s *stalls) forget(task int) { delete(s.tasks, task) }

// look takes up what was measured of tasks, and returns those that have stalled and what is to be said.
func (s *stalls) look(now time.Duration, state *runner.State, measured []runner.TaskSample, r waiter) (stalled []int, say []runner.Advised) {
	say = s.heard(now, state)
	for i := range measured {
		t := s.tasks[measured[i].Task]
		if t == nil {
			continue
		}
		t.see(now, state, measured[i], r)
		since, yes := t.clock.Stalled()
		switch {
		case yes && !t.marked:
			t.marked, t.since, t.asked, t.answered, t.at, t.dead = true, since, false, false, nil, false
		case !yes && t.marked:
			t.marked = false
			if !held(state, t.task) {
				say = append(say, runner.Advised{Task: t.task, Level: runner.Note, Code: runner.CodeStalled, Text: stall.Resumed(now - t.since)})
			}
		}
		if yes {
			stalled = append(stalled, t.task)
			s.inquire(t)
		}
	}
	return stalled, say
}

// see takes up what was measured of the task, and looks at its threads when it is time to.
func (t *signs) see(now time.Duration, state *runner.State, m runner.TaskSample, r waiter) {
	t.used += m.OnCore
	f := stall.Facts{
		At: now, Used: t.used, Output: m.LogSize[0] + m.LogSize[1], Progress: m.Progress,
		Held: held(state, t.task),
	}
	if !t.clock.Seen(f) {
		return
	}
	threads, apart := r.waits(t.task)
	cause := stall.Cause(threads)
	t.clock.Looked(f, cause, apart)
	if cause.Endless() {
		t.cause, t.locked = cause, stall.Locked(threads)
		if shares(state, t.task) && len(t.locked) < len(threads) { // who is asked is the script, not its children
			t.locked = nil
		}
	}
}

// held reports whether a task is paused, or was asked to hold or to end.
func held(state *runner.State, task int) bool {
	return state.Tasks[task].Status != runner.Running || state.IsPausing(task) || state.IsStopping(task)
}

// shares reports whether a task is in an interpreter with others.
func shares(state *runner.State, task int) bool {
	id := state.Tasks[task].Identity
	return !id.Tree && id.Host.ID != 0
}

// inquire asks a task where it is, once, beside.
func (s *stalls) inquire(t *signs) {
	if t.asked || s.flying >= mostAsked {
		return
	}
	t.asked = true
	s.flying++
	if s.ask == nil {
		s.answer(answer{signs: t})
		return
	}
	ask := s.ask
	s.asking.Go(func() {
		stack, err := ask(t.task)
		if err != nil { // then it is said without
			stack = ""
		}
		s.answer(answer{t, stack})
	})
}

func (s *stalls) answer(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, a)
}

// heard takes up what tasks have answered, and returns what is to be said of them.
func (s *stalls) heard(now time.Duration, state *runner.State) (say []runner.Advised) {
	s.mu.Lock()
	answers := s.answers
	s.answers = nil
	s.mu.Unlock()
	for _, a := range answers {
		s.flying--
		t := a.signs
		if s.tasks[t.task] != t || !t.marked || t.answered {
			continue // it is over, or goes on
		}
		pid := 0
		if len(t.locked) > 0 {
			pid = t.locked[0].PID
		}
		t.answered, t.at = true, stall.Places(a.stack, pid)
		say = append(say, s.judge(t, now, state)...)
	}
	return say
}

// judge says of a task that has answered why it has stalled. Where that is a deadlock with others, they
// are told too.
func (s *stalls) judge(t *signs, now time.Duration, state *runner.State) (say []runner.Advised) {
	warn := func(t *signs, code, text string) {
		say = append(say, runner.Advised{Task: t.task, Level: runner.Warning, Code: code, Text: text})
	}
	mates := s.mates(t, state)
	if len(t.locked) > 0 && stall.Deadlocked(len(t.locked), t.at, len(mates) == 1) {
		t.dead = true
		warn(t, runner.CodeDeadlock, stall.Deadlock(t.at))
		return say
	}
	if len(mates) < 2 || slices.ContainsFunc(mates, func(m *signs) bool { return !m.stuck() }) {
		warn(t, runner.CodeStalled, stall.Sentence(now-t.since, t.cause, t.at))
		return say
	}
	var all []stall.Place
	for _, m := range mates {
		for _, p := range m.at {
			p.Thread = strings.TrimSpace(state.Jobs[m.task].Name + " " + p.Thread)
			if len(m.at) == 1 {
				p.Thread = state.Jobs[m.task].Name
			}
			all = append(all, p)
		}
	}
	for _, m := range mates {
		if !m.dead {
			m.dead = true
			warn(m, runner.CodeDeadlock, stall.Deadlock(all))
		}
	}
	return say
}

// stuck reports whether all of a task's threads wait for locks, and one of them takes one.
func (t *signs) stuck() bool {
	return t != nil && t.marked && t.answered && len(t.locked) > 0 && len(t.at) == len(t.locked) && stall.Takers(t.at) > 0
}

// mates are all tasks that could release a lock of a task, itself among them: those in its interpreter.
func (s *stalls) mates(t *signs, state *runner.State) []*signs {
	if !shares(state, t.task) {
		return []*signs{t}
	}
	var out []*signs
	for _, i := range state.Active {
		if shares(state, i) && state.Tasks[i].Host.ID == state.Tasks[t.task].Host.ID {
			out = append(out, s.tasks[i])
		}
	}
	return out
}

// stalled returns those tasks of a report that have stalled, and tells the user of what is new.
func (s *Sampler) stalled(measured []runner.TaskSample) []int {
	r, can := s.reader.(waiter)
	if !can {
		return nil
	}
	s.stalls.ask = s.opts.Stack
	tasks, say := s.stalls.look(s.now, &s.state, measured, r)
	for _, a := range say {
		if s.opts.Advise != nil {
			s.opts.Advise(a)
		}
	}
	return tasks
}
