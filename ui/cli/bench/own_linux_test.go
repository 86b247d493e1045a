package bench_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkManyQueued starts 100 000 jobs, two of which run: how long it takes until the first does,
// (on the clock, and of the program's own processor time: that a busy machine changes less), the most
// memory that it has needed five seconds later, and how long it takes until all are cancelled.
// Printing lines, and drawing a screen of 200 x 60.
func BenchmarkManyQueued(b *testing.B) {
	p := newPlace(b)
	bell := p.bell()
	var list strings.Builder
	fmt.Fprintf(&list, "echo >%s; exec sleep 600\n", bellName)
	for i := range 99_999 {
		fmt.Fprintf(&list, "exec sleep 600 # %d\n", i)
	}
	jobs := p.write("jobs", list.String())
	before := load()
	var rounds [2]struct{ first, cpu, memory, end series }
	for b.Loop() {
		for i := range rounds {
			began := time.Now()
			var r *running
			if i == 0 {
				r = p.start(p.command("run", "-q", "--output", "none", "-j2", "-a", jobs))
			} else {
				r = p.startOnScreen(p.command("run", "-j2", "-a", jobs), 200, 60)
			}
			bell.wait()
			rounds[i].first.add(time.Since(began).Seconds())
			rounds[i].cpu.add(float64(used(b, r.pid()).Milliseconds()))
			<-time.After(5 * time.Second)
			rounds[i].memory.add(float64(peak(b, r.pid())) / (1 << 20))
			rounds[i].end.add(r.stop().Seconds())
			p.discard("state")
		}
	}
	lines, screen := rounds[0], rounds[1]
	report(b, before, map[string]float64{
		"ms-to-first": 1000 * lines.first.median(), "ms-to-first-on-screen": 1000 * screen.first.median(),
		"MiB": lines.memory.median(), "MiB-on-screen": screen.memory.median(),
		"ms-to-cancel": 1000 * lines.end.median(), "ms-to-cancel-on-screen": 1000 * screen.end.median(),
		"cpu-ms-to-first": lines.cpu.median(),
	})
}

// peak is the most memory that a process has had, in bytes.
func peak(b *testing.B, pid int) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	line, _, _ := strings.Cut(after, "kB")
	kib, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		b.Fatalf("no peak in the status of %d: %v", pid, err)
	}
	return kib << 10
}

const (
	settling = 8 * time.Second // until what is measured goes at the pace that stays
	watching = 20 * time.Second
	tick     = 10 * time.Millisecond // of the times in /proc/PID/stat
)

// share is how much of a core a process uses while it is watched, in percent, without its children.
func share(b *testing.B, pid int) float64 {
	b.Helper()
	<-time.After(settling)
	before, began := used(b, pid), time.Now()
	<-time.After(watching)
	return 100 * float64(used(b, pid)-before) / float64(time.Since(began))
}

// used is the processor time of a process until now, without its children.
func used(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	var sum time.Duration
	for _, f := range fields[11:13] { // utime, stime
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			b.Fatalf("the times of %d: %v", pid, err)
		}
		sum += time.Duration(n) * tick
	}
	return sum
}

// BenchmarkOwnTime is the processor time of the program itself, without its jobs, in percent of a
// core: on a screen of 140 x 42, printing lines (what is left is mostly the sampler), and that of a
// program that does nothing but wake up as often as the sampler (50 Hz) or the screen (20 Hz) does.
func BenchmarkOwnTime(b *testing.B) {
	quiet := make([]string, 4)
	for i := range quiet {
		quiet[i] = fmt.Sprintf("exec sleep %d", 600+i)
	}
	busy := make([]string, 16)
	for i := range busy { // at the lowest priority: others may want to use the machine
		busy[i] = fmt.Sprintf("exec nice -n 19 sh -c 'while :; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo line of job %d; done'", i)
	}
	for _, c := range []struct {
		name string
		jobs []string
	}{{"4quiet", quiet}, {"16busy", busy}} {
		b.Run(c.name, func(b *testing.B) {
			p := newPlace(b)
			args := append([]string{"run", "-j16"}, c.jobs...)
			before := load()
			var screen, lines, fast, slow series
			measure := func(r *running, of *series) {
				of.add(share(b, r.pid()))
				r.stop()
			}
			for b.Loop() {
				measure(p.startOnScreen(p.command(args...), 140, 42), &screen)
				measure(p.start(p.command(append(args, "-q", "--output", "none")...)), &lines)
				measure(p.start(p.timer("20ms")), &fast)
				measure(p.start(p.timer("50ms")), &slow)
				p.discard("state")
			}
			report(b, before, map[string]float64{
				"%core-on-screen": screen.median(), "%core-lines": lines.median(),
				"%core-50Hz-timer": fast.median(), "%core-20Hz-timer": slow.median(),
			})
		})
	}
}

func (p *place) timer(every string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		p.b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), timerVariable+"="+every)
	return cmd
}
