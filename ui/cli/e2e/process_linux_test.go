package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const getTermios = unix.TCGETS

// process is one of a test.
type process struct {
	pid   int
	state byte // R, S, D, T …
	env   []string
	args  string
}

func (p process) String() string { return fmt.Sprintf("%d %c %s", p.pid, p.state, p.args) }

func (p process) kill() error { return syscall.Kill(p.pid, syscall.SIGKILL) }

// get returns a variable of the process's environment.
func (p process) get(name string) string {
	for _, kv := range p.env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// processes lists those of the test that live: whose environment holds its mark.
func (p *place) processes(only func(process) bool) []process {
	var out []process
	entries, err := os.ReadDir("/proc")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err != nil || !bytes.Contains(env, []byte(p.mark+"\x00")) {
			continue // it is not ours, or it has ended: then it has none
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		args, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		pr := process{
			pid: pid, state: stat[bytes.LastIndexByte(stat, ')')+2],
			env: strings.Split(string(env), "\x00"), args: string(bytes.ReplaceAll(args, []byte{0}, []byte(" "))),
		}
		if pr.state != 'Z' && (only == nil || only(pr)) {
			out = append(out, pr)
		}
	}
	return out
}
