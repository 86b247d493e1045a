package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"parallax/runner"
)

const (
	// sampleSpan is how much time the samples in one line cover, unless something else happens.
	// Where a line is long, because there are many tasks or cores, it covers more: as much as brings
	// figures down to sampleRate bytes a second (a day: 95 MB), but at most maxSpan.
	sampleSpan = time.Second
	sampleRate = 1100
	maxSpan    = 10 * time.Second
	// fineBytes is how many bytes a journal may take more for lanes whose cells are finer than
	// runner.CoarseCell. That is enough for 10 to 40 minutes of 4 cores; from then on lanes are coarse.
	fineBytes = 4_000_000
	// maxKept bounds what is kept in memory while nothing can be written, in bytes.
	maxKept = 1 << 20
)

// Writer keeps a run in its folder. It implements [runner.Recorder].
//
// Its methods must be called from one goroutine at a time. Close must be called at the end.
type Writer struct {
	dir  string
	info Info
	out  io.WriteCloser
	sync *syncer

	buf     []byte // encoded and not written yet
	torn    bool   // buf begins within a line
	bare    int    // so many bytes of buf hold no samples any more
	lost    int    // events that found no room in buf
	pending runner.Sampled
	held    bool          // there is a pending sample
	span    time.Duration // how much time it is to cover
	fine    int           // how many bytes fine lanes have taken
	last    []runner.Status
	closed  bool
}

var _ runner.Recorder = (*Writer)(nil)

// Dir is the run's folder.
func (w *Writer) Dir() string { return w.dir }

// Info is what run.json says.
func (w *Writer) Info() Info { return w.info }

// LogPath is where the output of a try goes, relative to Dir, with forward slashes: logs/0007.log
// for the first try of task 7, logs/0007.2.log for its second, logs/0007.err for standard error
// where it is kept apart. With more than 1000 jobs each 1000 have a folder: logs/012/012345.log.
func (w *Writer) LogPath(task, try int, stderr bool) string {
	dir, name := logsDir, fmt.Sprintf("%04d", task)
	if w.info.Tasks > 1000 {
		dir, name = path.Join(dir, fmt.Sprintf("%03d", task/1000)), fmt.Sprintf("%06d", task)
	}
	if try > 1 {
		name += "." + strconv.Itoa(try)
	}
	if stderr {
		return path.Join(dir, name+".err")
	}
	return path.Join(dir, name+".log")
}

// Record appends events, in one write for all of them, and never waits for the disk: forcing to
// the disk happens behind its back, and an error of that is returned by the next call.
//
// Samples that follow each other are merged until they cover a second (more where there are many
// tasks), and then written. Any other event has what was merged so far written before it, so the
// order of the file is that of the stream.
//
// An error means that something is not in the file yet. It is kept in memory and written by the
// next call that succeeds; when more than 1 MiB is waiting, samples are given up first and then
// what came last.
func (w *Writer) Record(evs []runner.Event) error {
	changed := false
	for _, ev := range evs {
		s, ok := ev.(runner.Sampled)
		if ok && s.Measured() {
			w.sample(s)
			continue
		}
		w.flushSample()
		w.count(ev)
		w.append(ev)
		changed = changed || !ok
	}
	if err := w.write(); err != nil {
		return err
	}
	if changed {
		w.sync.ask()
	}
	if err := w.sync.takeErr(); err != nil {
		return fmt.Errorf("force %s to the disk: %w", w.events(), err)
	}
	return nil
}

// Close writes what is waiting, forces everything to the disk and closes the file. Closing again
// does nothing.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.flushSample()
	err := w.write()
	if w.lost > 0 {
		err = errors.Join(err, fmt.Errorf("%s lacks %d events", w.events(), w.lost))
	}
	return errors.Join(err, w.sync.close(), w.out.Close())
}

func (w *Writer) events() string { return filepath.Join(w.dir, eventsFile) }

// sample merges s into what is pending, where the two can be told as one.
func (w *Writer) sample(s runner.Sampled) {
	if w.fine >= fineBytes {
		s.Lanes = s.Lanes.Coarsen(runner.CoarseCell)
	}
	if w.held && !joins(w.pending, s) {
		w.flushSample()
	}
	if w.held {
		s = w.pending.Merge(s)
	}
	w.pending, w.held = s, true
	if s.Span >= w.span {
		w.span = time.Duration(w.flushSample()) * time.Second / sampleRate
		w.span = min(max(w.span, sampleSpan), maxSpan)
	}
}

