package remote

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parallax/runner"
)

const stubborn = "does not end. Killing it again ends its interpreter, and with it b"

func resisting(task int) runner.Event {
	return runner.Advised{Task: task, Level: runner.Warning, Code: "resists", Text: stubborn}
}

func TestWhatOutlivesAKillIsKilledAgainByForceOnly(t *testing.T) {
	d := serve(t)
	d.do = func(runner.Command) { d.put(runner.Sampled{Workers: 2, Stopping: []int{0}}, resisting(0)) }
	kill := func(req Request, want string, force bool) {
		t.Helper()
		req.Do = Kill
		a := d.ask(t, req)
		if got := said(a); got != want || a.Tasks[0].Force != force {
			t.Errorf("%s, force %v; want %s, %v", got, a.Tasks[0].Force, want, force)
		}
	}
	kill(Request{Tasks: []int{0}}, "0 ending ("+stubborn+"); map[]", true) // it came while this waited
	d.do = func(runner.Command) { d.put(runner.TaskEnded{Task: 1, Try: 1, Status: runner.Cancelled}) }
	kill(Request{Tasks: []int{0, 1}}, "0 ending ("+stubborn+"); 1 cancelled; map[cancelled:1]", true)
	d.do = func(runner.Command) { t.Error("it was killed again") }
	kill(Request{Tasks: []int{0}}, "0 ending ("+stubborn+"); map[]", true)
	d.do = func(runner.Command) { d.put(runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled}) }
	kill(Request{Tasks: []int{0}, Force: true}, "0 cancelled; map[cancelled:1]", false)

	d.do = func(runner.Command) {
		d.put(runner.TaskQueued{Task: 0, Try: 2}, runner.TaskStarted{Task: 0, Try: 2}, runner.Sampled{Workers: 2})
	}
	d.ask(t, Request{Do: Restart, Tasks: []int{0}})
	d.do = func(runner.Command) { d.put(runner.TaskEnded{Task: 0, Try: 2, Status: runner.Cancelled}) }
	kill(Request{Tasks: []int{0}}, "0 cancelled; map[cancelled:1]", false) // a new try has said nothing yet

	const want = "[]runner.Command[{[0] false} {[1] false} {[0] true} {[0]} {[0] false}]"
	if got := d.commands(); got != want {
		t.Errorf("the run was told %s, want %s", got, want)
	}
}

func TestResistanceIsOfOneTry(t *testing.T) {
	for _, ev := range []runner.Event{
		runner.TaskStarted{Task: 0, Try: 2}, runner.TaskEnded{Task: 0, Try: 1, Status: runner.Cancelled},
	} {
		b := newBook(1)
		b.take([]runner.Event{resisting(0)})
		if now, _, _, _ := b.look([]int{0}); now[0].resists.why != stubborn {
			t.Errorf("it is not noted: %+v", now[0])
		}
		b.take([]runner.Event{ev})
		if now, _, _, _ := b.look([]int{0}); now[0].resists.why != "" {
			t.Errorf("%T: it is held against the next try", ev)
		}
	}
}

func TestAllIsKilledWithoutForce(t *testing.T) {
	d := serve(t)
	d.put(resisting(0))
	d.until(0, func(now seen) bool { return now.resists.why != "" })
	d.do = func(runner.Command) {
		for i := range 2 {
			d.put(runner.TaskEnded{Task: i, Try: 1, Status: runner.Cancelled})
		}
		d.put(runner.TaskEnded{Task: 3, Try: 1, Status: runner.Cancelled})
	}
	if got, want := said(d.ask(t, Request{Do: Kill, All: true})), "0 cancelled; 1 cancelled; 3 cancelled; map[cancelled:3]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// busy is a server of so many tasks that all run.
func busy(tasks int, look func(int) (string, error)) *Server {
	s := &Server{tasks: tasks, run: &play{look: look}, book: newBook(tasks)}
	for i := range tasks {
		s.book.take([]runner.Event{runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{Label: "python 3.13.0 #2"}}})
	}
	return s
}

func TestStacksOfManyFitIntoAnAnswer(t *testing.T) {
	text := strings.Repeat("\x01", maxStack)
	s := busy(runner.MaxWorkers, func(task int) (string, error) {
		if task%2 == 0 {
			return "", errors.New(text)
		}
		return text, nil
	})
	line, err := encode(s.stacks(s.meant(Request{All: true}), false))
	if err != nil || len(line) > maxAnswer {
		t.Errorf("%d bytes, %v", len(line), err)
	}
	if s := busy(3, func(int) (string, error) { return text, nil }); len(s.stacks([]int{0, 1, 2}, false).Tasks[2].Text) != maxStack {
		t.Error("those of a few are cut, too")
	}
}

func TestStacksOfManyEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := busy(200, func(int) (string, error) {
			time.Sleep(3 * time.Second) // of the bubble
			return "here\n", nil
		})
		began := time.Now()
		a := s.stacks(s.meant(Request{All: true}), false)
		if took := time.Since(began); took > stackTime+3*time.Second {
			t.Errorf("it took %v", took)
		}
		if first, last := a.Tasks[0], a.Tasks[199]; first.Text != "here\n" || last.Why != "it was not asked: the others took 10s" {
			t.Errorf("%+v, %+v", first, last)
		}
	})
}

func TestWhoIsNotTheSameUserIsNotAnswered(t *testing.T) {
	stranger := func(*net.UnixConn) error { return errors.New("a stranger") }
	d := serveWith(t, func(s *Server) { s.known = stranger })
	d.do = func(runner.Command) { t.Error("the run obeys a stranger") }
	line, err := bufio.NewReader(d.dial(t)).ReadString('\n')
	if err != nil || !strings.Contains(line, `"ok":false`) || !strings.Contains(line, "a stranger") {
		t.Errorf("the server answers %q, %v", line, err)
	}
	d = serve(t)
	d.do = func(runner.Command) { t.Error("a stranger is asked") }
	if a, err := ask(t.Context(), d.dir, Request{Run: id, Do: Pause, All: true}, stranger); err == nil || err.Error() != "a stranger" {
		t.Errorf("the client takes %+v, %v", a, err)
	}
}

func TestWhoStopsWaitingIsToldSo(t *testing.T) {
	d := serve(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("interrupted")
	d.do = func(runner.Command) { cancel(enough) }
	for _, when := range []string{"while it waits", "before it asks"} {
		_, err := Ask(ctx, d.dir, Request{Run: id, Do: Cancel, Tasks: []int{0}})
		if !errors.Is(err, enough) || errors.Is(err, ErrNoAnswer) || strings.Contains(err.Error(), "within") {
			t.Errorf("%s: %v", when, err)
		}
	}
}
