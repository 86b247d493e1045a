package bench_test

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// labour is Python that does a fixed piece of work in some threads, and writes how often its threads were
// switched a second into a file.
const labour = `
import resource, sys, threading, time
threads, count, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
sys.setswitchinterval(float(sys.argv[4]))
def work():
    n = 0
    for i in range(count // threads):
        n += i
began = time.time()
all = [threading.Thread(target=work) for _ in range(threads)]
for t in all: t.start()
for t in all: t.join()
used = resource.getrusage(resource.RUSAGE_SELF)
with open(out, "w") as f:
    print((used.ru_nvcsw + used.ru_nivcsw) / (time.time() - began), file=f)
`

// manner is one way to run the same work, and what it took in each round, in seconds.
type manner struct {
	noted    bool // a job notes its parent's own time when it starts and ends
	run      func(p *place, jobs []string) *exec.Cmd
	wall     series
	jobs     series // processor time without that of who runs them
	runner   series // that of who runs them
	switches series // a second
}

// noting has a job write the processor time of its parent, in nanoseconds, thread by thread, before and after
// its work. What parallax needs to start is left out so: it is no cost of watching, and has benchmarks of its
// own.
func noting(job string, i int) string {
	return fmt.Sprintf("cat /proc/$PPID/task/*/schedstat >began.%[2]d; %[1]s; cat /proc/$PPID/task/*/schedstat >ended.%[2]d", job, i)
}

// round runs the jobs once.
func (w *manner) round(p *place, jobs []string) {
	p.b.Helper()
	lines := make([]string, len(jobs))
	for i, job := range jobs {
		if lines[i] = job; w.noted {
			lines[i] = noting(job, i)
		}
	}
	cmd := w.run(p, lines)
	w.wall.add(p.timed(cmd).Seconds())
	began, ended, switched := math.Inf(1), 0.0, 0.0
	for i := range jobs {
		if w.noted {
			began = min(began, spent(p.b, p.noted("began", i)))
			ended = max(ended, spent(p.b, p.noted("ended", i)))
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(p.noted("switches", i)), 64)
		if err != nil {
			p.b.Fatal(err)
		}
		switched += n
	}
	w.runner.add(max(ended-began, 0))
	w.jobs.add(usedInAll(cmd) - ended)
	w.switches.add(switched)
	p.discard("state")
}

// noted is what a job wrote into a file of its own.
func (p *place) noted(what string, job int) string {
	p.b.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, fmt.Sprintf("%s.%d", what, job)))
	if err != nil {
		p.b.Fatal(err)
	}
	return string(text)
}

// spent adds up the first numbers of lines, times on a core in nanoseconds, in seconds.
func spent(b *testing.B, text string) float64 {
	b.Helper()
	var sum float64
	for line := range strings.Lines(text) {
		first, _, _ := strings.Cut(line, " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			b.Fatalf("%q: %v", line, err)
		}
		sum += time.Duration(n).Seconds()
	}
	return sum
}

// watched runs jobs as parallax does, measured no finer than a tier.
func watched(tier string) *manner {
	return &manner{noted: true, run: func(p *place, jobs []string) *exec.Cmd {
		cmd := p.command(append([]string{"run", "--plain", "-q", "--output", "none", "-j2"}, jobs...)...)
		cmd.Env = append(cmd.Env, "PARALLAX_LANES="+tier)
		return cmd
	}}
}

// unwatched runs them by a shell.
func unwatched() *manner {
	return &manner{run: func(p *place, jobs []string) *exec.Cmd { return p.shell(strings.Join(jobs, " & ") + " & wait") }}
}

// BenchmarkWatching runs the same work watched, in the exact tier and in the sampled one, and by a shell, by
// turns: two processes of a thread each, whose switches are few, one of four threads under a GIL that is
// handed on every 5 ms, which is Python's own interval, and one in which it is every half. It reports parallax's own processor time in percent of all
// that the run used, and the time and processor time of the jobs against those of the shell's.
func BenchmarkWatching(b *testing.B) {
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip(err)
	}
	for _, c := range []struct {
		name          string
		jobs, threads int
		interval      time.Duration
	}{{"calm", 2, 1, 5 * time.Millisecond}, {"sharing", 1, 4, 5 * time.Millisecond}, {"switching", 1, 4, 500 * time.Microsecond}} {
		b.Run(c.name, func(b *testing.B) {
			p := newPlace(b)
			script := p.write("labour.py", labour)
			var jobs []string
			for i := range c.jobs {
				jobs = append(jobs, fmt.Sprintf("%s %s %d 150000000 switches.%d %v", python, script, c.threads, i, c.interval.Seconds()))
			}
			before := load()
			exact, sampled, shell := watched("exact"), watched("sampled"), unwatched()
			for b.Loop() {
				for _, w := range []*manner{exact, shell, sampled} {
					w.round(p, jobs)
				}
			}
			report(b, before, map[string]float64{
				"%own-exact":       100 * exact.runner.over(exact.all()),
				"%own-sampled":     100 * sampled.runner.over(sampled.all()),
				"%core-exact":      100 * exact.runner.over(exact.wall),
				"x-time-exact":     exact.wall.over(shell.wall),
				"x-cpu-exact":      exact.jobs.over(shell.jobs),
				"x-cpu-sampled":    sampled.jobs.over(shell.jobs),
				"s-cpu":            shell.jobs.median(),
				"switches/s":       exact.switches.median(),
				"shell-switches/s": shell.switches.median(),
			})
		})
	}
}

// all is the processor time of the run: of the jobs and of who runs them.
func (w *manner) all() series {
	out := make(series, len(w.jobs))
	for i := range out {
		out[i] = w.jobs[i] + w.runner[i]
	}
	return out
}
