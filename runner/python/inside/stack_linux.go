package inside

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// patience is how long a process may take to answer. It does at once when it gets a core, and also
	// in C code; not while it waits for a disk.
	patience = 2 * time.Second
	// silence is how long a process that has taken the signal may write nothing. Between the taking and
	// the handler is an instant, or as long as it takes to get a core again.
	silence = time.Second
	// atMost is how long all the askings for one stack may take together: somebody waits for it.
	atMost = 3 * time.Second
	// longest bounds an answer, in bytes. Python itself tells of 100 threads with 100 calls each.
	longest = 4 << 20
	// mostThreads bounds how many are asked one by one, in a Python without a GIL.
	mostThreads = 100
)

var (
	errStopped  = errors.New("stopped: where it is in Python cannot be told while it is paused")
	errOverAll  = errors.New("it is over")
	errSilent   = errors.New("its Python did not answer: the script handles SIGURG itself")
	errOwnFiles = errors.New("it has closed the descriptor to answer by")
)

// Stack returns where the Python process pid is, thread by thread, innermost call last. file is what it,
// or the process that it was forked from, was given by [Eye.Prepare]. Calls with the same file must not
// overlap. An error wraps [ErrOther] where the process is no such Python: another program, or one that
// did not load our part.
func (e *Eye) Stack(pid int, file *os.File) (string, error) {
	p := process{pid: pid, file: file, until: time.Now().Add(atMost)}
	if err := p.check(); err != nil {
		return "", err
	}
	dump, current, err := p.ask()
	if err != nil {
		return "", err
	}
	threads := parse(dump, current == pid)
	if bytes.Contains(dump, []byte(oneOnly)) {
		threads = p.askEach(current, threads)
	}
	if len(threads) == 0 {
		return "", errSilent
	}
	return render(threads, p.line), nil
}

// oneOnly is in the answer of a Python without a GIL, which tells only of the thread that is asked.
const oneOnly = "<Cannot show all threads while the GIL is disabled>"

// process is a Python that is asked.
type process struct {
	pid   int
	file  *os.File
	until time.Time           // when to stop asking
	start int64               // where in file answers begin
	texts map[string][]string // lines of source files
}

// check says why a process must not be asked, or nil.
func (p *process) check() error {
	head := make([]byte, 16)
	n, err := p.file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, ok := bytes.Cut(head[:n], []byte("\n"))
	fd, err := strconv.Atoi(string(first))
	if !ok || err != nil {
		return ErrOther
	}
	p.start = int64(len(first) + 1)
	st, err := readStatus(p.pid, p.pid)
	switch {
	case err != nil:
		return errOverAll
	case !st.catches:
		return ErrOther
	case st.state == 'T' || st.state == 't':
		return errStopped
	}
	ours, err := p.file.Stat()
	if err != nil {
		return err
	}
	if theirs, err := os.Stat(fmt.Sprintf("/proc/%d/fd/%d", p.pid, fd)); err != nil || !os.SameFile(ours, theirs) {
		return errOwnFiles
	}
	return nil
}

// ask makes one thread answer, and says which.
func (p *process) ask() (dump []byte, thread int, err error) {
	err = errors.New("all its threads block SIGURG")
	for _, tid := range p.threads() {
		st, bad := readStatus(p.pid, tid)
		if bad != nil || st.blocks || awaitsSignal(p.pid, tid) {
			continue
		}
		dump, err = p.askOne(tid)
		return dump, tid, err
	}
	return nil, 0, err
}

// threads lists the threads of the process, its first one first.
func (p *process) threads() []int {
	tids := []int{p.pid}
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.pid))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if tid, err := strconv.Atoi(e.Name()); err == nil && tid != p.pid {
			tids = append(tids, tid)
		}
	}
	return tids
}

