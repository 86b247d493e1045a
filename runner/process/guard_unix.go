//go:build unix

package process

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// guardScript is the guard. It reads "+GROUP" and "-GROUP" lines from a pipe that only parallax
// holds open for writing. When that ends, parallax is dead, whatever killed it, and every group
// still listed is killed, with what else is in the sessions of these groups where /proc shows it.
//
// A shell does, so that it works wherever jobs do and costs half a megabyte. A variable for each
// group, rather than one list, keeps adding and removing cheap with thousands of groups. Daemons
// have sessions of their own and stay.
const guardScript = `
trap '' HUP INT QUIT TERM TSTP USR1 USR2
while read -r line; do
	case $line in
	+*) eval "g_${line#+}=1" ;;
	-*) unset "g_${line#-}" ;;
	esac
done
set | while read -r line; do
	case $line in
	g_[0-9]*=*) line=${line%%=*}; kill -s KILL -- "-${line#g_}" ;;
	esac
done
for stat in /proc/[0-9]*/stat; do
	read -r line <"$stat" || continue
	set -- ${line##*) }
	case ${4-} in '' | *[!0-9]*) continue ;; esac
	eval "listed=\${g_$4-}"
	[ -n "$listed" ] || continue
	pid=${stat#/proc/}
	kill -s KILL "${pid%/stat}"
done
`

// guardPatience is how long a write to the guard may take. It reads at once unless someone stopped
// it; then jobs must not wait for it.
const guardPatience = time.Second

// guard is a child process that outlives parallax for the moment it takes to kill what parallax
// ran. The zero value has no process; its methods may be called from any goroutine.
type guard struct {
	mu   sync.Mutex
	pid  int
	pipe *os.File // nil when there is no guard
	note string   // what has not been told yet about its absence, or ""
}

// start starts the process. Without it jobs run all the same, unguarded.
func (g *guard) start(null *os.File) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.begin(null); err != nil {
		g.note = fmt.Sprintf("no guard: %v: if parallax is killed, children of jobs may survive it", err)
	}
}

func (g *guard) begin(null *os.File) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	none := null.Fd()
	// Its own session, so that a signal meant for parallax's group or terminal does not reach it;
	// an empty environment, so that it lists no variable that is not its own.
	g.pid, err = syscall.ForkExec(shell, []string{"parallax-guard", "-c", guardScript}, &syscall.ProcAttr{
		Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		Files: []uintptr{r.Fd(), none, none}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		w.Close()
		return fmt.Errorf("%s: %w", shell, err)
	}
	g.pipe = w
	return nil
}

// add lists a group.
func (g *guard) add(group int) { g.tell('+', group) }

// remove takes a group off the list.
func (g *guard) remove(group int) { g.tell('-', group) }

// said returns what the user should know of the guard, once.
func (g *guard) said() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	note := g.note
	g.note = ""
	return note
}

// tell writes one line. It is shorter than PIPE_BUF, so it arrives whole or not at all.
func (g *guard) tell(op byte, group int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pipe == nil {
		return
	}
	line := append(strconv.AppendInt([]byte{op}, int64(group), 10), '\n')
	if err := g.pipe.SetWriteDeadline(time.Now().Add(guardPatience)); err != nil {
		g.drop()
		return
	}
	if _, err := g.pipe.Write(line); err != nil {
		g.drop()
	}
}

// drop gives up a guard that no longer listens. It is killed, not let go: it would take the end of
// the pipe for parallax's and kill jobs by a list that is out of date.
func (g *guard) drop() {
	_ = syscall.Kill(g.pid, syscall.SIGKILL) // it may be dead already, which is as well
	g.reap()
	g.note = "the guard was stopped or ended: if parallax is killed, children of jobs may survive it"
}

// stop ends the process and waits for it. Groups still listed are killed by it.
func (g *guard) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pipe != nil {
		g.reap()
	}
}

func (g *guard) reap() {
	g.pipe.Close()
	g.pipe = nil
	var status syscall.WaitStatus
	for {
		if _, err := syscall.Wait4(g.pid, &status, 0, nil); err != syscall.EINTR {
			return
		}
	}
}
