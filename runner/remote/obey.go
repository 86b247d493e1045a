package remote

import (
	"fmt"
	"sync"
	"time"

	"parallax/runner"
)

// patience is how long a request waits to see done what it asked for. What takes longer, such as the
// end of a task that cleans up, goes on and is answered as being on its way.
const patience = time.Second

// obey does what a request asks for and says what came of it.
func (s *Server) obey(req Request) Answer {
	switch req.Do {
	case Workers:
		return s.setWorkers(req.Workers)
	case Stack:
		return s.stacks(s.meant(req), req.All)
	}
	tasks := s.meant(req)
	before, since, _, ended := s.book.look(tasks)
	if ended {
		return refuse("the run is over")
	}
	c := command(req)
	if !req.All && !anyFit(req.Do, before) {
		return s.answer(req, tasks, before, before, since) // nothing to wait for
	}
	s.run.Do(c)
	now := s.await(req.Do, tasks, before, since)
	return s.answer(req, tasks, before, now, since)
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

func command(req Request) runner.Command {
	tasks := req.Tasks
	if req.All {
		tasks = nil
	}
	switch req.Do {
	case Pause:
		return runner.Pause{Tasks: tasks}
	case Resume:
		return runner.Resume{Tasks: tasks}
	case Cancel:
		return runner.Cancel{Tasks: tasks}
	case Kill:
		return runner.KillNow{Tasks: tasks}
	default:
		return runner.Restart{Tasks: tasks}
	}
}

func anyFit(do Verb, before []seen) bool {
	for _, b := range before {
		if unfit(do, b) == "" {
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

// await waits until the request is done for all tasks, for a while.
func (s *Server) await(do Verb, tasks []int, before []seen, since int) []seen {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		now, _, changed, ended := s.book.look(tasks)
		if ended || settled(do, before, now, since) {
			return now
		}
		select {
		case <-changed:
		case <-timer.C:
			return now
		}
	}
}

func settled(do Verb, before, now []seen, since int) bool {
	for i := range now {
		if unfit(do, before[i]) == "" && now[i].refusal.at <= since && !done(do, before[i], now[i]) {
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
func outcome(do Verb, task int, before, now seen, since int) Outcome {
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
	case now.refusal.at > since:
		o.Why = now.refusal.why
	case do == Pause && now.status.Over():
		o.Why = "it ended before it was paused"
	case do == Restart && !done(do, before, now) && now.status.Over():
		o.Why = "the run is closing: it starts nothing any more"
	case !done(do, before, now) && !under:
		o.Why = fmt.Sprintf("it was not done within %v", patience)
	case !done(do, before, now) && do == Pause && now.stopping:
		o.Why = "it is ending"
	}
	return o
}

func (s *Server) answer(req Request, tasks []int, before, now []seen, since int) Answer {
	a := Answer{OK: true, Counts: map[string]int{}}
	for i, t := range tasks {
		if req.All && unfit(req.Do, before[i]) != "" {
			continue
		}
		o := outcome(req.Do, t, before[i], now[i], since)
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
	var wait sync.WaitGroup
	turn := make(chan struct{}, asked)
	for i := range a.Tasks {
		o := &a.Tasks[i]
		if o.Why != "" {
			continue
		}
		turn <- struct{}{}
		wait.Go(func() {
			defer func() { <-turn }()
			defer s.catch()
			o.Label = s.book.label(o.Task)
			text, err := s.run.Stack(o.Task)
			if err != nil {
				o.Why = err.Error()
			}
			o.Text = cut(text, maxStack)
		})
	}
	wait.Wait()
	return a
}

// maxStack bounds the text of one stack, so that all of an answer stay within a line, also where each byte takes
// six to write.
const maxStack = maxAnswer / 8 / MaxListed

// cut leaves out the beginning of a text that is too long: the innermost calls come last.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const mark = "...\n"
	return mark + text[len(text)-limit+len(mark):]
}

func refuse(format string, args ...any) Answer { return Answer{Error: fmt.Sprintf(format, args...)} }
