package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"parallax/runner"
)

const (
	// maxLine bounds a line: one longer is damage. That of a run with 4096 workers has 0.4 MB.
	maxLine = 16 << 20
	// followGap is how long a follower waits before it looks for more.
	followGap = 100 * time.Millisecond
)

// Reader reads a run's folder. It holds no file open between calls and may be used by several
// goroutines at once.
type Reader struct {
	dir     string
	info    Info
	unknown error // a field of run.json that was left out
}

// Open reads what a run's folder says of the run. It refuses one that was written in a newer
// format.
func Open(dir string) (*Reader, error) {
	info, unknown, err := readInfo(dir)
	if err != nil {
		return nil, err
	}
	return &Reader{dir: dir, info: info, unknown: unknown}, nil
}

// Info is what run.json says.
func (r *Reader) Info() Info { return r.info }

// Dir is the run's folder.
func (r *Reader) Dir() string { return r.dir }

// A Warning says that a part of a run's folder was left out. Reading goes on after it.
type Warning struct {
	Line int // in events.ndjson, from 1; 0 for run.json
	Err  error
}

func (w *Warning) Error() string {
	if w.Line == 0 {
		return w.Err.Error()
	}
	return fmt.Sprintf("%s:%d: left out: %v", eventsFile, w.Line, w.Err)
}

func (w *Warning) Unwrap() error { return w.Err }

// Events is all that happened, in order, as far as it is in the folder now.
//
// With an error there is no event. After a *[Warning] it goes on with the next; any other error is
// the end. A last line that is not whole, because its writer was ended or has not finished it, is
// passed over without a word.
func (r *Reader) Events() iter.Seq2[runner.Event, error] {
	return func(yield func(runner.Event, error) bool) {
		r.read(nil, func(_ int, ev runner.Event, err error) bool { return yield(ev, err) })
	}
}

// Follow is like [Reader.Events], but at the end of the file it waits for more, until the run has
// ended, its writer is gone or ctx is done. It looks ten times a second.
func (r *Reader) Follow(ctx context.Context) iter.Seq2[runner.Event, error] {
	return func(yield func(runner.Event, error) bool) {
		ended, last := false, false
		tick := time.NewTicker(followGap)
		defer tick.Stop()
		more := func() bool {
			if ended || last || ctx.Err() != nil {
				return false
			}
			last = !r.info.running(r.dir) // what it wrote last has yet to be read
			select {
			case <-tick.C:
			case <-ctx.Done():
				return false
			}
			return true
		}
		r.read(more, func(_ int, ev runner.Event, err error) bool {
			if _, ok := ev.(runner.RunEnded); ok {
				ended = true
			}
			return yield(ev, err)
		})
	}
}

// read calls f for every event and everything that is wrong, with its line, until f returns false.
// At the end of the file it asks more whether to try again; nil is no.
func (r *Reader) read(more func() bool, f func(n int, ev runner.Event, err error) bool) {
	if r.unknown != nil && !f(0, nil, &Warning{Err: r.unknown}) {
		return
	}
	d, opened := newDecoder(len(r.info.Jobs)), false
	err := r.lines(more, func(n int, line []byte, err error) bool {
		var ev runner.Event
		if err == nil {
			ev, err = d.event(line)
		}
		switch {
		case errors.Is(err, errNewer):
			f(n, nil, fmt.Errorf("read %s: %w", filepath.Join(r.dir, eventsFile), err))
			return false
		case err != nil:
			return f(n, nil, &Warning{n, err})
		}
		for _, field := range d.unknown {
			if !f(n, nil, &Warning{n, fmt.Errorf("unknown field %s", field)}) {
				return false
			}
		}
		if started, ok := ev.(runner.RunStarted); ok {
			started.Jobs = r.info.Jobs
			ev = started
		} else if !opened && !f(n, r.info.started(), nil) { // that line is damaged, and no other event makes sense without it
			return false
		}
		opened = true
		return f(n, ev, nil)
	})
	if err != nil {
		f(0, nil, err)
	}
}

// lines calls f for every line of the journal, without its newline, until f returns false. The
// line is valid during the call only.
func (r *Reader) lines(more func() bool, f func(n int, line []byte, err error) bool) error {
	file, err := os.Open(filepath.Join(r.dir, eventsFile))
	if err != nil {
		return err
	}
	defer file.Close()
	in := bufio.NewReaderSize(file, 1<<16)
	var part []byte // of a line that is longer than in's buffer, or not yet whole
	for n := 1; ; {
		text, err := in.ReadSlice('\n')
		if len(part) <= maxLine {
			part = append(part, text...)
		}
		switch {
		case err == nil:
			var bad error
			if len(part) > maxLine {
				bad = fmt.Errorf("longer than %d MiB", maxLine>>20)
			}
			if line := part[:max(len(part)-1, 0)]; len(line) > 0 && !f(n, line, bad) {
				return nil
			}
			part = part[:0]
			n++
		case errors.Is(err, io.EOF):
			if more != nil && more() {
				continue
			}
			last(part, n, f)
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return fmt.Errorf("read the journal: %w", err)
		}
	}
}

// last passes on a last line without a newline, if it is whole all the same: an editor may have
// saved the file.
func last(line []byte, n int, f func(n int, line []byte, err error) bool) {
	s := &scanner{data: line}
	s.skip(0)
	if s.end(); s.err == nil {
		f(n, line, nil)
	}
}
