package monitor

import (
	"encoding/binary"
	"errors"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// userTick is the unit of times in /proc/*/stat: USER_HZ is 100 wherever Go runs.
const userTick = 10 * time.Millisecond

// files opens and reads files of /proc. Descriptors are kept open and read with pread, which
// neither allocates nor looks up a name; one of a task that is gone gives ESRCH and never the
// figures of a stranger with the same number.
//
// Once limit descriptors are kept, or the system gives no more, files are opened for each reading
// instead: slower, but nobody goes unmeasured and the jobs' own files are not starved.
type files struct {
	buf   []byte // of the last reading
	kept  int
	limit int
	full  bool // a descriptor was refused
}

func newFiles() *files {
	f := &files{buf: make([]byte, 16<<10), limit: 512}
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) == nil {
		f.limit = int(min(l.Cur/2, 1<<16))
	}
	return f
}

// file is a file of /proc; fd is < 0 while it is not kept open.
type file struct {
	path string
	fd   int
}

// keep opens the file and keeps it open, if there is room.
func (f *files) keep(path string) (file, error) {
	out := file{path, -1}
	if f.kept >= f.limit {
		f.full = true
		return out, nil
	}
	fd, err := openProc(path)
	switch {
	case err == nil:
		out.fd = fd
		f.kept++
	case exhausted(err):
		f.full = true
		err = nil
	}
	return out, err
}

func openProc(path string) (int, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// closeProc closes what was only read, so nothing can be lost.
func closeProc(fd int) { _ = unix.Close(fd) }

func (f *files) drop(file *file) {
	if file.fd >= 0 {
		closeProc(file.fd)
		file.fd = -1
		f.kept--
	}
}

// get reads the file's beginning, up to the size of the buffer. The result holds until the next
// call.
func (f *files) get(file *file) ([]byte, error) {
	if file.fd >= 0 {
		return f.pread(file.fd)
	}
	return f.once(file.path)
}

// once opens, reads and closes.
func (f *files) once(path string) ([]byte, error) {
	fd, err := openProc(path)
	if err != nil {
		f.full = f.full || exhausted(err)
		return nil, err
	}
	defer closeProc(fd)
	return f.pread(fd)
}

func (f *files) pread(fd int) ([]byte, error) {
	for {
		n, err := unix.Pread(fd, f.buf, 0)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, err
		default:
			return f.buf[:n], nil
		}
	}
}

// list calls each for every entry of a folder whose name is a number.
func (f *files) list(path string, each func(id int)) error {
	fd, err := openProc(path)
	if err != nil {
		f.full = f.full || exhausted(err)
		return err
	}
	defer closeProc(fd)
	for {
		n, err := unix.Getdents(fd, f.buf)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return err
		}
		for rest := f.buf[:n]; len(rest) > direntName; {
			size := int(binary.NativeEndian.Uint16(rest[16:])) // inode 8, offset 8, size 2, type 1, name
			if id, ok := number(rest[direntName:size]); ok {
				each(id)
			}
			rest = rest[size:]
		}
	}
}

const direntName = 19

// number reads the name of a directory entry that is a number and ends with a zero byte.
func number(name []byte) (n int, ok bool) {
	for _, c := range name {
		switch {
		case c == 0:
			return n, ok
		case c < '0' || c > '9':
			return 0, false
		}
		n, ok = 10*n+int(c-'0'), true
	}
	return n, ok
}

// exhausted is whether an error says that there are no more descriptors to be had.
func exhausted(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE)
}

// vanished is whether an error says that the process or thread is no more.
func vanished(err error) bool {
	return errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ENOENT)
}

// field cuts the next number off a text. A text without one gives 0.
func field(text []byte) (n uint64, rest []byte) {
	i := 0
	for i < len(text) && (text[i] < '0' || text[i] > '9') {
		i++
	}
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		n = 10*n + uint64(text[i]-'0')
		i++
	}
	return n, text[i:]
}

// parseSchedstat reads what a thread had and waited for, in nanoseconds.
func parseSchedstat(text []byte) counters {
	on, rest := field(text)
	wait, _ := field(rest)
	return counters{time.Duration(on), time.Duration(wait)}
}

// threadStat is what we need of /proc/PID/task/TID/stat.
type threadStat struct {
	state   byte
	parent  int
	group   int
	session int
	own     time.Duration // user and system time of the thread, in ticks
	waited  time.Duration // likewise of the children its process has waited for
	threads int           // of its process
	birth   uint64        // in ticks since the machine started
	core    int
}

// parseStat reads a stat file. The command's name may hold blanks and brackets, so fields are
// counted from the last bracket on. ok is false if the text is no stat file.
func parseStat(text []byte) (s threadStat, ok bool) {
	end := -1
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == ')' {
			end = i
			break
		}
	}
	if end < 0 || end+3 >= len(text) {
		return s, false
	}
	s.state = text[end+2]
	rest := text[end+3:]
	for i := 4; i <= 39 && len(rest) > 0; i++ { // numbered as in proc(5)
		var n uint64
		n, rest = field(rest)
		switch i {
		case 4:
			s.parent = int(n)
		case 5:
			s.group = int(n)
		case 6:
			s.session = int(n)
		case 14, 15:
			s.own += time.Duration(n) * userTick
		case 16, 17:
			s.waited += time.Duration(n) * userTick
		case 20:
			s.threads = int(n)
		case 22:
			s.birth = n
		case 39:
			s.core, ok = int(n), true
		}
	}
	return s, ok
}

// parsePSS reads the proportional set size out of smaps_rollup, in bytes.
func parsePSS(text []byte) (int64, bool) {
	for i := 0; i+4 < len(text); i++ {
		if (i == 0 || text[i-1] == '\n') && string(text[i:i+4]) == "Pss:" {
			kib, _ := field(text[i+4:])
			return int64(kib) << 10, true
		}
	}
	return 0, false
}

func taskPath(pid, tid int, name string) string {
	return procPath(pid, "task/"+strconv.Itoa(tid)+"/"+name)
}

func procPath(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }
