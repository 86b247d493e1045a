package cli

import (
	"strings"

	"parallax/runner"
	"parallax/ui/cli/session"
	"parallax/ui/dashboard"
	"parallax/ui/draw"
)

// again lets the screen run a session's jobs once more, in a model that the user chooses there.
func again(stage *session.Stage, env session.Env, s *session.Session, title string) *dashboard.Again {
	return &dashboard.Again{
		Models: func() []dashboard.Choice { return choices(s.Plan.Jobs, env.Launchers()) },
		Start: func(m runner.Model, workers int) (dashboard.Act, error) {
			plan := s.Plan
			jobs, err := runner.Prepare(as(plan.Jobs, m), env.Launchers())
			if err != nil {
				return dashboard.Act{}, err
			}
			plan.Jobs, plan.Workers = jobs, workers
			next, err := stage.Start(plan)
			if err != nil {
				return dashboard.Act{}, err
			}
			return liveAct(title, next).shown(), nil
		},
	}
}

// as returns jobs in another model. What is preloaded is so for processes only.
func as(jobs []runner.Job, m runner.Model) []runner.Job {
	out := make([]runner.Job, len(jobs))
	for i, j := range jobs {
		j.Model = m
		if m != runner.Processes {
			j.Preload = nil
		}
		out[i] = j
	}
	return out
}

// choices are all models, with why the jobs cannot run in some. Launchers that only checked jobs have
// started nothing and hold nothing: they are closed by the run that launches with them, nowhere else.
func choices(jobs []runner.Job, by map[runner.Model]runner.Launcher) []dashboard.Choice {
	out := make([]dashboard.Choice, 0, len(runner.Models()))
	for _, m := range runner.Models() {
		out = append(out, dashboard.Choice{Model: m, Why: whyNot(as(jobs, m), by[m])})
	}
	return out
}

// whyNot says why jobs cannot run by a launcher, or "".
func whyNot(jobs []runner.Job, l runner.Launcher) string {
	if l == nil {
		return "not part of this build"
	}
	first, more := "", 0
	for _, j := range jobs {
		switch err := l.Check(j); {
		case err == nil:
		case first == "":
			if first = err.Error(); !strings.HasPrefix(first, j.Name) { // a script is named with the line
				first = j.Name + ": " + first
			}
		default:
			more++
		}
	}
	if more > 0 {
		first += " (and " + draw.Plural(more, "job", "jobs") + " more)"
	}
	return first
}
