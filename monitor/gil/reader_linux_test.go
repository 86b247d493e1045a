package gil

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"parallax/runner/python/which"           //nolint:depguard // only tests need Pythons, to look at
	"parallax/runner/python/which/whichtest" //nolint:depguard // likewise
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must come, on a machine however busy.
const patience = 90 * time.Second

// since returns what fits CPython from a version on.
func since(version string) func(which.Python) error {
	return func(p which.Python) error {
		if p.Implementation != "CPython" || !p.AtLeast(version) {
			return errors.New("another")
		}
		return nil
	}
}

// load is a running testdata/load.py.
type load struct {
	*exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	module string // of sha256
}

func start(tb testing.TB, python, kind string, env ...string) *load {
	tb.Helper()
	l := &load{Cmd: exec.Command(python, "testdata/load.py", kind)}
	l.Env = append(os.Environ(), env...)
	l.Stderr = os.Stderr
	in, err := l.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := l.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Start(); err != nil {
		tb.Fatal(err)
	}
	l.in, l.out = in, bufio.NewReader(out)
	tb.Cleanup(l.end)
	l.up(tb)
	return l
}

// up waits until it says that it runs.
func (l *load) up(tb testing.TB) {
	tb.Helper()
	line, err := l.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "up ") {
		tb.Fatalf("the load says %q, %v", line, err)
	}
	l.module = strings.TrimSpace(strings.TrimPrefix(line, "up "))
}

func (l *load) say(tb testing.TB, line string) {
	tb.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		tb.Fatal(err)
	}
}

// end kills it, if it has not ended.
func (l *load) end() {
	_ = l.in.Close()
	_ = l.Process.Kill() // it may have ended
	_ = l.Wait()
}

// workers are its threads but the first.
func (l *load) workers(tb testing.TB) (tids []int) {
	tb.Helper()
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(l.Process.Pid) + "/task")
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		if tid, err := strconv.Atoi(e.Name()); err == nil && tid != l.Process.Pid {
			tids = append(tids, tid)
		}
	}
	return tids
}

// seen is what was seen of a load.
type seen struct {
	Sample
	reads, looks, blocked, waits int
	locked, held                 int // reads of the first GIL: it was held, by one of the workers
	wall, onCore, waitCore       time.Duration
	estimate                     Estimate
}

func (s seen) String() string {
	return fmt.Sprintf("%d looks, %d blocked, %d waiting; held in %d of %d reads; wall %s, on a core %s, waiting for one %s, for the GIL %s ± %s",
		s.looks, s.blocked, s.waits, s.locked, s.reads, s.wall, s.onCore, s.waitCore, s.estimate.Waited, s.estimate.StdErr)
}

// watch looks at the workers until it has seen enough.
func watch(t *testing.T, l *load, enough func(seen) bool) seen {
	t.Helper()
	r := New()
	defer r.Close()
	var s seen
	var account Account
	tids := l.workers(t)
	begin := time.Now()
	on0, wait0 := schedstat(t, l.Process.Pid, tids)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !enough(s) {
		if time.Since(begin) > patience {
			t.Fatalf("not enough was seen: %s", s)
		}
		<-tick.C
		var err error
		if s.Sample, err = r.Read(l.Process.Pid, tids); err != nil {
			t.Fatal(err)
		}
		s.reads++
		for _, th := range s.Threads {
			account.See(th)
			s.looks += count(th.Seen)
			s.blocked += count(th.Blocked)
			s.waits += count(th.WaitsGIL)
		}
		if len(s.GILs) > 0 {
			s.locked += count(s.GILs[0].Locked)
			s.held += count(slices.Contains(tids, s.GILs[0].Holder))
		}
	}
	on, wait := schedstat(t, l.Process.Pid, tids)
	s.wall, s.onCore, s.waitCore = time.Since(begin)*time.Duration(len(tids)), on-on0, wait-wait0
	account.Spend(s.wall, s.onCore, s.waitCore)
	s.estimate = account.Total()
	return s
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// schedstat is the time that threads were on a core and waited for one.
func schedstat(t *testing.T, pid int, tids []int) (on, wait time.Duration) {
	t.Helper()
	for _, tid := range tids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", pid, tid))
		if err != nil {
			t.Skip("the kernel does not account threads' waiting: ", err)
		}
		var o, w int64
		if _, err := fmt.Sscan(string(text), &o, &w); err != nil {
			t.Fatal(err)
		}
		on, wait = on+time.Duration(o), wait+time.Duration(w)
	}
	return on, wait
}

