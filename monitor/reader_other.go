//go:build !linux

package monitor

import (
	"strconv"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/process"

	"parallax/monitor/cgroup"
	"parallax/runner"
)

// portable reads tasks through gopsutil. It sees a task's first process only (finding children
// costs more than it tells at this rate; what they used is added when the task ends), no waiting
// for cores, and nothing of a single thread.
type portable struct {
	tasks map[int]*first
	last  time.Duration
}

// first is the first process of a task.
type first struct {
	pid  int
	tree bool
	figures
	proc *process.Process // nil before the first reading
}

func newReader(Tier) reader { return &portable{tasks: map[int]*first{}} }

// means tells what can be measured here: waiting for a core, or why not; PSS.
func means(Tier) (noWait string, pss bool) { return "this system does not tell it", false }

func (*portable) tier(int) string           { return runner.LoadOnly }
func (*portable) fast() bool                { return false }
func (*portable) notices() []runner.Advised { return nil }
func (*portable) close()                    {}

func (p *portable) watch(task int, id runner.Identity, _ time.Duration) {
	p.tasks[task] = &first{pid: id.PID, tree: id.Tree, figures: figures{used: tally{wait: -1}, core: -1, rss: -1, pss: -1}}
}

func (p *portable) belong(task int, tids []int) {
	if t := p.tasks[task]; t != nil && len(tids) > 0 {
		t.threads = len(tids)
	}
}

func (p *portable) forget(task int) { delete(p.tasks, task) }

func (p *portable) figures(task int) figures {
	if t := p.tasks[task]; t != nil {
		return t.figures
	}
	return figures{used: tally{wait: -1}, core: -1, rss: -1, pss: -1}
}

// read needs no clock of its own: without a core's name there is nothing to put into lanes.
func (p *portable) read(now time.Duration, _ manner, _ func(slice)) time.Duration {
	for _, t := range p.tasks {
		before := t.used.on
		t.read()
		if t.used.on > before {
			p.last = now
		}
	}
	return p.last
}

func (t *first) read() {
	if !t.tree {
		t.threads = max(t.threads, 1)
		return
	}
	if t.proc == nil {
		proc, err := process.NewProcess(int32(t.pid))
		if err != nil {
			return
		}
		t.proc = proc
	}
	if times, err := t.proc.Times(); err == nil {
		t.timed = true
		t.used.atLeast(time.Duration((times.User + times.System) * float64(time.Second)))
	}
	if m, err := t.proc.MemoryInfo(); err == nil {
		t.rss = int64(m.RSS)
	}
	if n, err := t.proc.NumThreads(); err == nil {
		t.threads, t.processes = int(n), 1
	}
}

// hostCores reads the cores through gopsutil.
type hostCores struct{ out []coreTimes }

func newHostReader() hostReader { return &hostCores{} }

func (*hostCores) throttling() cgroup.Throttling { return cgroup.Throttling{} }
func (*hostCores) room() cgroup.Room             { return cgroup.Room{} }
func (*hostCores) close()                        {}

func (h *hostCores) cores() []coreTimes {
	times, err := cpu.Times(true)
	if err != nil {
		return nil
	}
	h.out = h.out[:0]
	for i, t := range times {
		id := i
		if n, err := strconv.Atoi(strings.TrimPrefix(t.CPU, "cpu")); err == nil {
			id = n
		}
		idle := t.Idle + t.Iowait
		all := t.User + t.System + t.Nice + t.Irq + t.Softirq + t.Steal + idle
		h.out = append(h.out, coreTimes{
			id: id, busy: seconds(all - idle - t.Steal), steal: seconds(t.Steal), total: seconds(all),
		})
	}
	return h.out
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
