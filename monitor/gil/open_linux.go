package gil

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// open finds out what runs in a process and how its GIL is measured.
func (r *Reader) open(p *process) error {
	err := r.attach(p)
	if err != nil {
		return refusal(p.pid, err)
	}
	if p.is, err = r.program(p); err != nil {
		return refusal(p.pid, err)
	}
	exe, err := readlink(p.dir, "exe")
	if err != nil {
		return refusal(p.pid, err)
	}
	maps, err := r.whole(p.dir, "maps")
	if err != nil {
		return refusal(p.pid, err)
	}
	glibc := false
	found := firstMappings(maps, func(file []byte) bool {
		base := path.Base(string(file))
		glibc = glibc || base == "libc.so.6" || strings.HasPrefix(base, "libc-2.")
		return string(file) == exe || strings.HasPrefix(base, "libpython")
	})
	prog, at, err := r.interpreter(p, exe, found)
	if err != nil {
		return err
	}
	return r.begin(p, prog, at, glibc)
}

// begin prepares for looking at an interpreter whose file is mapped at an address.
func (r *Reader) begin(p *process, prog program, at uint64, glibc bool) error {
	if prog.refused != "" {
		return errors.New(prog.refused)
	}
	if prog.word != uint64(unsafe.Sizeof(uintptr(0))) {
		return fmt.Errorf("its Python is a program of %d bits, this one is of %d", prog.word*8, 8*unsafe.Sizeof(uintptr(0)))
	}
	runtime, locks := prog.loaded(at, uint64(os.Getpagesize()))
	p.locks, p.threads = locks, map[int]*thread{}

	noWaits, err := r.tryCall(p)
	if err != nil {
		return err
	}
	if noWaits == "" && !glibc {
		noWaits = "its C library is not glibc, and does not tell what its threads wait for"
	}
	noState := ""
	if prog.hasLayout {
		p.memory.pid = p.pid
		p.walker = &walker{layout: prog.layout, order: prog.order, runtime: runtime}
		var head [8]byte
		err := p.memory.read([]span{{runtime, 8}}, head[:])
		switch {
		case err != nil:
			noState = "its memory cannot be read: " + err.Error()
		case string(head[:]) != cookie:
			noState = "its memory is not as its file says"
		}
		if noState != "" {
			p.walker = nil
		}
	}
	p.python = prog.describe(noWaits, noState)
	if !p.python.Waits && !p.python.State {
		return errors.New(p.python.How)
	}
	p.foreign = !sameNamespace(p.dir)
	return nil
}

// sameNamespace is whether a process numbers its threads as we do.
func sameNamespace(dir int) bool {
	own, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return false
	}
	its, err := readlink(dir, "ns/pid")
	return err == nil && own == its
}

// tryCall finds out whether we may see which calls the process's threads are in.
func (r *Reader) tryCall(p *process) (no string, err error) {
	th := &thread{fd: -1}
	_, err = r.files.thread(p.dir, p.pid, th)
	r.files.drop(&th.fd)
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, unix.ENOENT) && r.alive(p):
		return "this kernel does not tell which call a thread sleeps in (/proc/PID/syscall)", nil
	}
	return "", refusal(p.pid, err)
}

func (r *Reader) alive(p *process) bool {
	_, err := r.program(p)
	return err == nil
}

// interpreter finds the file of a process that holds its Python: the executable, or libpython.
func (r *Reader) interpreter(p *process, exe string, found []mapping) (program, uint64, error) {
	var last error
	for _, m := range found {
		file := "root" + m.path // as it is called there, should the process live in a container
		if m.path == exe {
			file = "exe"
		}
		prog, err := r.inspect(p.dir, file, m.path)
		switch {
		case err != nil && strings.HasPrefix(path.Base(m.path), "libpython"):
			last = fmt.Errorf("%s, which it uses, cannot be read: %w", m.path, err)
		case err == nil && prog.python:
			return prog, m.begin, nil
		}
	}
	if last != nil {
		return program{}, 0, last
	}
	return program{}, 0, fmt.Errorf("%w (%s)", ErrNoPython, exe)
}

// fileKey tells a file from all others, and from what it was before it was written anew.
type fileKey struct {
	dev, inode  uint64
	size        int64
	seconds, ns int64
}

// inspect reads what a file says, once.
func (r *Reader) inspect(dir int, file, name string) (program, error) {
	fd, err := r.files.open(dir, file, 0)
	if err != nil {
		return program{}, err
	}
	defer r.files.drop(&fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return program{}, err
	}
	//nolint:unconvert // some are narrower on other machines
	key := fileKey{uint64(st.Dev), uint64(st.Ino), st.Size, int64(st.Mtim.Sec), int64(st.Mtim.Nsec)}
	if prog, ok := r.cache[key]; ok {
		return prog, nil
	}
	prog, err := inspect(readerAt(fd), name)
	if err != nil {
		return prog, err
	}
	if len(r.cache) >= maxCache {
		clear(r.cache)
	}
	r.cache[key] = prog
	return prog, nil
}

// maxCache is how many files are remembered: a build may run thousands of fresh programs.
const maxCache = 1000

// readerAt reads a file by its descriptor.
type readerAt int

// ReadAt reads at a place of the file, whole unless there is an error.
func (fd readerAt) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		m, err := unix.Pread(int(fd), b[n:], off+int64(n))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		default:
			n += m
		}
	}
	return n, nil
}

// whole reads a file of /proc to its end.
func (r *Reader) whole(dir int, name string) ([]byte, error) {
	fd, err := r.files.open(dir, name, 0)
	if err != nil {
		return nil, err
	}
	defer r.files.drop(&fd)
	var out bytes.Buffer
	for {
		n, err := unix.Read(fd, r.files.buf)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return nil, err
		case n == 0:
			return out.Bytes(), nil
		default:
			out.Write(r.files.buf[:n])
		}
	}
}

func readlink(dir int, name string) (string, error) {
	buf := make([]byte, 4096)
	n, err := unix.Readlinkat(dir, name, buf)
	return string(buf[:max(0, n)]), err
}

// refusal says in words why a process cannot be looked at.
func refusal(pid int, err error) error {
	switch {
	case errors.Is(err, ErrGone), errors.Is(err, unix.ESRCH):
		return ErrGone
	case errors.Is(err, unix.ENOENT):
		if _, err := os.Stat("/proc/" + strconv.Itoa(pid)); err != nil {
			return ErrGone
		}
		return fmt.Errorf("%w (it has no program of its own)", ErrNoPython)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("process %d may not be looked at (%w): %s", pid, err, remedy())
	}
	return fmt.Errorf("look at process %d: %w", pid, err)
}

// remedy tells what allows us to look at other processes.
func remedy() string {
	scope, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err == nil {
		switch strings.TrimSpace(string(scope)) {
		case "2":
			return "only root may, since kernel.yama.ptrace_scope is 2; 1 allows it for what one has started"
		case "3":
			return "nobody may, since kernel.yama.ptrace_scope is 3, until the machine starts anew with less"
		}
	}
	return "that takes a process of the same user, started by this one, whose program gains no privileges"
}
