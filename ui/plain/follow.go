package plain

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"parallax/runner"
	"parallax/ui/text"
)

// try is the output of one try of a task, as far as it is not printed yet, or of an interpreter.
type try struct {
	task, num int          // -1 and 0 for an interpreter
	host      *runner.Host // which, or nil
	streams   []*follower
	over      bool
	tag       []byte // what stands before its lines, once it was needed
	dump      dump   // of an interpreter
}

func newTry(ev runner.TaskStarted, dir string) *try {
	t := &try{task: ev.Task, num: ev.Try}
	for i, name := range []string{ev.Log, ev.Err} {
		if name != "" {
			t.streams = append(t.streams, &follower{path: filepath.Join(dir, name), stderr: i == 1, end: math.MaxInt64})
		}
	}
	return t
}

func newHostTry(h runner.Host, path string) *try {
	return &try{task: -1, host: &h, streams: []*follower{{path: path, end: math.MaxInt64}}}
}

// limit says how far the streams may be read.
func (t *try) limit(size [2]int64) {
	for _, f := range t.streams {
		if f.stderr {
			f.end = size[1]
		} else {
			f.end = size[0]
		}
	}
}

func (t *try) end(size [2]int64) {
	t.over = true
	t.limit(size)
}

// stop ends a try of which no end was told: at what was told of it or, of a live run, at what is
// there now, so that a job that goes on writing can't hold up the end.
func (t *try) stop(recorded bool, told [2]int64) {
	t.over = true
	if recorded {
		t.limit(told)
		return
	}
	for _, f := range t.streams {
		f.end = 0
		if info, err := os.Stat(f.path); err == nil {
			f.end = info.Size()
		}
	}
}

func (t *try) close() {
	for _, f := range t.streams {
		if f.file != nil {
			f.file.Close() // only read
			f.file = nil
		}
	}
}

// follower reads one log file a piece at a time. It keeps places, not bytes: a line without end
// costs no memory, it is read again when its end is found.
type follower struct {
	path   string
	stderr bool
	file   *os.File
	off    int64      // all before it is printed
	seen   int64      // no line ends between off and seen
	end    int64      // read no further
	style  text.Style // the colours in force at off, on a terminal
	open   bool       // what was printed as it is did not end with a newline
}

// read fills buf from the place at, and no further than the end.
func (f *follower) read(buf []byte, at int64) (int, error) {
	if at >= f.end {
		return 0, nil
	}
	if f.file == nil {
		file, err := os.Open(f.path)
		if errors.Is(err, fs.ErrNotExist) { // removed by hand, or never made
			return 0, nil
		}
		if err != nil {
			return 0, fmt.Errorf("read output: %w", err)
		}
		f.file = file
	}
	n, err := f.file.ReadAt(buf[:min(int64(len(buf)), f.end-at)], at)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read output: %w", err)
	}
	return n, nil
}

// copy prints up to share bytes of each stream of a try, and reports whether there is more.
func (p *Printer) copy(t *try) (bool, error) {
	more := false
	for _, f := range t.streams {
		m, err := p.copyStream(t, f)
		if err != nil {
			return false, err
		}
		more = more || m
	}
	return more, nil
}

func (p *Printer) copyStream(t *try, f *follower) (bool, error) {
	s := sink{p: p, t: t, stderr: f.stderr, w: p.out, style: &f.style}
	aside := f.stderr || t.host != nil && !p.opts.Tag // without names it would be taken for a job's
	if aside && p.opts.Format != JSON {
		s.w = p.err
	}
	for done := int64(0); done < share; {
		n, err := f.read(p.buf, f.seen)
		if err != nil {
			return false, err
		}
		if n == 0 {
			return false, p.rest(&s, t, f)
		}
		if err := p.piece(&s, f, p.buf[:n]); err != nil {
			return false, err
		}
		done += int64(n)
		if n < len(p.buf) && !t.over { // what there was; the rest of it with the next look
			return false, nil
		}
	}
	return true, nil
}

// piece prints the lines that end in data, which was read at f.seen.
func (p *Printer) piece(s *sink, f *follower, data []byte) error {
	at := f.seen
	if f.off < f.seen { // within a line
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			f.seen += int64(len(data))
			return nil
		}
		f.seen = at + int64(i) + 1
		return p.long(s, f, f.seen) // data is void now; what follows it is read again
	}
	if s.raw() {
		f.off, f.seen = at+int64(len(data)), at+int64(len(data))
		f.open = data[len(data)-1] != '\n'
		return s.write(data)
	}
	i := bytes.LastIndexByte(data, '\n')
	if i < 0 {
		f.seen = at + int64(len(data))
		return nil
	}
	// What follows the last line is read again with its end: it is short, and the buffer stays one.
	f.off, f.seen = at+int64(i)+1, at+int64(i)+1
	return s.lines(data[:i+1])
}

// rest prints the last line of a try that is over, which no newline ended.
func (p *Printer) rest(s *sink, t *try, f *follower) error {
	if !t.over {
		return nil
	}
	if f.open {
		f.open = false
		return s.write(newline)
	}
	if f.off == f.seen {
		return nil
	}
	return p.long(s, f, f.seen)
}

// long prints the one line from f.off to the place to, a piece at a time.
func (p *Printer) long(s *sink, f *follower, to int64) error {
	if s.t.host != nil {
		n, err := f.read(p.buf[:min(int64(len(p.buf)), to-f.off)], f.off)
		if err != nil {
			return err
		}
		if hide, err := s.hides(p.buf[:n]); hide || err != nil {
			f.off, f.seen = to, to
			return err
		}
	}
	if err := s.begin(); err != nil {
		return err
	}
	for f.off < to {
		n, err := f.read(p.buf[:min(int64(len(p.buf)), to-f.off)], f.off)
		if err != nil {
			return err
		}
		if n == 0 { // truncated under us
			f.off, f.seen = to, to
			break
		}
		n = s.cut(p.buf[:n])
		f.off += int64(n)
		if err := s.part(p.buf[:n], f.off == to); err != nil {
			return err
		}
	}
	return nil
}
