package e2e_test

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const getTermios = unix.TIOCGETA

// process is one of a test.
type process struct {
	pid   int
	state byte // R, S, T …
	line  string
}

func (p process) String() string { return p.line }

func (p process) kill() error { return syscall.Kill(p.pid, syscall.SIGKILL) }

// get returns a variable of the process's environment that holds no blanks.
func (p process) get(name string) string {
	_, rest, _ := strings.Cut(p.line, " "+name+"=")
	value, _, _ := strings.Cut(rest, " ")
	return value
}

// processes lists those of the test that live: whose environment, as ps tells it, holds its mark.
func (p *place) processes(only func(process) bool) []process {
	list, err := exec.Command("ps", "-axEww", "-o", "pid=,stat=,command=").Output()
	if err != nil {
		p.t.Fatal(err)
	}
	var out []process
	for line := range strings.Lines(string(list)) {
		words := strings.Fields(line)
		if len(words) < 3 || !strings.Contains(line, p.mark) {
			continue
		}
		pid, err := strconv.Atoi(words[0])
		if err != nil {
			continue
		}
		pr := process{pid: pid, state: words[1][0], line: strings.Join(words, " ")}
		if pr.state != 'Z' && (only == nil || only(pr)) {
			out = append(out, pr)
		}
	}
	return out
}
