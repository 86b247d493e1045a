package monitor

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// rig drives a reader over real tasks.
type rig struct {
	t     testing.TB
	r     *procReader
	how   manner
	began time.Time
	lanes map[int]time.Duration // by task
}

func newRig(t testing.TB) *rig {
	g := &rig{t: t, r: newReader(Exact).(*procReader), how: manner{sparing: true}, began: time.Now(), lanes: map[int]time.Duration{}}
	t.Cleanup(g.r.close)
	return g
}

func (g *rig) read() {
	g.r.read(time.Since(g.began), g.how, func(s slice) { g.lanes[s.task] += s.on })
}

// until reads every 20 ms until the condition holds.
func (g *rig) until(what string, holds func() bool) {
	g.t.Helper()
	tick := time.NewTicker(quickest)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		if g.read(); holds() {
			return
		}
		if time.Now().After(deadline) {
			g.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// start runs a shell script in a group of its own and has it watched as a task.
func (g *rig) start(task int, script string) *exec.Cmd {
	g.t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		if cmd.ProcessState == nil {
			kill(cmd)
		}
	})
	g.r.watch(task, runner.Identity{PID: cmd.Process.Pid, Tree: true}, time.Since(g.began))
	return cmd
}

func kill(cmd *exec.Cmd) {
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
}

// stop holds a group and waits until all that we know of it stands still.
func (g *rig) stop(cmd *exec.Cmd) {
	g.t.Helper()
	syscall.Kill(-cmd.Process.Pid, syscall.SIGSTOP)
	g.until("the group to stop", func() bool { return stopped(cmd) })
	for range 2 * quietTurns {
		g.read()
	}
}

func stopped(cmd *exec.Cmd) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	st, ok := parseStat(text)
	return err == nil && ok && st.state == 'T'
}

