//go:build unix

package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"parallax/runner"
)

// short is a grace that tests need not wait long for.
const short = 60 * time.Millisecond

func limits(grace time.Duration) runner.Limits { return runner.Limits{Grace: grace} }

func TestAskingLetsAJobCleanUp(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: `trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done`})
	b.says("ready")
	if err := h.Stop(runner.Ask); err != nil {
		t.Fatal(err)
	}
	if exit := h.Wait(); exit.Code != 3 || !strings.Contains(b.read(b.out), "bye") {
		t.Errorf("%+v %q", exit, b.read(b.out))
	}
	// Once it is over, nothing is signalled and nothing is an error.
	for _, err := range []error{h.Stop(runner.Kill), h.Stop(runner.Ask), h.Pause(), h.Resume()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestAJobThatIgnoresSIGTERMIsKilled(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: `trap '' TERM; echo ready; while :; do sleep 1; done`})
	b.says("ready")
	if err := h.Stop(runner.Ask); err != nil {
		t.Fatal(err)
	}
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	if exit := h.Wait(); exit.Signal != "SIGKILL" || exit.Code != -1 {
		t.Errorf("%+v", exit)
	}
}

func TestPauseStopsTheWholeJobUntilItIsResumed(t *testing.T) {
	if state(os.Getpid()) == 0 {
		t.Skip("needs /proc to see the state of a process")
	}
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: `sh -c 'echo child $$; while :; do :; done' & echo ready; wait`})
	child := b.saysPID("child ")
	if err := h.Pause(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{h.Identity().PID, child} {
		eventually(t, "stopped", func() bool { return state(pid) == 'T' })
	}
	if err := h.Resume(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "running again", func() bool { return state(child) == 'R' })
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	h.Wait()
	if !dead(child) {
		t.Error("the child lives")
	}
}

func TestAPausedJobCanBeCancelled(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: `trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`})
	b.says("ready")
	if err := h.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := h.Stop(runner.Ask); err != nil {
		t.Fatal(err)
	}
	if exit := h.Wait(); exit.Code != 0 || !strings.Contains(b.read(b.out), "bye") {
		t.Errorf("%+v", exit)
	}
}

func TestWhatIsLeftInTheGroupIsEndedAndNamed(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"asked", `sleep 1000 & echo child $!`, "left 1 process behind: sleep (pid %d), ended with SIGTERM"},
		{
			"killed", `sh -c 'trap "" TERM; echo child $$; while :; do sleep 1; done' & `,
			"ended with SIGKILL",
		},
		{"by itself", `sleep 0.3 & echo child $!`, "left 1 process behind: sleep (pid %d), ended by itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{})
			grace := short
			if c.name == "by itself" {
				grace = within10s
			}
			h := b.start(runner.Job{Line: c.line, Limits: limits(grace)})
			exit := h.Wait()
			child := b.saysPID("child ")
			want := c.want
			if strings.Contains(want, "%d") {
				want = fmt.Sprintf(want, child)
			}
			if exit.Code != 0 || !strings.HasSuffix(exit.Note, want) {
				t.Errorf("%+v, want %q", exit, want)
			}
			if !dead(child) {
				t.Errorf("%d lives", child)
			}
		})
	}
}

func TestTheEndOfAPipelineIsNoNews(t *testing.T) {
	b := newBench(t, Options{})
	exit := b.run(runner.Job{Line: `(sleep 0.01; echo late) & true`})
	if exit.Note != "" || b.read(b.out) != "late\n" {
		t.Errorf("%+v %q", exit, b.read(b.out))
	}
}

func TestKillEndsWhatWasLeftAtOnce(t *testing.T) {
	b := newBench(t, Options{})
	h := b.start(runner.Job{Line: `sh -c 'trap "" TERM; echo child $$; while :; do sleep 1; done' &`, Limits: limits(time.Hour)})
	child := b.saysPID("child ")
	eventually(t, "the leader ends", func() bool { return dead(h.Identity().PID) })
	if err := h.Stop(runner.Kill); err != nil {
		t.Fatal(err)
	}
	h.Wait()
	if !dead(child) {
		t.Error("the child lives")
	}
}

func TestNothingSurvivesTheDeathOfParallax(t *testing.T) {
	for _, c := range []struct{ name, line string }{
		{"group", `sh -c 'echo $$ >"$PIDS"; trap "" TERM HUP; while :; do sleep 1; done' & wait`},
		{"left behind", `sh -c 'echo $$ >"$PIDS"; while :; do sleep 1; done' &`},
		{"other group of the session", `set -m; sh -c 'echo $$ >"$PIDS"; while :; do sleep 1; done' & wait`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.HasPrefix(c.name, "other") && state(os.Getpid()) == 0 {
				t.Skip("needs /proc")
			}
			pids := t.TempDir() + "/pids"
			cmd := exec.CommandContext(context.Background(), os.Args[0])
			cmd.Env = append(os.Environ(), helperVar+"="+c.line, "PIDS="+pids)
			pipe, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var leader, child int
			line, err := bufio.NewReader(pipe).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Sscan(line, &leader); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the grandchild starts", func() bool {
				data, err := os.ReadFile(pids)
				_, scanErr := fmt.Sscan(string(data), &child)
				return err == nil && scanErr == nil
			})
			if c.name == "left behind" {
				eventually(t, "its leader is reaped", func() bool { return errors.Is(syscall.Kill(leader, 0), syscall.ESRCH) })
			}
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			for _, pid := range []int{leader, child} {
				eventually(t, fmt.Sprintf("%d dies", pid), func() bool { return dead(pid) })
			}
			// On Linux they have become children of this process, if an earlier test made it adopt orphans.
			eventually(t, "its guard ends too", func() bool {
				left := childrenLeft()
				for _, pid := range left {
					_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil) // asked again until none is left
				}
				return len(left) == 0
			})
		})
	}
}

func TestALostGuardIsSaidOnceAndJobsGoOn(t *testing.T) {
	b := newBench(t, Options{})
	b.run(runner.Job{Line: "true"})
	g := &b.launcher.system.guard
	if err := syscall.Kill(g.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the guard dies", func() bool { return dead(g.pid) })
	if exit := b.run(runner.Job{Line: "true"}); !strings.HasPrefix(exit.Note, "the guard was stopped or ended") {
		t.Errorf("%+v", exit)
	}
	if exit := b.run(runner.Job{Line: "true"}); exit.Note != "" {
		t.Errorf("%+v", exit)
	}
}
