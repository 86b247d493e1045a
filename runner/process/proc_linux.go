package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// stat is what /proc/PID/stat says of a process.
type stat struct {
	pid     int
	name    string
	state   byte
	parent  int
	group   int
	session int
	birth   uint64 // in ticks since boot
}

func readStat(pid int) (stat, error) {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return stat{}, err
	}
	return parseStat(data)
}

// parseStat reads a line such as "12 (a name) S 1 12 12 0 ...". The name may hold anything, so the
// other fields are counted from its last parenthesis. See proc(5).
func parseStat(data []byte) (stat, error) {
	first, last := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if first < 0 || last < first {
		return stat{}, fmt.Errorf("stat %q: no name in it", data)
	}
	fields := bytes.Fields(data[last+1:])
	if len(fields) < 20 {
		return stat{}, fmt.Errorf("stat %q: too short", data)
	}
	s := stat{name: string(data[first+1 : last]), state: fields[0][0]}
	for _, f := range []struct {
		to *int
		at []byte
	}{{&s.pid, bytes.TrimSpace(data[:first])}, {&s.parent, fields[1]}, {&s.group, fields[2]}, {&s.session, fields[3]}} {
		n, err := strconv.Atoi(string(f.at))
		if err != nil {
			return stat{}, fmt.Errorf("stat %q: %w", data, err)
		}
		*f.to = n
	}
	birth, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return stat{}, fmt.Errorf("stat %q: %w", data, err)
	}
	s.birth = birth
	return s, nil
}

// birthOf is a process's start time in ticks, which together with its number names it for good;
// 0 if it cannot be told.
func birthOf(pid int) uint64 {
	s, err := readStat(pid)
	if err != nil {
		return 0
	}
	return s.birth
}

// parsePIDs reads numbers separated by spaces.
func parsePIDs(data []byte) []int {
	var pids []int
	for _, word := range bytes.Fields(data) {
		if n, err := strconv.Atoi(string(word)); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// childrenOf lists the children of all threads of a process. What has ended meanwhile is left out.
func childrenOf(pid int) []int {
	dir := "/proc/" + strconv.Itoa(pid) + "/task"
	threads, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []int
	for _, t := range threads {
		if data, err := os.ReadFile(dir + "/" + t.Name() + "/children"); err == nil {
			all = append(all, parsePIDs(data)...)
		}
	}
	return all
}

// parentOf is the number of a process's parent, or 0 if it cannot be told.
func parentOf(pid int) int {
	s, err := readStat(pid)
	if err != nil {
		return 0
	}
	return s.parent
}

// outsiders holds on to those descendants of the roots, children of parent, and of these the roots
// themselves, that are not in the group: a signal to the group does not reach them. Each is held by a
// pidfd, so it cannot be mistaken for another process. The caller must release them.
func outsiders(roots []int, parent, group int) held {
	var out held
	type link struct{ pid, parent int }
	var walk []link
	for _, pid := range roots {
		walk = append(walk, link{pid, parent})
	}
	for len(walk) > 0 {
		at := walk[0]
		walk = walk[1:]
		fd, err := unix.PidfdOpen(at.pid, 0)
		if err != nil {
			continue
		}
		// Read after the descriptor was got: if the number has gone to another since it was listed,
		// its parent is another too.
		s, err := readStat(at.pid)
		if err != nil || s.parent != at.parent {
			unix.Close(fd)
			continue
		}
		if s.group == group {
			unix.Close(fd)
		} else {
			out = append(out, member{fd, s.pid, s.birth})
		}
		for _, pid := range childrenOf(at.pid) {
			walk = append(walk, link{pid, at.pid})
		}
	}
	return out
}

// held are processes held by pidfds.
type held []member

type member struct {
	fd, pid int
	birth   uint64
}

func (h held) signal(sig unix.Signal) {
	for _, m := range h {
		_ = unix.PidfdSendSignal(m.fd, sig, nil, 0) // one that ended meanwhile needs none
	}
}

func (h held) release() {
	for _, m := range h {
		unix.Close(m.fd)
	}
}
