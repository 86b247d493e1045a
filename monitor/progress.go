package monitor

import (
	"io"
	"os"
	"path/filepath"
	"slices"

	"parallax/monitor/progress"
	"parallax/runner"
)

// maxReads bounds how many logs are looked through for one report: about 20 µs each.
const maxReads = 64

// follower looks for a task's progress in what it writes.
type follower struct {
	tracker progress.Tracker
	seen    [2]int64 // how much of its logs was read
}

// progresses follows the progress of tasks. Where more of them have written than can be looked
// through, they take turns.
type progresses struct {
	dir  string
	ask  func(task int, buf []byte) (tail []byte, whole bool) // nil: no task has a descriptor for it
	buf  [progress.Tail]byte
	turn int // the task to be looked at first
	left int // how many logs may still be read for this report
}

// fill adds to samples how far their tasks say that they are.
func (p *progresses) fill(samples []runner.TaskSample, of map[int]*told, tasks []runner.Task) {
	p.left = maxReads
	first, _ := slices.BinarySearchFunc(samples, p.turn, func(ts runner.TaskSample, task int) int { return ts.Task - task })
	for _, part := range [][]runner.TaskSample{samples[first:], samples[:first]} {
		for i := range part {
			ts := &part[i]
			ts.Progress = p.of(&of[ts.Task].follower, ts, &tasks[ts.Task])
		}
	}
}

func (p *progresses) of(f *follower, ts *runner.TaskSample, t *runner.Task) runner.Progress {
	if p.ask != nil {
		if tail, whole := p.ask(ts.Task, p.buf[:]); len(tail) > 0 {
			f.tracker.Descriptor(tail, whole)
		}
	}
	for stream, name := range [2]string{t.Log, t.Err} {
		switch {
		case ts.LogSize[stream] <= f.seen[stream]:
		case p.left > 0:
			p.read(f, stream, name, ts.LogSize[stream])
			if p.left--; p.left == 0 {
				p.turn = ts.Task + 1
			}
		}
	}
	if share, known := f.tracker.Share(); known {
		return runner.ProgressOf(share)
	}
	return 0
}

// read feeds what a log has grown by, up to size, or the end of it.
func (p *progresses) read(f *follower, stream int, name string, size int64) {
	file, err := os.Open(filepath.Join(p.dir, name))
	if err != nil {
		return // tried again when it has grown
	}
	defer file.Close()
	from := f.seen[stream]
	if size-from > int64(len(p.buf)) {
		from = size - int64(len(p.buf))
		f.tracker.Skip(stream)
	}
	n, err := file.ReadAt(p.buf[:size-from], from)
	if err != nil && err != io.EOF { //nolint:errorlint // ReadAt returns it bare
		return
	}
	f.seen[stream] = from + int64(n)
	f.tracker.Output(stream, p.buf[:n])
}
