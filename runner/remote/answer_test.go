package remote

import (
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

// An answer comes as soon as it is known what came of the request, and of this one.
func TestAnAnswerIsOfThisRequestAndComesAtOnce(t *testing.T) {
	const soon = 20 * time.Millisecond
	refused := runner.Advised{Task: 0, Level: runner.Warning, Code: "refused", Text: "it sleeps"}
	ended := runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled}
	one := []int{0}
	for _, c := range []struct {
		name   string
		before []runner.Event
		req    Request
		comes  []runner.Event // one each 20 ms after the command
		want   string
		after  time.Duration
	}{
		{"refused", nil, Request{Do: Pause, Tasks: one}, []runner.Event{refused}, "0 running (it sleeps); map[]", soon},
		{
			"refused before",
			[]runner.Event{refused},
			Request{Do: Pause, Tasks: one},
			[]runner.Event{runner.TaskPaused{}},
			"0 paused; map[paused:1]", soon,
		},
		{"resists", nil, Request{Do: Kill, Tasks: one}, []runner.Event{resisting(0)}, "0 running (" + stubborn + "); map[]", soon},
		{
			"resisted before",
			[]runner.Event{resisting(0)},
			Request{Do: Kill, Tasks: one, Force: true},
			[]runner.Event{ended},
			"0 cancelled; map[cancelled:1]", soon,
		},
		{
			"resisted before, and takes long",
			[]runner.Event{resisting(0)},
			Request{Do: Kill, Tasks: one, Force: true},
			[]runner.Event{runner.Sampled{Workers: 1, Stopping: one}},
			"0 ending; map[ending:1]", killPatience,
		},
		{
			"resists, which does not matter to who can wait", nil,
			Request{Do: Cancel, Tasks: one},
			[]runner.Event{resisting(0), ended},
			"0 cancelled; map[cancelled:1]", 2 * soon,
		},
		{
			"pausing, and resumed",
			[]runner.Event{runner.Sampled{Workers: 1, Pausing: one}},
			Request{Do: Resume, Tasks: one},
			[]runner.Event{runner.Sampled{Workers: 1}},
			"0 running; map[running:1]", soon,
		},
		{
			"measured meanwhile",
			[]runner.Event{runner.Sampled{Workers: 1, Pausing: one}},
			Request{Do: Resume, Tasks: one},
			[]runner.Event{runner.Sampled{Span: 1}, runner.Sampled{Workers: 1}},
			"0 running; map[running:1]", 2 * soon,
		},
		{
			"ending, so not to be paused",
			[]runner.Event{runner.Sampled{Workers: 1, Stopping: one}},
			Request{Do: Pause, Tasks: one},
			nil, "0 ending (it is ending); map[]", 0,
		},
		{"queued, so restarted already", nil, Request{Do: Restart, Tasks: []int{1}}, nil, "1 queued; map[queued:1]", 0},
		{
			"restarted in a held run, which starts what is named",
			[]runner.Event{runner.TaskPaused{}, runner.RunPaused{}},
			Request{Do: Restart, Tasks: one},
			[]runner.Event{ended, runner.TaskQueued{Try: 2}, runner.TaskStarted{Try: 2}},
			"0 running; map[running:1]", 3 * soon,
		},
		{
			"restarted in a held run without a free worker",
			[]runner.Event{runner.TaskPaused{}, runner.RunPaused{}},
			Request{Do: Restart, Tasks: one},
			[]runner.Event{ended, runner.TaskQueued{Try: 2}},
			"0 queued; map[queued:1]; held", patience,
		},
		{"all are held", nil, Request{Do: Pause, All: true}, []runner.Event{runner.TaskPaused{}, runner.RunPaused{}}, "0 paused; map[paused:1]", 2 * soon},
		{"nothing comes of it", nil, Request{Do: Pause, Tasks: one}, nil, "0 running (it was not done within 1s); map[]", patience},
		{"nothing comes of a kill", nil, Request{Do: Kill, Tasks: one}, nil, "0 running (it was not done within 3.5s); map[]", killPatience},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &play{}
				s := &Server{tasks: 2, run: p, book: newBook(2)}
				s.book.take([]runner.Event{runner.TaskQueued{Try: 1}, runner.TaskQueued{Task: 1, Try: 1}, runner.TaskStarted{Try: 1}})
				s.book.take(c.before)
				p.do = func(runner.Command) {
					for i, ev := range c.comes {
						time.AfterFunc(time.Duration(i+1)*soon, func() { s.book.take([]runner.Event{ev}) })
					}
				}
				began := time.Now()
				a := s.obey(c.req)
				got := said(a)
				if c.req.Do == Restart && a.Run != "" {
					got += "; " + a.Run
				}
				if took := time.Since(began); got != c.want || took != c.after {
					t.Errorf("%s after %v, want %s after %v", got, took, c.want, c.after)
				}
			})
		})
	}
}
