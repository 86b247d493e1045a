package journal

import (
	"time"

	"pgregory.net/rapid"

	"parallax/runner"
)

// genTasks is how many tasks the runs of generated events have.
const genTasks = 12

// genText draws what may stand in a text: quotes, line ends, wide characters, escapes.
func genText(t *rapid.T, what string) string {
	return rapid.StringN(0, 20, -1).Draw(t, what)
}

func genTime(t *rapid.T, what string) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, what))
}

func genAt(t *rapid.T) runner.At { return runner.At(genTime(t, "at")) }

func genTask(t *rapid.T) int { return rapid.IntRange(0, genTasks-1).Draw(t, "task") }

func genCores(t *rapid.T) []int {
	var cores []int
	for c := range 8 {
		if rapid.Bool().Draw(t, "core") {
			cores = append(cores, c)
		}
	}
	return cores
}

func genTaskSet(t *rapid.T) []int {
	var tasks []int
	for i := range genTasks {
		if rapid.Bool().Draw(t, "in") {
			tasks = append(tasks, i)
		}
	}
	return tasks
}

// genEvent draws an event of any type that a run can emit.
func genEvent(t *rapid.T) runner.Event {
	switch rapid.IntRange(0, 10).Draw(t, "type") {
	case 0:
		return runner.RunStarted{
			At: genAt(t), ID: genText(t, "id"), Name: genText(t, "name"), Cores: genCores(t),
			Time:    time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "s"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns")).UTC(),
			Workers: rapid.IntRange(1, runner.MaxWorkers).Draw(t, "workers"),
			Quota:   float64(rapid.IntRange(0, 64000).Draw(t, "quota")) / 1000,
		}
	case 1:
		return runner.TaskQueued{At: genAt(t), Task: genTask(t), Try: rapid.IntRange(1, 99).Draw(t, "try"), NotBefore: genTime(t, "not before")}
	case 2:
		return runner.TaskStarted{At: genAt(t), Task: genTask(t), Try: rapid.IntRange(1, 99).Draw(t, "try"), Identity: runner.Identity{
			PID: rapid.IntRange(0, 1<<22).Draw(t, "pid"), TID: rapid.IntRange(0, 1<<22).Draw(t, "tid"),
			Birth: rapid.Uint64().Draw(t, "birth"), Tree: rapid.Bool().Draw(t, "tree"), Label: genText(t, "label"),
			Log: "logs/0001.log", Err: rapid.SampledFrom([]string{"", "logs/0001.err"}).Draw(t, "err"),
			Host: genHost(t), Late: genTime(t, "late"),
		}}
	case 3:
		return runner.TaskPaused{At: genAt(t), Task: genTask(t), Where: genText(t, "where")}
	case 4:
		return runner.TaskResumed{At: genAt(t), Task: genTask(t)}
	case 5:
		return genEnded(t)
	case 6:
		return genSampled(t)
	case 7:
		return runner.RunPaused{At: genAt(t)}
	case 8:
		return runner.RunResumed{At: genAt(t)}
	case 9:
		return runner.Advised{
			At: genAt(t), Task: rapid.IntRange(-1, genTasks-1).Draw(t, "task"), Code: genText(t, "code"), Text: genText(t, "text"),
			Level: rapid.SampledFrom([]runner.Level{runner.Good, runner.Note, runner.Warning}).Draw(t, "level"),
		}
	}
	return runner.RunEnded{At: genAt(t), Reason: genText(t, "reason"), Took: time.Duration(rapid.IntRange(0, 1e9).Draw(t, "took")) * time.Microsecond}
}

func genHost(t *rapid.T) runner.Host {
	if rapid.Bool().Draw(t, "alone") {
		return runner.Host{}
	}
	return runner.Host{
		ID: rapid.IntRange(0, 1<<20).Draw(t, "host"), Name: genText(t, "host name"), Lock: rapid.IntRange(0, 9).Draw(t, "lock"),
		Log: rapid.SampledFrom([]string{"", "hosts/python-1.log"}).Draw(t, "host log"),
	}
}

func genLogs(t *rapid.T) []runner.HostLog {
	var logs []runner.HostLog
	for _, name := range []string{"hosts/python-1.log", "hosts/python-2.log"} {
		if rapid.IntRange(0, 3).Draw(t, "grown") == 0 {
			logs = append(logs, runner.HostLog{Log: name, Size: rapid.Int64Range(0, 1<<50).Draw(t, "size")})
		}
	}
	return logs
}

func genEnded(t *rapid.T) runner.TaskEnded {
	ev := runner.TaskEnded{
		At: genAt(t), Task: genTask(t), Try: rapid.IntRange(1, 99).Draw(t, "try"),
		Status: rapid.SampledFrom([]runner.Status{runner.Succeeded, runner.Failed, runner.Cancelled}).Draw(t, "status"),
		Reason: genText(t, "reason"), Cause: rapid.IntRange(-1, genTasks-1).Draw(t, "cause"),
		LogSize: [2]int64{rapid.Int64Range(0, 1<<50).Draw(t, "out"), rapid.Int64Range(0, 1<<50).Draw(t, "err")},
		Exit: runner.Exit{
			Code: rapid.IntRange(-1, 255).Draw(t, "code"), Signal: genText(t, "signal"),
			Reason: genText(t, "exit reason"), Note: genText(t, "note"), Lost: rapid.Bool().Draw(t, "lost"),
		},
	}
	if rapid.Bool().Draw(t, "known") {
		ev.Exit.Usage = runner.Usage{
			Known: true, User: genTime(t, "user"), System: genTime(t, "system"), MaxRSS: rapid.Int64Range(0, 1<<40).Draw(t, "rss"),
			Voluntary: rapid.Int64Range(0, 1<<40).Draw(t, "vol"), Involuntary: rapid.Int64Range(0, 1<<40).Draw(t, "invol"),
		}
	}
	return ev
}

