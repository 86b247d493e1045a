package remote

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"parallax/runner"
)

// patience is how long a request waits to see done what it asked for. What takes longer, such as the
// end of a task that cleans up, goes on and is answered as being on its way.
const patience = time.Second

// killPatience is how long a kill waits: a little longer than it takes until the run says of a task that
// it outlives being killed, so that who kills is told whom the next kill would cost.
const killPatience = 3500 * time.Millisecond

func (v Verb) patience() time.Duration {
	if v == Kill {
		return killPatience
	}
	return patience
}

// obey does what a request asks for and says what came of it.
func (s *Server) obey(req Request) Answer {
	switch req.Do {
	case Workers:
		return s.setWorkers(req.Workers)
	case Stack:
		return s.stacks(s.meant(req), req.All)
	}
	tasks := s.meant(req)
	held := s.book.holds()
	before, since, _, ended := s.book.look(tasks)
	if ended {
		return refuse("the run is over")
	}
	if !req.All && !anyFit(req, before) {
		return s.answer(req, tasks, before, before, view{since: since}) // nothing to wait for
	}
	s.run.Do(command(req, before))
	now, ended := s.await(req, tasks, before, since)
	a := s.answer(req, tasks, before, now, view{since, ended})
	switch still := s.book.holds(); {
	case req.Do == Restart && still && a.Counts[runner.Queued.String()] > 0:
		a.Run = Held
	case !req.All:
	case req.Do == Pause && still:
		a.Run = Held
	case req.Do == Resume && held && !still:
		a.Run = Released
	}
	return a
}

// view is from when to when a request was watched.
type view struct {
	since int  // the number of the last event before it
	ended bool // nothing more will come of it, for the run is over
}

// meant lists the tasks of a request.
func (s *Server) meant(req Request) []int {
	if !req.All {
		return req.Tasks
	}
	all := make([]int, s.tasks)
	for i := range all {
		all[i] = i
	}
	return all
}

// command is what the run is told. before is how the tasks stand that are named.
func command(req Request, before []seen) runner.Command {
	tasks := req.Tasks
	switch {
	case req.All:
		tasks = nil
	case req.Do == Kill: // what must not be killed again is left out
		tasks = nil
		for i, t := range req.Tasks {
			if !spared(req, before[i]) {
				tasks = append(tasks, t)
			}
		}
	}
	switch req.Do {
	case Pause:
		return runner.Pause{Tasks: tasks}
	case Resume:
		return runner.Resume{Tasks: tasks}
	case Cancel:
		return runner.Cancel{Tasks: tasks}
	case Kill:
		// What begins to resist just now is spared by the run itself.
		return runner.KillNow{Tasks: tasks, Force: req.Force}
	default:
		return runner.Restart{Tasks: tasks}
	}
}

// spared reports whether a task is not killed again, because that would end others that nobody named.
// Who kills all has named them.
func spared(req Request, t seen) bool {
	return req.Do == Kill && !req.Force && !req.All && t.resists.why != ""
}

func anyFit(req Request, before []seen) bool {
	for _, b := range before {
		if unfit(req.Do, b) == "" && !spared(req, b) {
			return true
		}
	}
	return false
}

// unfit says why a request means nothing for a task as it is, or "".
func unfit(do Verb, t seen) string {
	over := t.status.Over()
	waits := !over && !t.status.Active()
	switch {
	case do == Restart:
		return ""
	case over:
		return "it is over"
	case do == Cancel || do == Kill:
		return ""
	case waits:
		return "it has not started"
	case do == Pause && t.status == runner.Paused:
		return "it is paused already"
	case do == Pause && t.stopping:
		return "it is ending"
	case do == Resume && t.status == runner.Running && !t.pausing:
		return "it is not paused"
	}
	return ""
}

// await waits until the request is done for all tasks, for a while. ended means that the run is over.
func (s *Server) await(req Request, tasks []int, before []seen, since int) (now []seen, ended bool) {
	timer := time.NewTimer(req.Do.patience())
	defer timer.Stop()
	for {
		now, _, changed, ended := s.book.look(tasks)
		if ended || settled(req, before, now, since) && s.holding(req) && s.begun(req, now) {
			return now, ended
		}
		select {
		case <-changed:
		case <-timer.C:
			return now, false
		}
	}
}

// holding reports whether the run as a whole is held or let go, if that was asked.
func (s *Server) holding(req Request) bool {
	return !req.All || req.Do != Pause && req.Do != Resume || s.book.holds() == (req.Do == Pause)
}

// begun reports whether tasks that were restarted by name have started, where that is not a matter of
// their turn: in a run that is held they are the only ones that do, if a worker is free.
func (s *Server) begun(req Request, now []seen) bool {
	if req.Do != Restart || req.All || !s.book.holds() {
		return true
	}
	return !slices.ContainsFunc(now, func(t seen) bool { return t.status == runner.Queued })
}

func settled(req Request, before, now []seen, since int) bool {
	for i := range now {
		idle := unfit(req.Do, before[i]) != "" || spared(req, before[i])
		answered := now[i].refusal.at > since || req.Do == Kill && now[i].resists.at > since
		if !idle && !answered && !done(req.Do, before[i], now[i]) {
			return false
		}
	}
	return true
}

