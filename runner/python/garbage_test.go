//go:build unix

package python

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"parallax/runner"
)

// real are lines such as are sent to a host, to be spoilt.
var real = []string{
	`{"type":"pause","slot":1,"id":9}`, `{"type":"resume","slot":1}`, `{"type":"stack","slot":1,"id":10}`,
	`{"type":"run","slot":77,"path":"/w/a.py","argv":["./a.py","7"],"env":["HOME=/root"],"cwd":"/w","cpus":[0]}`,
	`{"type":"ping","slot":0,"id":11}`, `{"type":"cancel","slot":5}`,
}

// spoilt returns one of the lines with some of its bytes changed, cut out or doubled.
func spoilt(r *rand.Rand) []byte {
	line := []byte(real[r.IntN(len(real))])
	for range 1 + r.IntN(4) {
		at := r.IntN(len(line))
		switch r.IntN(3) {
		case 0:
			line[at] = byte(r.UintN(256))
		case 1:
			line = append(line[:at], line[min(at+1+r.IntN(5), len(line)):]...)
		case 2:
			line = append(line[:at:at], line[at/2:]...)
		}
		if len(line) == 0 {
			return []byte("{")
		}
	}
	return line
}

func TestSpoiltLinesEndNoHost(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script(sleeper)
	r.says("ready")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // needs no secret
	var lines bytes.Buffer
	for range 500 {
		line := bytes.ReplaceAll(spoilt(random), []byte("shutdown"), nil)
		lines.Write(append(line, '\n'))
	}
	h := r.host
	_, err := h.conn.Write(lines.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	answer, forget, err := h.ask(command{Type: "ping"})
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	defer forget()
	if ev := <-answer; ev.Type != "pong" {
		t.Errorf("seed %d: %+v", seed, ev)
	}
	if err := r.Resume(); err != nil { // it may have been told to pause
		t.Fatal(err)
	}
	r.stop(runner.Ask)
	if exit := r.wait(); exit.Code != 130 {
		t.Errorf("seed %d: %+v", seed, exit)
	}
}

func TestALineThatIsCutEndsTheHost(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script(sleeper)
	r.says("ready")
	h := r.host
	_, err := h.conn.Write([]byte(`{"type":"pau`))
	if err == nil {
		err = h.conn.CloseWrite()
	}
	if err != nil {
		t.Fatal(err)
	}
	if exit := r.wait(); !strings.Contains(exit.Reason, "the interpreter ended") {
		t.Errorf("%+v", exit)
	}
}

func TestAHostThatIsCutShortIsToldInWords(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script("import os, ctypes\nfor fd in range(200, 300):\n    try:\n        os.write(fd, b'{\"type\":\"exi') if fd != 1 else 0\n    except OSError:\n        pass\nctypes.CDLL(None)._exit(9)")
	if exit := r.wait(); exit.Reason == "" || exit.Code != -1 {
		t.Errorf("%+v", exit)
	}
}

func TestAScriptIsReadWhenItStarts(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	job := runner.Job{Script: b.write("changing.py", "print('old')")}
	if err := b.launcher.Check(job); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		b.write("changing.py", fmt.Sprintf("import helper_of_it\nprint('new %d', helper_of_it.value)\n\n1 / 0  # %d", i, i))
		b.write("helper_of_it.py", fmt.Sprintf("value = %d%s", i, strings.Repeat(" ", i))) // another size: bytecode goes by that
		r := b.launch(job)
		if exit := r.wait(); exit.Code != 1 || r.stdout() != fmt.Sprintf("new %d %d\n", i, i) || !strings.Contains(r.stderrText(), fmt.Sprintf("1 / 0  # %d", i)) {
			t.Errorf("%+v %q\n%s", exit, r.stdout(), r.stderrText())
		}
	}
	if err := os.Remove(job.Script); err != nil {
		t.Fatal(err)
	}
	if _, err := b.tryLaunch(job); err == nil {
		t.Log("it was launched without its file")
	}
}