func usage(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// near reports whether two times differ by less than 5 %, or by no more than a few ticks.
func near(a, b time.Duration) bool {
	return (a-b).Abs() <= max(a, b)/20 || (a-b).Abs() < 15*time.Millisecond
}

const busyLoop = "while :; do :; done"

func TestBusyLoopAgreesWithItsUsage(t *testing.T) {
	g := newRig(t)
	cmd := g.start(0, busyLoop)
	g.until("a second on a core", func() bool { return g.r.figures(0).used.on > time.Second })
	g.stop(cmd)
	f := g.r.figures(0)
	kill(cmd)
	if want := usage(cmd); !near(f.used.on, want) {
		t.Errorf("on a core %v, the system accounted %v", f.used.on, want)
	}
	if got := g.lanes[0]; !near(got, f.used.on) {
		t.Errorf("lanes hold %v of %v", got, f.used.on)
	}
	if f.processes != 1 || f.threads != 1 || f.core < 0 || f.rss <= 0 {
		t.Errorf("figures: %+v", f)
	}
	if g.r.coarse == (f.used.wait >= 0) {
		t.Errorf("waiting for a core is %v with coarse %v", f.used.wait, g.r.coarse)
	}
}

func TestCoarseTimesAgreeToo(t *testing.T) {
	g := newRig(t)
	g.r.coarse = true
	cmd := g.start(0, busyLoop)
	g.until("half a second on a core", func() bool { return g.r.figures(0).used.on > 500*time.Millisecond })
	g.stop(cmd)
	f := g.r.figures(0)
	kill(cmd)
	if want := usage(cmd); (f.used.on - want).Abs() > max(want/20, 30*time.Millisecond) {
		t.Errorf("on a core %v, the system accounted %v", f.used.on, want)
	}
	if f.used.wait != -1 {
		t.Errorf("waiting for a core cannot be known, got %v", f.used.wait)
	}
	if n := g.r.notices(); len(n) != 1 || n[0].Code != "coarse-times" || len(g.r.notices()) != 0 {
		t.Errorf("it must be said once: %v", n)
	}
}

func TestSleeperUsesNothing(t *testing.T) {
	g := newRig(t)
	g.start(0, "exec sleep 100")
	g.until("its process", func() bool { return g.r.figures(0).processes == 1 })
	end := time.Now().Add(300 * time.Millisecond)
	g.until("some time", func() bool { return time.Now().After(end) })
	if f := g.r.figures(0); f.used.on > 50*time.Millisecond || f.threads != 1 {
		t.Errorf("a sleeper: %+v", f)
	}
}

func TestPausedUsesNothing(t *testing.T) {
	g := newRig(t)
	cmd := g.start(0, busyLoop)
	g.until("some work", func() bool { return g.r.figures(0).used.on > 50*time.Millisecond })
	g.stop(cmd)
	before := g.r.figures(0).used.on
	end := time.Now().Add(200 * time.Millisecond)
	g.until("some time", func() bool { return time.Now().After(end) })
	if got := g.r.figures(0).used.on; got != before {
		t.Errorf("used %v while held", got-before)
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGCONT)
	g.until("more work", func() bool { return g.r.figures(0).used.on > before })
}

func TestPSSOfAChild(t *testing.T) {
	g := newRig(t)
	g.start(0, "exec sleep 100")
	g.until("PSS", func() bool { return g.r.figures(0).pss > 0 })
	if f := g.r.figures(0); f.rss <= 0 || f.pss > 100<<20 {
		t.Errorf("figures: %+v", f)
	}
}

func TestDeniedPSSIsUnknown(t *testing.T) {
	w := &watched{procs: []*proc{{memory: memory{rss: 10, pss: 5}}, {memory: memory{rss: 10, pss: -1, denied: true}}}}
	if f := w.figures(); f.pss != -1 || f.rss != 20 {
		t.Errorf("figures: %+v", f)
	}
	w.procs[1].denied = false // not read yet: what is known stands
	if f := w.figures(); f.pss != 5 {
		t.Errorf("figures: %+v", f)
	}
}

// burn keeps a locked goroutine busy until told to stop, and tells its thread.
func burn(stop <-chan struct{}) (tid int, done <-chan struct{}) {
	tids, ended := make(chan int), make(chan struct{})
	var work func()
	work = func() {
		runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
		if unix.Gettid() == os.Getpid() {
			go work() // the first thread never ends before the program does
			<-stop
			return
		}
		defer close(ended)
		tids <- unix.Gettid()
		for spun := 0; ; spun++ {
			select {
			case <-stop:
				return
			default:
				runtime.KeepAlive(spun)
			}
		}
	}
	go work()
	return <-tids, ended
}

func TestThreadOfALockedGoroutine(t *testing.T) {
	g := newRig(t)
	stop := make(chan struct{})
	started := time.Since(g.began)
	tid, done := burn(stop)
	g.r.watch(7, runner.Identity{PID: os.Getpid(), TID: tid}, started)
	g.until("its work", func() bool { return g.r.figures(7).used.on > 200*time.Millisecond })
	f := g.r.figures(7)
	if f.threads != 1 || f.processes != 0 || f.rss != -1 || f.pss != -1 || f.core < 0 {
		t.Errorf("figures: %+v", f)
	}
	if wall := time.Since(g.began) - started; f.used.on > wall+wall/10 {
		t.Errorf("one thread had %v in %v", f.used.on, wall)
	}
	close(stop)
	<-done
	g.until("the thread's end", func() bool { return g.r.figures(7).threads == 0 })
	if got := g.r.figures(7).used.on; got < f.used.on {
		t.Errorf("what it used shrank from %v to %v", f.used.on, got)
	}
}

func TestTasksThatShareAnInterpreterAreToldItsMemory(t *testing.T) {
	g := newRig(t)
	for task := 1; task <= 2; task++ {
		stop := make(chan struct{})
		tid, done := burn(stop)
		defer func() { <-done }()
		defer close(stop)
		g.r.watch(task, runner.Identity{PID: os.Getpid(), TID: tid, Host: runner.Host{ID: 1}}, 0)
	}
	one := func() figures { return g.r.figures(1) }
	g.until("its memory, by both", func() bool {
		two := g.r.figures(2)
		return one().rss > 1<<20 && one().pss > 1<<20 && two.rss == one().rss && two.pss == one().pss
	})
	if f := one(); f.processes != 0 || f.threads != 1 {
		t.Errorf("figures: %+v", f)
	}
	g.r.forget(1)
	g.until("its memory, by the one that is left", func() bool { return g.r.figures(2).pss > 1<<20 })
}

func TestThreadsOfATaskAreOneSum(t *testing.T) {
	g := newRig(t)
	stops := []chan struct{}{make(chan struct{}), make(chan struct{}), make(chan struct{})}
	foreign, gone := burn(stops[0])
	defer func() { <-gone }()
	defer close(stops[0])
	g.r.watch(3, runner.Identity{PID: os.Getpid(), TID: foreign}, 0)
	g.until("a past", func() bool { return g.r.figures(3).used.on > 100*time.Millisecond })

	started := time.Since(g.began)
	main, ended := burn(stops[1])
	g.r.watch(7, runner.Identity{PID: os.Getpid(), TID: main}, started)
	g.read()
	second, ended2 := burn(stops[2])
	g.r.belong(7, []int{main, second})
	g.r.belong(7, nil) // no answer
	sum := func() (on time.Duration) {
		for _, th := range g.r.index[7].procs[0].threads {
			on += th.last.on
		}
		return on
	}
	g.until("both threads", func() bool { return g.r.figures(7).threads == 2 && g.r.figures(7).used.on > 50*time.Millisecond })
	had, used, lanes := sum(), g.r.figures(7).used.on, g.lanes[7]
	g.until("work of both", func() bool { return g.r.figures(7).used.on > used+200*time.Millisecond })
	had, used, lanes = sum()-had, g.r.figures(7).used.on-used, g.lanes[7]-lanes
	if had != used || !near(lanes, used) {
		t.Errorf("the threads had %v, the task %v, its lanes %v", had, used, lanes)
	}
	before := g.r.figures(7).used.on
	close(stops[2])
	<-ended2
	g.until("the end of one", func() bool { return g.r.figures(7).threads == 1 })
	on := g.r.figures(7).used.on
	if on < before {
		t.Errorf("with a thread went what it had: %v", on)
	}
	g.until("work of the other", func() bool { return g.r.figures(7).used.on > on+50*time.Millisecond })

	g.r.belong(7, []int{main, foreign}) // one that is older than the task: its past is not the task's
	g.read()
	late := g.r.figures(7).used.on
	if wall := time.Since(g.began) - started; late > 2*wall+wall/10 {
		t.Errorf("%v of two threads in %v", late, wall)
	}
	g.r.belong(7, []int{foreign})
	g.until("only the other", func() bool { return g.r.figures(7).threads == 1 })
	close(stops[1])
	<-ended
	if got := g.r.figures(7).used.on; got < late {
		t.Errorf("what was used shrank from %v to %v", late, got)
	}
	g.r.close()
	if g.r.kept != 0 {
		t.Errorf("%d descriptors kept", g.r.kept)
	}
}

func TestTreesHaveTheThreadsThatTheyHave(t *testing.T) {
	g := newRig(t)
	g.start(0, "exec sleep 100")
	g.until("its process", func() bool { return g.r.figures(0).processes == 1 })
	g.r.belong(0, []int{os.Getpid()})
	g.r.belong(5, []int{os.Getpid()}) // no task of ours
	if g.read(); g.r.figures(0).threads != 1 {
		t.Errorf("figures: %+v", g.r.figures(0))
	}
}

func TestPastOfAThreadIsNotTheTasks(t *testing.T) {
	g := newRig(t)
	stop := make(chan struct{})
	tid, done := burn(stop)
	defer func() { close(stop); <-done }()
	g.r.watch(1, runner.Identity{PID: os.Getpid(), TID: tid}, 0)
	g.until("a past", func() bool { return g.r.figures(1).used.on > 300*time.Millisecond })
	g.r.watch(2, runner.Identity{PID: os.Getpid(), TID: tid}, time.Since(g.began))
	g.read()
	if got := g.r.figures(2).used.on; got > 50*time.Millisecond {
		t.Errorf("the new task begins with %v", got)
	}
}

func TestStrangerWithTheSameNumber(t *testing.T) {
	g := newRig(t)
	cmd := g.start(0, "exec sleep 100")
	g.r.watch(1, runner.Identity{PID: cmd.Process.Pid, Tree: true, Birth: 1}, 0)
	g.read()
	if f := g.r.figures(1); f.processes != 0 {
		t.Errorf("watches a stranger: %+v", f)
	}
}

func TestGoneTaskKeepsItsFigures(t *testing.T) {
	g := newRig(t)
	cmd := g.start(0, busyLoop)
	g.until("some work", func() bool { return g.r.figures(0).used.on > 50*time.Millisecond })
	before := g.r.figures(0).used
	kill(cmd)
	g.until("its end", func() bool { return g.r.figures(0).processes == 0 })
	if got := g.r.figures(0).used; got.on < before.on {
		t.Errorf("shrank from %v to %v", before, got)
	}
}

func descriptors(t testing.TB) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestDescriptorsAreReleased(t *testing.T) {
	before := descriptors(t)
	g := newRig(t)
	var cmds []*exec.Cmd
	for i := range 4 {
		cmds = append(cmds, g.start(i, "sleep 100 & sleep 100"))
	}
	g.until("all processes", func() bool {
		n := 0
		for i := range 4 {
			n += g.r.figures(i).processes
		}
		return n == 12
	})
	if g.r.kept == 0 {
		t.Error("no descriptor is kept open")
	}
	kill(cmds[0])
	g.until("an end", func() bool { return g.r.figures(0).processes == 0 })
	g.r.forget(1)
	g.r.close()
	for _, c := range cmds {
		if c.ProcessState == nil {
			kill(c)
		}
	}
	if after := descriptors(t); after != before || g.r.kept != 0 {
		t.Errorf("%d descriptors before, %d after; %d kept", before, after, g.r.kept)
	}
}

func TestWithoutDescriptorsToKeep(t *testing.T) {
	g := newRig(t)
	g.r.limit = 0
	g.start(0, busyLoop)
	g.until("its work", func() bool { return g.r.figures(0).used.on > 100*time.Millisecond })
	if g.r.kept != 0 {
		t.Errorf("%d descriptors kept", g.r.kept)
	}
	if n := g.r.notices(); len(n) != 1 || n[0].Code != "few-descriptors" {
		t.Errorf("notices: %v", n)
	}
}

func TestNoDescriptorsAtAll(t *testing.T) {
	g := newRig(t)
	g.start(0, busyLoop)
	g.start(1, busyLoop)
	g.until("work", func() bool { return g.r.figures(0).used.on > 0 })
	g.start(2, busyLoop)
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	low := l
	low.Cur = 64
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	var filler []int
	free := func() {
		for _, fd := range filler {
			unix.Close(fd)
		}
		filler = nil
		unix.Setrlimit(unix.RLIMIT_NOFILE, &l)
	}
	defer free()
	for {
		fd, err := unix.Dup(0)
		if err != nil {
			break
		}
		filler = append(filler, fd)
	}
	on := g.r.figures(0).used.on
	g.until("kept files to go on", func() bool { return g.r.figures(0).used.on > on+50*time.Millisecond })
	if f := g.r.figures(2); f.used.on != 0 {
		t.Errorf("read without a descriptor: %+v", f)
	}
	free()
	g.until("the newcomer", func() bool { return g.r.figures(2).used.on > 0 })
	if n := g.r.notices(); len(n) != 1 || n[0].Code != "few-descriptors" {
		t.Errorf("notices: %v", n)
	}
}
