package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

func TestAffinityHoldsForOneJobOnly(t *testing.T) {
	b := newBench(t, Options{})
	core := -1
	for n := range 1024 {
		if usable().IsSet(n) {
			core = n
		}
	}
	show := []string{"grep", "Cpus_allowed_list", "/proc/self/status"}
	b.run(runner.Job{Argv: show, CPUs: []int{core}})
	b.run(runner.Job{Argv: show})
	want := fmt.Sprintf("Cpus_allowed_list:\t%d\nCpus_allowed_list:\t%s\n", core, describeCores(usable()))
	if got := b.read(b.out); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIdentityIsThePidAndItsBirth(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Argv: []string{"cat", "/proc/self/stat"}})
	id := h.Identity()
	h.Wait()
	s, err := parseStat([]byte(b.read(b.out)))
	if err != nil {
		t.Fatal(err)
	}
	if id.PID != s.pid || id.Birth != s.birth || !id.Tree || id.Label != "pid "+strconv.Itoa(s.pid) {
		t.Errorf("%+v, process says %+v", id, s)
	}
	if s.group != s.pid || s.session != s.pid || s.parent != os.Getpid() {
		t.Errorf("not a leader of its own: %+v", s)
	}
}

func TestADaemonIsLeftAloneAndNamedOnce(t *testing.T) {
	b := newBench(t, Options{})
	exit := b.run(runner.Job{Line: `setsid sh -c 'echo daemon $$; exec sleep 1000' & while ! grep -q daemon "` + b.out.Name() + `"; do sleep 0.01; done`})
	pid := b.saysPID("daemon ")
	t.Cleanup(func() {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		eventually(t, "it dies", func() bool { return dead(pid) })
		b.launcher.system.orphans.strays(0) // reaps it
	})
	if !strings.HasPrefix(exit.Note, "left a daemon running: s") || !strings.HasSuffix(exit.Note, fmt.Sprintf("(pid %d)", pid)) {
		t.Errorf("%+v", exit)
	}
	if dead(pid) {
		t.Error("the daemon was ended")
	}
	if exit := b.run(runner.Job{Line: "true"}); exit.Note != "" {
		t.Errorf("named again: %+v", exit)
	}
}

func TestAnotherGroupOfTheSessionBelongsToTheJob(t *testing.T) {
	for _, c := range []struct {
		name, line string
		stop       bool
		grace      time.Duration
	}{
		{"left behind", `set -m; sleep 1000 & echo child $!`, false, time.Second}, // for a busy machine, too, after SIGTERM
		{"cancelled", `set -m; sleep 1000 & echo child $!; wait`, true, short},
		{"own session, still a child", `setsid sh -c 'echo child $$; exec sleep 1000' & wait`, true, short},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			h := b.start(runner.Job{Line: c.line, Limits: limits(c.grace)})
			child := b.saysPID("child ")
			if c.stop {
				if err := h.Pause(); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the child stops", func() bool { return state(child) == 'T' })
				if err := h.Stop(runner.Ask); err != nil {
					t.Fatal(err)
				}
			}
			exit := h.Wait()
			eventually(t, "the child dies", func() bool { return dead(child) })
			if !c.stop && exit.Note != fmt.Sprintf("left 1 process behind: sleep (pid %d), ended with SIGTERM", child) {
				t.Errorf("%+v", exit)
			}
		})
	}
}

func TestOrphansAreReapedAndCounted(t *testing.T) {
	b := newBench(t, Options{})
	// Each subshell's child loses its parent at once and ends as a child of parallax.
	line := `for i in 1 2 3 4 5; do (sh -c 'i=0; while [ $i -lt %d ]; do i=$((i+1)); done' &); done`
	idle := b.run(runner.Job{Line: fmt.Sprintf(line, 0), Limits: limits(time.Minute)})
	busy := b.run(runner.Job{Line: fmt.Sprintf(line, 30_000), Limits: limits(time.Minute)})
	if note := busy.Note; note != "" && !strings.HasSuffix(note, "ended by itself") && !strings.HasSuffix(note, "ended by themselves") {
		t.Error(note)
	}
	if busy.Usage.User < 5*idle.Usage.User {
		t.Errorf("busy %v, idle %v", busy.Usage.User, idle.Usage.User)
	}
	for _, pid := range childrenLeft() {
		if s, err := readStat(pid); err == nil && s.state == 'Z' {
			t.Errorf("zombie: %+v", s)
		}
	}
}

func TestOtherPartsOfTheProgramKeepTheirChildren(t *testing.T) {
	o := &orphans{session: 100, known: map[int]orphan{}}
	for _, c := range []struct {
		what string
		s    stat
		want bool
	}{
		{"an orphan in a job's session", stat{pid: 7, session: 5}, true},
		{"perhaps one with a session of its own", stat{pid: 7, session: 7}, false},
	} {
		if got := o.ours(c.s); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}

func TestWaitingHoldsNoThreadAndWorksWithoutPidfd(t *testing.T) {
	b := newBench(t, Options{})
	h, ok := b.start(runner.Job{Line: "sleep 0.05; exit 4"}).(*handle)
	if !ok || h.child.pidfd < 0 {
		t.Skip("this kernel has no pidfd")
	}
	if err := h.child.poll(); err != nil {
		t.Errorf("not by the poller: %v", err)
	}
	h.child.pidfd = -1 // poll has closed it
	if exit := h.Wait(); exit.Code != 4 {
		t.Errorf("%+v", exit)
	}
	h, _ = b.start(runner.Job{Line: "sleep 0.05; exit 5"}).(*handle)
	if err := unix.Close(h.child.pidfd); err != nil {
		t.Fatal(err)
	}
	h.child.pidfd = -1
	if exit := h.Wait(); exit.Code != 5 {
		t.Errorf("%+v", exit)
	}
}

func TestManyDaemonsAreAllFoundAndFewNamed(t *testing.T) {
	b := newBench(t, Options{})
	const n = 100 // their numbers fill more than one read of the list of children
	exit := b.run(runner.Job{Line: fmt.Sprintf(`i=0; while [ $i -lt %d ]; do setsid sh -c 'echo daemon $$; exec sleep 1000' & i=$((i+1)); done
while [ $(grep -c daemon "%s") -lt %d ]; do sleep 0.02; done`, n, b.out.Name(), n)})
	if !strings.HasPrefix(exit.Note, fmt.Sprintf("left %d daemons running: ", n)) || !strings.HasSuffix(exit.Note, fmt.Sprintf("and %d more", n-maxNamed)) {
		t.Errorf("%+v", exit)
	}
	for line := range strings.Lines(b.read(b.out)) {
		pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "daemon ")))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Error(err)
		}
		eventually(t, "it dies", func() bool { return dead(pid) })
	}
}

func TestParseStat(t *testing.T) {
	s, err := parseStat([]byte("12 (a (b) c) S 1 13 14 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9 9\n"))
	if want := (stat{12, "a (b) c", 'S', 1, 13, 14, 777}); err != nil || s != want {
		t.Errorf("%+v, %v", s, err)
	}
	for _, bad := range []string{"", "12 a S", "12 (a) S 1 2", "x (a) S 1 13 14 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 777 9 9"} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}

func TestDescribeCores(t *testing.T) {
	var set unix.CPUSet
	for _, n := range []int{0, 1, 2, 5, 7, 8} {
		set.Set(n)
	}
	if got := describeCores(&set); got != "0-2,5,7-8" {
		t.Error(got)
	}
}