// joins reports whether merging loses nothing but detail: there is no gap in time between the two,
// their lanes and cores are the same, and they tell of the same tasks. The last is for what is told
// of a task after its end: whether such a sample counts for the run depends on the tasks in it.
func joins(a, b runner.Sampled) bool {
	gap := b.When() - b.Span - a.When()
	return gap < sampleSpan/10 && len(a.Host.Busy) == len(b.Host.Busy) &&
		a.Lanes.Cell == b.Lanes.Cell && len(a.Lanes.Rows) == len(b.Lanes.Rows) && slices.Equal(a.Lanes.Cores, b.Lanes.Cores) &&
		slices.EqualFunc(a.Tasks, b.Tasks, func(x, y runner.TaskSample) bool {
			return x.Task == y.Task && (x.Live > 0) == (y.Live > 0)
		})
}

// flushSample writes what is pending. It returns how many bytes that takes, beside what is due to the
// fineness of its lanes: that has a limit of its own.
func (w *Writer) flushSample() (size int) {
	if !w.held {
		return 0
	}
	from := len(w.buf)
	w.append(w.pending)
	size = len(w.buf) - from
	if fine := fineness(w.pending.Lanes); fine > 0 {
		w.fine, size = w.fine+fine, size-fine
	}
	w.pending, w.held = runner.Sampled{}, false
	return size
}

// fineness is how many bytes lanes take more than coarse ones of the same time.
func fineness(l runner.Lanes) int {
	coarse := l.Coarsen(runner.CoarseCell)
	if coarse.Cell == l.Cell {
		return 0
	}
	size := func(l runner.Lanes) int {
		n := 0
		for _, row := range l.Rows {
			n += len(appendRow(nil, row))
		}
		return n
	}
	return size(l) - size(coarse)
}

// append encodes an event; write hands it on.
func (w *Writer) append(ev runner.Event) {
	var ended Tally
	if _, ok := ev.(runner.RunEnded); ok {
		for _, s := range w.last {
			ended.add(s)
		}
	}
	w.buf = AppendEvent(w.buf, ev, ended)
}

// count keeps the last status of each task, for the line that closes the run.
func (w *Writer) count(ev runner.Event) {
	set := func(task int, s runner.Status) {
		if task >= 0 && task < len(w.last) {
			w.last[task] = s
		}
	}
	switch ev := ev.(type) {
	case runner.TaskQueued:
		set(ev.Task, runner.Queued)
	case runner.TaskEnded:
		set(ev.Task, ev.Status)
	}
}

func (t *Tally) add(s runner.Status) {
	switch s {
	case runner.Succeeded:
		t.Succeeded++
	case runner.Failed:
		t.Failed++
	case runner.Cancelled:
		t.Cancelled++
	}
}

// write hands all that is encoded to the operating system, in one call.
func (w *Writer) write() error {
	if len(w.buf) == 0 {
		return nil
	}
	n, err := w.out.Write(w.buf)
	if err == nil && n < len(w.buf) {
		err = io.ErrShortWrite
	}
	if n > 0 {
		w.torn = w.buf[n-1] != '\n'
		w.buf = append(w.buf[:0], w.buf[n:]...)
		w.bare = max(w.bare-n, 0)
	}
	if err == nil {
		if cap(w.buf) > maxKept { // a run of 100 000 jobs begins with a batch of megabytes
			w.buf = nil
		}
		return nil
	}
	w.shed()
	if w.lost > 0 {
		return fmt.Errorf("append to %s: %w: %d events are lost, further ones are kept in memory as far as they fit", w.events(), err, w.lost)
	}
	return fmt.Errorf("append to %s: %w: kept in memory and written when there is room", w.events(), err)
}

// shed brings what waits down to maxKept: first it gives up samples, then what came last. The rest
// of a line that is in the file in part is always kept.
func (w *Writer) shed() {
	if len(w.buf) <= maxKept {
		return
	}
	kept, rest := w.buf[:w.bare], w.buf[w.bare:]
	for first := w.torn && w.bare == 0; len(rest) > 0; first = false {
		end := bytes.IndexByte(rest, '\n') + 1
		if first || !bytes.HasPrefix(rest, samplePrefix) {
			kept = append(kept, rest[:end]...)
		}
		rest = rest[end:]
	}
	if len(kept) > maxKept {
		end := bytes.LastIndexByte(kept[:maxKept], '\n') + 1
		w.lost += bytes.Count(kept[end:], []byte{'\n'})
		kept = kept[:end]
	}
	w.buf, w.bare = kept, len(kept)
	if cap(w.buf) > 4*maxKept {
		w.buf = slices.Clone(kept)
	}
}

// samplePrefix begins every line with figures.
var samplePrefix = []byte(`{"type":"sampled",`)