func looks(n int) func(seen) bool   { return func(s seen) bool { return s.looks >= n } }
func blocked(n int) func(seen) bool { return func(s seen) bool { return s.blocked >= n } }

// eachPython runs a test on the Pythons that differ.
func eachPython(t *testing.T, version string, test func(*testing.T, which.Python)) {
	t.Helper()
	for _, py := range whichtest.Few(t, since(version)) {
		t.Run(whichtest.Name(py), func(t *testing.T) { test(t, py) })
	}
}

// TestPurePythonWaitsForTheGIL runs four threads of which one at a time can run. On a busy machine the
// one that may run waits for a core, and so do the others whenever their wait times out: that is why
// the share is one of the time in which they did not wait for a core.
func TestPurePythonWaitsForTheGIL(t *testing.T) {
	eachPython(t, "3.6", func(t *testing.T, py which.Python) {
		s := watch(t, start(t, py.Path, "pure"), func(s seen) bool {
			return s.blocked >= 200 || py.FreeThreaded && s.looks >= 200
		})
		t.Log(s)
		if s.Python.FreeThreaded != py.FreeThreaded || !strings.HasPrefix(py.Version, s.Python.Version) {
			t.Errorf("Python %s is taken for %+v", py.Version, s.Python)
		}
		if py.FreeThreaded {
			if len(s.GILs) > 0 || s.waits > 0 {
				t.Errorf("a Python without a GIL has %+v", s.GILs)
			}
			return
		}
		if s.waits < s.blocked*9/10 {
			t.Errorf("of %d looks at a blocked thread %d found it waiting for the GIL", s.blocked, s.waits)
		}
		if ready := s.wall - s.waitCore; s.estimate.Waited < ready*55/100 {
			t.Errorf("waited %s for the GIL of %s in which they did not wait for a core", s.estimate.Waited, ready)
		}
		if len(s.GILs) != 1 || s.GILs[0].Known != py.AtLeast("3.13") || s.Python.State != py.AtLeast("3.13") {
			t.Fatalf("GILs %+v, %+v", s.GILs, s.Python)
		}
		if s.GILs[0].Known && (s.locked < s.reads*8/10 || s.held < s.locked*8/10 || s.GILs[0].Switches == 0) {
			t.Errorf("held in %d of %d reads, by one of its threads in %d: %+v", s.locked, s.reads, s.held, s.GILs)
		}
	})
}

func TestWhoComputesOutsideDoesNotWait(t *testing.T) {
	eachPython(t, "3.6", func(t *testing.T, py which.Python) {
		l := start(t, py.Path, "sha")
		if l.module != "_hashlib" {
			t.Skipf("its sha256 is %s's, which keeps the GIL", l.module)
		}
		s := watch(t, l, looks(200))
		t.Log(s)
		if s.waits > s.looks/10 || s.estimate.Waited > s.wall/10 {
			t.Errorf("threads that release the GIL wait for it: %s", s)
		}
	})
}

func TestWhoSleepsDoesNotWait(t *testing.T) {
	eachPython(t, "3.6", func(t *testing.T, py which.Python) {
		s := watch(t, start(t, py.Path, "sleep"), blocked(300))
		t.Log(s)
		if s.waits > s.looks/50 || s.estimate.Waited > s.wall/50 {
			t.Errorf("threads that sleep wait for the GIL: %s", s)
		}
	})
}

// Locks, queues, conditions and select: what sleeps on a futex, but not on the GIL's.
func TestOtherLocksAreNotTheGIL(t *testing.T) {
	eachPython(t, "3.6", func(t *testing.T, py which.Python) {
		s := watch(t, start(t, py.Path, "locks"), blocked(300))
		t.Log(s)
		if s.waits > s.looks/50 {
			t.Errorf("threads that wait for other locks wait for the GIL: %s", s)
		}
	})
}