// genUnknown draws -1 or what f draws.
func genUnknown(t *rapid.T, f func() int64) int64 {
	if rapid.Bool().Draw(t, "unknown") {
		return -1
	}
	return f()
}

func genShare(t *rapid.T, what string) float64 {
	if rapid.Bool().Draw(t, "unknown") {
		return -1
	}
	return rapid.Float64Range(0, 1).Draw(t, what)
}

func genSampled(t *rapid.T) runner.Sampled {
	s := runner.Sampled{
		At: genAt(t), Workers: rapid.IntRange(0, 64).Draw(t, "workers"), Stopping: genTaskSet(t), Pausing: genTaskSet(t),
		Logs: genLogs(t),
	}
	if rapid.Bool().Draw(t, "unmeasured") {
		return s
	}
	s.Span = max(time.Duration(rapid.Int64Range(1, int64(2*time.Second)).Draw(t, "span")), 1)
	s.Merged = rapid.IntRange(0, 20).Draw(t, "merged")
	cores := genCores(t)
	for range cores {
		s.Host.Busy = append(s.Host.Busy, genShare(t, "busy"))
	}
	s.Host.Steal, s.Host.Throttle = genShare(t, "steal"), genShare(t, "throttle")
	s.Host.MemUsed = genUnknown(t, func() int64 { return rapid.Int64Range(0, 1<<42).Draw(t, "used") })
	s.Host.MemTotal = rapid.Int64Range(0, 1<<42).Draw(t, "total")
	for i := range s.Host.Load {
		s.Host.Load[i] = rapid.Float64Range(0, 500).Draw(t, "load")
	}
	for _, task := range genTaskSet(t) {
		s.Tasks = append(s.Tasks, genTaskSample(t, task))
		if rapid.IntRange(0, 3).Draw(t, "stalled") == 0 {
			s.Stalled = append(s.Stalled, task)
		}
	}
	if len(cores) > 0 && rapid.Bool().Draw(t, "lanes") {
		s.Lanes = genLanes(t, cores)
	}
	for range rapid.IntRange(0, 3).Draw(t, "together") {
		s.Together = append(s.Together, genTime(t, "at once"))
	}
	for range rapid.IntRange(0, 3).Draw(t, "gils") {
		s.GILs = append(s.GILs, genGIL(t))
	}
	return s
}

func genGIL(t *rapid.T) runner.GIL {
	return runner.GIL{
		PID: rapid.IntRange(0, 1<<22).Draw(t, "gil pid"), Interpreter: rapid.IntRange(0, 9).Draw(t, "interpreter"),
		Host: rapid.IntRange(0, 9).Draw(t, "gil host"), Task: rapid.IntRange(-1, genTasks-1).Draw(t, "gil task"),
		Python: genText(t, "python"), Free: rapid.Bool().Draw(t, "free"), Why: genText(t, "gil why"), Span: genTime(t, "gil span"),
		Held: genShare(t, "held"), Handoffs: genShare(t, "handoffs") * 500, Waiting: genShare(t, "waiting") * 4,
	}
}

func genTaskSample(t *rapid.T, task int) runner.TaskSample {
	wait := func() time.Duration {
		return time.Duration(genUnknown(t, func() int64 { return rapid.Int64Range(0, int64(time.Minute)).Draw(t, "wait") }))
	}
	size := func() int64 { return genUnknown(t, func() int64 { return rapid.Int64Range(0, 1<<40).Draw(t, "size") }) }
	return runner.TaskSample{
		Task: task, Live: genTime(t, "live"), OnCore: genTime(t, "on core"), WaitCore: wait(), WaitGIL: wait(),
		Core: rapid.IntRange(-1, 7).Draw(t, "core"), Processes: rapid.IntRange(0, 9).Draw(t, "processes"),
		Threads: rapid.IntRange(0, 99).Draw(t, "threads"), RSS: size(), PSS: size(),
		LogSize:  [2]int64{rapid.Int64Range(0, 1<<50).Draw(t, "out"), rapid.Int64Range(0, 9).Draw(t, "err")},
		Progress: runner.Progress(rapid.SampledFrom([]int{0, 0, 1, 4243, 10000, 10001}).Draw(t, "progress")),
	}
}

func genLanes(t *rapid.T, cores []int) runner.Lanes {
	l := runner.Lanes{
		Cores: cores, Tier: genText(t, "tier"),
		Cell: time.Duration(rapid.IntRange(1, 1000).Draw(t, "cell")) * time.Millisecond,
		Why:  rapid.SampledFrom([]string{"", "", "kernel.perf_event_paranoid is 4"}).Draw(t, "why"),
	}
	if rapid.Bool().Draw(t, "lanes end") {
		l.End = genTime(t, "end")
	}
	n := rapid.IntRange(0, 15).Draw(t, "cells")
	for range cores {
		var row []runner.Cell
		for range n {
			c := runner.Cell{Task: int32(rapid.IntRange(-2, genTasks-1).Draw(t, "who")), Load: uint8(rapid.IntRange(0, 100).Draw(t, "load"))}
			c.Ours = uint8(rapid.IntRange(0, int(c.Load)).Draw(t, "ours"))
			row = append(row, c)
		}
		l.Rows = append(l.Rows, row)
	}
	return l
}