// done reports whether a request has come true for a task, or never will.
func done(do Verb, before, now seen) bool {
	switch {
	case do == Restart:
		return now.try > before.try || before.status == runner.Queued
	case now.status.Over():
		return true
	case do == Pause:
		return now.status == runner.Paused
	case do == Resume:
		return now.status == runner.Running && !now.pausing
	}
	return false
}

// outcome puts into words what a request came to for one task.
func outcome(req Request, task int, before, now seen, v view) Outcome {
	do := req.Do
	o := Outcome{Task: task, Now: now.status.String()}
	under := now.status.Active() && (now.stopping || now.pausing)
	switch {
	case under && now.stopping:
		o.Now = Ending
	case under:
		o.Now = Pausing
	}
	switch why := unfit(do, before); {
	case why != "":
		o.Why = why
	case spared(req, before):
		o.Why, o.Force = before.resists.why, true
	case now.refusal.at > v.since:
		o.Why = now.refusal.why
	case do == Kill && now.resists.at > v.since:
		o.Why, o.Force = now.resists.why, true
	case do == Pause && now.status.Over():
		o.Why = "it ended before it was paused"
	case do == Restart && !done(do, before, now) && now.status.Over():
		o.Why = "the run is closing: it starts nothing any more"
	case !done(do, before, now) && v.ended:
		o.Why = "the run ended first"
	case !done(do, before, now) && !under:
		o.Why = fmt.Sprintf("it was not done within %v", do.patience())
	case !done(do, before, now) && do == Pause && now.stopping:
		o.Why = "it is ending"
	}
	return o
}

func (s *Server) answer(req Request, tasks []int, before, now []seen, v view) Answer {
	a := Answer{OK: true, Counts: map[string]int{}}
	for i, t := range tasks {
		if req.All && unfit(req.Do, before[i]) != "" {
			continue
		}
		o := outcome(req, t, before[i], now[i], v)
		if o.Why == "" {
			a.Counts[o.Now]++
		}
		if !req.All || len(a.Tasks) < MaxListed {
			a.Tasks = append(a.Tasks, o)
		}
	}
	return a
}

func (s *Server) setWorkers(n int) Answer {
	s.run.Do(runner.SetWorkers{N: n})
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		now, changed, ended := s.book.limit()
		switch {
		case now == n:
			return Answer{OK: true, Workers: n}
		case ended:
			return refuse("the run is over")
		}
		select {
		case <-changed:
		case <-timer.C:
			return refuse("it was not done within %v", patience)
		}
	}
}

// asked is how many stacks are asked for at once: some take a second, for their task is busy.
const asked = 8

// stacks asks tasks where they are. Of all, those that run are asked.
func (s *Server) stacks(tasks []int, all bool) Answer {
	seen, _, _, ended := s.book.look(tasks)
	if ended {
		return refuse("the run is over")
	}
	a := Answer{OK: true}
	for i, t := range tasks {
		o := Outcome{Task: t, Now: seen[i].status.String(), Why: unfit(Stack, seen[i])}
		if !all || o.Why == "" && len(a.Tasks) < MaxListed {
			a.Tasks = append(a.Tasks, o)
		}
	}
	s.lookInside(a.Tasks)
	return a
}

// stackTime is how long tasks are asked one after the other. Then those that are being asked are waited
// for, which takes a few seconds at most, and the rest is told that it was not asked.
const stackTime = 10 * time.Second

// lookInside fills in where tasks are that have no Why against it.
func (s *Server) lookInside(tasks []Outcome) {
	var ask []*Outcome
	for i := range tasks {
		if tasks[i].Why == "" {
			ask = append(ask, &tasks[i])
		}
	}
	late := time.NewTimer(stackTime)
	defer late.Stop()
	limit := maxStacks / max(len(ask), MaxListed)
	turn := make(chan struct{}, asked)
	var wait sync.WaitGroup
	defer wait.Wait()
	for i, o := range ask {
		select {
		case turn <- struct{}{}:
		case <-late.C:
			for _, o := range ask[i:] {
				o.Why = fmt.Sprintf("it was not asked: the others took %v", stackTime)
			}
			return
		}
		wait.Go(func() {
			defer func() { <-turn }()
			defer s.catch()
			o.Label = s.book.label(o.Task)
			text, err := s.run.Stack(o.Task)
			if err != nil {
				o.Why = cut(err.Error(), limit)
			}
			o.Text = cut(text, limit)
		})
	}
}

const (
	// maxStacks bounds the text of all stacks of an answer, so that they stay within a line, also where each
	// byte takes six to write. At most [runner.MaxWorkers] tasks run and share it: some hundred bytes are
	// left for each.
	maxStacks = maxAnswer / 8
	// maxStack is how much of one is told where few are asked.
	maxStack = maxStacks / MaxListed
)

// cut leaves out the beginning of a text that is too long: the innermost calls come last.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = "...\n"
	return mark + text[len(text)-limit+len(mark):]
}

func refuse(format string, args ...any) Answer { return Answer{Error: fmt.Sprintf(format, args...)} }
