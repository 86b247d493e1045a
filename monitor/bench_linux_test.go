package monitor

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"parallax/runner"
)

// crowd starts n shells that run script, at the lowest priority, and returns their events.
func crowd(b *testing.B, n int, script string) []runner.Event {
	b.Helper()
	evs := started(n)
	for i := range n {
		cmd := exec.Command("nice", "-n", "19", "sh", "-c", script)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { kill(cmd) })
		evs = append(evs, runner.TaskStarted{Task: i, Try: 1, Identity: runner.Identity{PID: cmd.Process.Pid, Tree: true}})
	}
	return evs
}

// ownCPU is what this program has used.
func ownCPU(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchmarkSampler measures what watching costs, all told: an iteration is a second of it.
func benchmarkSampler(b *testing.B, n int, script string) {
	f := newFeed()
	f.put(crowd(b, n, script)...)
	s := New(Options{
		Feed:   f,
		Report: func(r runner.Sampled) { f.put(r) },
		Advise: func(a runner.Advised) { f.put(a) },
		Dir:    b.TempDir(),
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	<-time.After(7 * time.Second) // past the first looks at memory and into the pace that stays
	before, began := ownCPU(b), time.Now()
	for b.Loop() {
		<-time.After(time.Second)
	}
	b.ReportMetric(100*float64(ownCPU(b)-before)/float64(time.Since(began)), "%core")
	b.ReportMetric(float64(s.pace.rate()), "Hz")
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

func BenchmarkSampler4Busy(b *testing.B)   { benchmarkSampler(b, 4, busyLoop) }
func BenchmarkSampler16Busy(b *testing.B)  { benchmarkSampler(b, 16, busyLoop) }
func BenchmarkSampler16Idle(b *testing.B)  { benchmarkSampler(b, 16, "exec sleep 1000") }
func BenchmarkSampler500Idle(b *testing.B) { benchmarkSampler(b, 500, "exec sleep 1000") }

// BenchmarkRead is one reading of 16 busy tasks.
func BenchmarkRead(b *testing.B) {
	g := newRig(b)
	for i, ev := range crowd(b, 16, busyLoop) {
		if ev, ok := ev.(runner.TaskStarted); ok {
			g.r.watch(i, ev.Identity, 0)
		}
	}
	g.until("all tasks", func() bool {
		for _, w := range g.r.tasks {
			if w.on == 0 {
				return false
			}
		}
		return true
	})
	b.ReportAllocs()
	lanes := func(slice) {}
	now := time.Since(g.began)
	for b.Loop() {
		now += quickest
		g.r.read(now, manner{sparing: true}, lanes)
	}
}

// BenchmarkHost is what looking at the machine costs, once a report.
func BenchmarkHost(b *testing.B) {
	src := newHostReader()
	defer src.close()
	h := newHost(src, affinity())
	b.ReportAllocs()
	now := time.Duration(0)
	for b.Loop() {
		now += reportBusy
		h.read(now)
	}
}
