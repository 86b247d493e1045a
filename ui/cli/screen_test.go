package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// screen CODE [TEXT KEY]... -- PROGRAM ARGUMENT...: runs a program on a terminal of its own, presses
// each KEY once its TEXT was drawn since the key before, and checks the exit status. ^C and ^M (enter)
// are keys. What it printed to standard error is in the file err.
func onScreen(ts *testscript.TestScript, neg bool, args []string) {
	dash := 0
	for dash < len(args) && args[dash] != "--" {
		dash++
	}
	if neg || dash%2 == 0 || dash+1 >= len(args) {
		ts.Fatalf("usage: screen CODE [TEXT KEY]... -- PROGRAM ARGUMENT...")
	}
	env := ts.Value(envKey{}).(*testscript.Env)
	path, err := lookPath(env.Vars, args[dash+1])
	ts.Check(err)
	master, slave, err := pty.Open()
	ts.Check(err)
	defer master.Close()
	ts.Check(pty.Setsize(master, &pty.Winsize{Rows: 30, Cols: 120}))
	var errs bytes.Buffer
	cmd := exec.Command(path, args[dash+2:]...)
	cmd.Args[0] = args[dash+1]
	cmd.Dir, cmd.Env = env.WorkDir, append(env.Vars, "TERM=xterm", "NO_COLOR=1", "LANG=C.UTF-8")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, &errs
	ts.Check(cmd.Start())
	slave.Close()
	var drawn drawing
	go drawn.follow(master)
	for i := 1; i < dash; i += 2 {
		await(ts, func() bool { return drawn.has(args[i]) }, fmt.Sprintf("%q on the screen", args[i]))
		drawn.forget()
		_, err := master.WriteString(strings.NewReplacer("^C", "\x03", "^M", "\r").Replace(args[i+1]))
		ts.Check(err)
	}
	stuck := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() }) // it asks for one more key
	err = cmd.Wait()
	stuck.Stop()
	ts.Check(os.WriteFile(ts.MkAbs("err"), errs.Bytes(), 0o600))
	ts.Logf("%s", &errs)
	checkStatus(ts, err, args[0])
}

// drawing is what was written to a terminal since it was last forgotten.
type drawing struct {
	mu   sync.Mutex
	text []byte
}

func (d *drawing) follow(f *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := f.Read(buf)
		d.mu.Lock()
		d.text = append(d.text, buf[:n]...)
		d.mu.Unlock()
		if err != nil { // the program has ended
			return
		}
	}
}

func (d *drawing) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.text = nil
}

func (d *drawing) has(text string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Contains(d.text, []byte(text))
}