func TestFreeThreadedWithItsGILTurnedOn(t *testing.T) {
	for _, py := range whichtest.Every(t, since("3.13")) {
		if !py.FreeThreaded {
			continue
		}
		s := watch(t, start(t, py.Path, "pure", "PYTHON_GIL=1"), blocked(100))
		t.Log(s)
		if len(s.GILs) != 1 || !s.Python.FreeThreaded || s.waits < s.blocked*9/10 || s.locked < s.reads*8/10 {
			t.Errorf("%+v: %s", s.GILs, s)
		}
		return
	}
	t.Skip("no Python that is built to run without a GIL was found")
}

func TestSubinterpretersHaveTheirOwn(t *testing.T) {
	eachPython(t, "3.13", func(t *testing.T, py which.Python) {
		if py.FreeThreaded {
			t.Skip("it has no GIL")
		}
		l := start(t, py.Path, "interpreters")
		s := watch(t, l, func(s seen) bool {
			return s.looks > 100 && len(s.GILs) == 3 && s.GILs[1].Holder != 0 && s.GILs[2].Holder != 0
		})
		if s.waits > s.looks/10 {
			t.Errorf("threads with a GIL each wait for it: %s", s)
		}
		if g := s.GILs; g[0].Interpreter != 0 || g[0].Interpreters != 2 || g[1].Interpreters != 1 || g[1].Interpreter == g[2].Interpreter ||
			!slices.Contains(l.workers(t), g[1].Holder) || g[1].Holder == g[2].Holder ||
			g[0].Newest != 0 || g[1].Newest != g[1].Holder || g[2].Newest != g[2].Holder {
			t.Errorf("got %+v of %v", g, l.workers(t))
		}
	})
}

// until reads until the answer is what it must become.
func until(t *testing.T, r *Reader, pid int, want func(Sample, error) bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	begin := time.Now()
	for {
		s, err := r.Read(pid, []int{pid})
		if want(s, err) {
			return
		}
		if time.Since(begin) > patience {
			t.Fatalf("the last answer was %+v, %v", s, err)
		}
		<-tick.C
	}
}

// TestProgramsOfAProcess follows one through exec, to itself and to another, and to its end.
func TestProgramsOfAProcess(t *testing.T) {
	eachPython(t, "3.6", func(t *testing.T, py which.Python) {
		l := start(t, py.Path, "sleep")
		pid := l.Process.Pid
		r := New()
		until(t, r, pid, func(s Sample, err error) bool { return err == nil && s.Python.Waits && s.Threads[0].Blocked })
		before := r.procs[pid].is
		l.say(t, "exec")
		l.up(t)
		until(t, r, pid, func(s Sample, err error) bool { return err == nil && s.Threads[0].Blocked })
		if r.procs[pid].is == before {
			t.Error("exec to the same program went unnoticed")
		}
		l.say(t, "cat")
		until(t, r, pid, func(_ Sample, err error) bool { return errors.Is(err, ErrNoPython) })
		if err := l.in.Close(); err != nil {
			t.Fatal(err)
		}
		until(t, r, pid, func(_ Sample, err error) bool { return errors.Is(err, ErrGone) })
		if len(r.procs) > 0 || r.files.kept != 0 {
			t.Errorf("of one that has ended %d descriptors are kept", r.files.kept)
		}
	})
}

func TestWhatIsNoPythonIsRefused(t *testing.T) {
	r := New()
	defer r.Close()
	if _, err := r.Read(os.Getpid(), nil); !errors.Is(err, ErrNoPython) {
		t.Errorf("a Go program: %v", err)
	}
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, r, cmd.Process.Pid, func(_ Sample, err error) bool {
		return errors.Is(err, ErrNoPython) && strings.Contains(err.Error(), "cat")
	})
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(cmd.Process.Pid, nil); !errors.Is(err, ErrGone) {
		t.Errorf("one that has ended: %v", err)
	}
	if _, err := New().Read(maxTID+1, nil); !errors.Is(err, ErrGone) {
		t.Errorf("one that never was: %v", err)
	}
	if name, err := os.ReadFile("/proc/2/comm"); err == nil && string(name) == "kthreadd\n" {
		if _, err := r.Read(2, nil); err == nil || errors.Is(err, ErrGone) {
			t.Errorf("a thread of the kernel: %v", err)
		}
	}
}

