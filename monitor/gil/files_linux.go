package gil

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// files reads files of /proc. Descriptors are kept open and read with pread, which is three times as
// cheap as opening them each time; one of a process that has ended gives ESRCH, never the answer of a
// stranger with the same number.
type files struct {
	buf   []byte
	path  []byte
	kept  int
	limit int // of descriptors kept open: beyond it files are opened each time
}

func (f *files) init() {
	f.buf = make([]byte, 4<<10)
	f.limit = 128
	var l unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &l) == nil {
		f.limit = int(min(l.Cur/8, 4096)) // the jobs' own files need most
	}
}

// open opens a file in a folder, or by its path if dir is AT_FDCWD.
func (f *files) open(dir int, path string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, path, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
		if !errors.Is(err, unix.EINTR) {
			if err == nil {
				f.kept++
			}
			return fd, err
		}
	}
}

// drop closes a descriptor, if it is open.
func (f *files) drop(fd *int) {
	if *fd >= 0 {
		unix.Close(*fd)
		*fd = -1
		f.kept--
	}
}

// pread reads the beginning of a file. The result holds until the next call.
func (f *files) pread(fd int) ([]byte, error) {
	for {
		n, err := unix.Pread(fd, f.buf, 0)
		if !errors.Is(err, unix.EINTR) {
			return f.buf[:max(0, n)], err
		}
	}
}

// thread reads which call a thread is in.
func (f *files) thread(dir, tid int, th *thread) ([]byte, error) {
	if th.fd >= 0 {
		return f.pread(th.fd)
	}
	f.path = append(f.path[:0], "task/"...)
	f.path = strconv.AppendInt(f.path, int64(tid), 10)
	f.path = append(f.path, "/syscall"...)
	fd, err := f.open(dir, string(f.path), 0)
	if err != nil {
		return nil, err
	}
	text, err := f.pread(fd)
	if f.kept <= f.limit {
		th.fd = fd
	} else {
		f.drop(&fd)
	}
	return text, err
}

// parseIdentity reads a stat file of /proc. ok is false for a process that has ended but was not
// waited for. The command's name may hold blanks and brackets: fields are counted from the last one.
func parseIdentity(text []byte) (is identity, ok bool) {
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return is, false
	}
	at := 2
	for field := range bytes.FieldsSeq(text[end+1:]) {
		at++
		switch at { // numbered as in proc(5), the state being the 3rd
		case 3:
			if string(field) == "Z" || string(field) == "X" {
				return is, false
			}
		case 26:
			is.code = number(field)
		case 27:
			is.end = number(field)
		case 28:
			is.stack = number(field)
			return is, true
		}
	}
	return is, false
}

// isStopped is whether a stat file of /proc tells of a thread that stands still.
func isStopped(text []byte) bool {
	_, rest, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte(" "))
	return len(rest) > 0 && (rest[0] == 'T' || rest[0] == 't')
}

// number reads a number. A text that is none gives 0.
func number(text []byte) (n uint64) {
	for _, b := range text {
		if b < '0' || b > '9' {
			return 0
		}
		n = 10*n + uint64(b-'0')
	}
	return n
}
