package switches

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"golang.org/x/sys/unix"
)

// record opens a Tracer on the cores that this process may use, or skips the test.
func record(tb testing.TB) *Tracer {
	tb.Helper()
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		tb.Fatal(err)
	}
	var cores []int
	for i := range 8 * len(set) * 8 {
		if set.IsSet(i) {
			cores = append(cores, i)
		}
	}
	t, err := Open(cores)
	if err != nil {
		tb.Skip(err)
	}
	tb.Cleanup(t.Close)
	return t
}

// during reads what is recorded while a command runs as task 1, and returns what it had of each core,
// the number of its threads and of its spans.
func during(t *testing.T, trace *Tracer, cmd *exec.Cmd) (on map[int]time.Duration, threads map[int]bool, preempted int) {
	t.Helper()
	on, threads = map[int]time.Duration{}, map[int]bool{}
	l := NewLedger(func(s Share) {
		if s.Task == 1 {
			on[s.Core] += s.To - s.From
			threads[s.TID] = true
			if s.Preempted {
				preempted++
			}
		}
	})
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var err error
		over := false
		select {
		case err = <-done:
			over = true
		case <-tick.C:
		}
		l.Root(cmd.Process.Pid, 1) // as late as it may be
		_, until := trace.Read(l.Take)
		l.Settle(until)
		if over {
			if err != nil {
				t.Fatal(err)
			}
			if l.Lost() > 0 {
				t.Skipf("%d records were lost: the machine is too busy to tell anything", l.Lost())
			}
			return on, threads, preempted
		}
	}
}

// stolen is what other machines have had of all cores.
func stolen(t *testing.T) time.Duration {
	t.Helper()
	times, err := cpu.Times(false)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(times[0].Steal * float64(time.Second))
}

// TestWhatIsRecordedIsWhatWasUsed compares with what the system accounts of the process.
func TestWhatIsRecordedIsWhatWasUsed(t *testing.T) {
	trace := record(t)
	// A process on a core of its choice that works and sleeps, with a child that does nothing but work.
	core := trace.cores[len(trace.cores)-1]
	cmd := exec.Command("sh", "-c", `i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; sleep 0.1; (i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done); true`)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, only unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	only.Set(core)
	if err := unix.SchedSetaffinity(0, &only); err != nil { // it is inherited
		t.Skip("this thread cannot be bound to a core: ", err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	since := stolen(t)
	on, threads, _ := during(t, trace, cmd)
	took := stolen(t) - since // by other machines: it has the core meanwhile, and is accounted for nothing
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if ratio := float64(on[core]) / float64(used); math.Abs(ratio-1) > 0.05 && (on[core]-used).Abs() > took+3*time.Millisecond {
		t.Errorf("%v on its core, %v accounted: %.3f; %v were stolen", on[core], used, ratio, took)
	}
	for other, had := range on {
		if other != core {
			t.Errorf("it had %v of core %d, where it may not be", had, other)
		}
	}
	if len(threads) < 3 { // the shell, sleep, the inner shell
		t.Errorf("%d threads seen", len(threads))
	}
}

// TestManyShortLivesAreAllSeen counts processes that live for a millisecond.
func TestManyShortLivesAreAllSeen(t *testing.T) {
	trace := record(t)
	_, threads, _ := during(t, trace, exec.Command("sh", "-c", "for i in "+strings.Repeat("x ", 100)+"; do /bin/true; done"))
	if len(threads) != 101 {
		t.Errorf("%d processes seen, want 101", len(threads))
	}
}

// TestRecordingCanPause switches it off for one process and on again for the next.
func TestRecordingCanPause(t *testing.T) {
	trace := record(t)
	work := func() *exec.Cmd {
		return exec.Command("sh", "-c", `i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done`)
	}
	if err := trace.Record(false); err != nil {
		t.Fatal(err)
	}
	if on, _, _ := during(t, trace, work()); len(on) != 0 {
		t.Errorf("recorded while it is off: %v", on)
	}
	if err := trace.Record(true); err != nil {
		t.Fatal(err)
	}
	if on, _, _ := during(t, trace, work()); len(on) == 0 {
		t.Error("nothing is recorded any more")
	}
}

func TestWhatIsClosedHoldsNothing(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	cores := record(t).cores
	before := count()
	for range 5 {
		trace, err := Open(cores)
		if err != nil {
			t.Fatal(err)
		}
		if count() <= before {
			t.Error("it holds no descriptors: this test sees nothing")
		}
		trace.Close()
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors became %d", before, after)
	}
}

func TestWhyNotIsSaid(t *testing.T) {
	for err, want := range map[error]string{
		unix.EMFILE: "ulimit -n", unix.ENOMEM: "ulimit -l", unix.ENOSYS: "this kernel cannot", unix.EIO: "record context switches",
	} {
		if got := explain(err).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: %s; want %q in it", err, got, want)
		}
	}
	if _, err := Open([]int{1 << 14}); err == nil {
		t.Error("a core that there is not can be watched")
	}
}

func TestFillIsWhatTheLastReadingFound(t *testing.T) {
	trace := record(t)
	if err := exec.Command("sh", "-c", "for i in "+strings.Repeat("x ", 100)+"; do /bin/true; done").Run(); err != nil {
		t.Fatal(err)
	}
	drop := func(Record) {}
	n, _ := trace.Read(drop)
	full := trace.Fill()
	if n < 50 || full <= 0 || full > 1 {
		t.Errorf("%d records of 100 processes took %v of a ring", n, full)
	}
	trace.Read(drop)
	if rest := trace.Fill(); rest >= full {
		t.Errorf("it was emptied, yet %v is taken of it, before it were %v", rest, full)
	}
}