// A dynamically linked Python has no libpython in the instant after exec, a program may load it later.
func TestOneThatWasRefusedIsLookedAtAgain(t *testing.T) {
	var p process
	var at []int
	for i := 1; i <= 256; i++ {
		if p.due() {
			at = append(at, i)
		}
	}
	if want := []int{1, 2, 4, 8, 16, 32, 64, 128, 192, 256}; !slices.Equal(at, want) {
		t.Errorf("looked at again at %v, want %v", at, want)
	}
}

func TestPython2IsRefused(t *testing.T) {
	pys := whichtest.Every(t, func(p which.Python) error {
		if p.AtLeast("3.0") || p.Implementation != "CPython" {
			return errors.New("another")
		}
		return nil
	})
	cmd := exec.Command(pys[0].Path, "-c", "import sys; sys.stdin.read()")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close(); _ = cmd.Wait() }()
	r := New()
	defer r.Close()
	until(t, r, cmd.Process.Pid, func(_ Sample, err error) bool {
		return err != nil && strings.Contains(err.Error(), "Python 2 has another kind of GIL")
	})
}

// A process of another user is refused, with what to do about it.
func TestOthersProcessesAreRefused(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	l := start(t, whichtest.Every(t, since("3.8"))[0].Path, "sleep")
	answer := make(chan error)
	go func() {
		// Of this thread alone, which ends with the goroutine since it stays locked.
		runtime.LockOSThread()
		if _, _, no := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); no != 0 {
			answer <- no
			return
		}
		r := New()
		defer r.Close()
		_, err := r.Read(l.Process.Pid, nil)
		answer <- err
	}()
	if err := <-answer; err == nil || !strings.Contains(err.Error(), "may not be looked at") || errors.Is(err, ErrNoPython) {
		t.Errorf("got %v", err)
	}
}

// With few descriptors to be had files are opened each time, and all is seen all the same.
func TestFewDescriptors(t *testing.T) {
	l := start(t, whichtest.Every(t, since("3.8"))[0].Path, "many")
	tids := l.workers(t)
	for _, limit := range []int{0, 1, 6, 1000} {
		r := New()
		defer r.Close()
		r.files.limit = limit
		for range 3 {
			s, err := r.Read(l.Process.Pid, tids)
			if err != nil {
				t.Fatal(err)
			}
			if i := slices.IndexFunc(s.Threads, func(th Thread) bool { return !th.Seen }); i >= 0 || r.files.kept > limit {
				t.Fatalf("of %d: thread %d was not seen, %d descriptors are kept", limit, i, r.files.kept)
			}
			if _, err := r.Read(os.Getpid(), nil); !errors.Is(err, ErrNoPython) || r.files.kept > limit {
				t.Fatalf("of %d: %v, %d descriptors are kept", limit, err, r.files.kept)
			}
		}
		if _, err := r.Read(l.Process.Pid, tids[:1]); err != nil || len(r.procs[l.Process.Pid].threads) != 1 {
			t.Errorf("threads that are not asked for are kept: %v", err)
		}
		r.Close()
		if r.files.kept != 0 || len(r.procs) != 0 {
			t.Errorf("%d descriptors are open after Close", r.files.kept)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, py := range whichtest.Few(b, since("3.8")) {
		b.Run(whichtest.Name(py), func(b *testing.B) {
			l := start(b, py.Path, "many")
			tids := l.workers(b)
			for _, n := range []int{0, 1, 16} {
				b.Run(fmt.Sprintf("%d threads", n), func(b *testing.B) {
					r := New()
					defer r.Close()
					b.ReportAllocs()
					for b.Loop() {
						if _, err := r.Read(l.Process.Pid, tids[:n]); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("open", func(b *testing.B) {
				r := New()
				for b.Loop() {
					if _, err := r.Read(l.Process.Pid, nil); err != nil {
						b.Fatal(err)
					}
					r.Close()
				}
			})
		})
	}
}