// askOne sends the signal to a thread and takes what is then written. While the handler runs the
// signal is blocked in its thread: so when something was written before a look which finds it not
// blocked, that is all.
func (p *process) askOne(tid int) ([]byte, error) {
	if err := p.file.Truncate(p.start); err != nil {
		return nil, err
	}
	if err := unix.Tgkill(p.pid, tid, unix.SIGURG); err != nil {
		return nil, errOverAll
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	began, taken := time.Now(), time.Time{}
	for ; ; <-tick.C {
		info, err := p.file.Stat()
		if err != nil {
			return nil, err
		}
		st, err := readStatus(p.pid, tid)
		free := !st.pending && !st.blocks
		switch {
		case err != nil:
			return nil, errOverAll
		case free && info.Size() > p.start:
			return p.written()
		case st.state == 'T' || st.state == 't':
			return nil, errStopped
		case free && taken.IsZero():
			taken = time.Now()
		case free && time.Since(taken) > silence:
			return nil, errSilent
		case time.Since(began) > patience || time.Now().After(p.until):
			return nil, fmt.Errorf("its Python did not answer for %v", time.Since(began).Round(100*time.Millisecond))
		}
	}
}

func (p *process) written() ([]byte, error) {
	data, err := io.ReadAll(io.NewSectionReader(p.file, p.start, longest))
	if err != nil {
		return nil, err
	}
	return data, p.file.Truncate(p.start) // it is memory
}

// askEach asks all threads but one one by one, until the time for it is over. How many did not answer,
// or could not be asked, comes last in what it returns.
func (p *process) askEach(but int, have []thread) []thread {
	silent := 0
	for i, tid := range p.threads() {
		if tid == but {
			continue
		}
		if i >= mostThreads || time.Now().After(p.until) {
			silent++
			continue
		}
		st, err := readStatus(p.pid, tid)
		if err != nil {
			continue // it is over
		}
		if st.blocks || awaitsSignal(p.pid, tid) {
			silent++
			continue
		}
		switch dump, err := p.askOne(tid); {
		case err == nil:
			have = append(have, parse(dump, tid == p.pid)...)
		case !errors.Is(err, errOverAll):
			silent++
		}
	}
	switch {
	case silent == 0 || len(have) == 0:
		return have
	case silent == 1:
		return append(have, thread{name: "1 more thread", frames: []frame{{remark: "it did not answer"}}})
	}
	return append(have, thread{name: fmt.Sprintf("%d more threads", silent), frames: []frame{{remark: "they did not answer"}}})
}

// status is what /proc says of a thread and of the signal.
type status struct {
	state                    byte
	pending, blocks, catches bool
}

func readStatus(pid, tid int) (status, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", pid, tid))
	if err != nil {
		return status{}, err
	}
	var st status
	for line := range bytes.Lines(data) {
		key, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		value = bytes.TrimSpace(value)
		switch string(key) {
		case "State":
			if len(value) > 0 {
				st.state = value[0]
			}
		case "SigPnd":
			st.pending = has(value)
		case "SigBlk":
			st.blocks = has(value)
		case "SigCgt":
			st.catches = has(value)
		}
	}
	if st.state == 0 || st.state == 'Z' || st.state == 'X' {
		return st, errOverAll
	}
	return st, nil
}

// has reports whether our signal is in a mask, as in /proc/PID/status.
func has(mask []byte) bool {
	bits, err := strconv.ParseUint(string(mask), 16, 64)
	return err == nil && bits&(1<<(unix.SIGURG-1)) != 0
}

// awaitsSignal reports whether a thread waits for signals to come: it would take ours for one of its own.
func awaitsSignal(pid, tid int) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", pid, tid))
	if err != nil {
		return false
	}
	number, _, _ := strings.Cut(string(data), " ")
	return number == strconv.Itoa(unix.SYS_RT_SIGTIMEDWAIT)
}

// line returns a line of a source file, as it is now, or "".
func (p *process) line(path string, n int) string {
	lines, known := p.texts[path]
	if !known {
		if p.texts == nil {
			p.texts = map[string][]string{}
		}
		lines = p.read(path)
		p.texts[path] = lines
	}
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSpace(lines[n-1])
}

// maxSource bounds how large a source file is read.
const maxSource = 4 << 20

func (p *process) read(path string) []string {
	if !strings.HasPrefix(path, "/") {
		path = fmt.Sprintf("/proc/%d/cwd/%s", p.pid, path)
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return strings.Split(string(data), "\n")
}
