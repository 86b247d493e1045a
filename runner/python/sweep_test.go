//go:build unix

package python

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
	"parallax/runner/python/which/whichtest"
)

// sweeps are ways to close all descriptors that there may be, as daemons begin with.
var sweeps = map[string]string{
	"up":         "for fd in range(3, 1024):\n    try:\n        os.close(fd)\n    except OSError:\n        pass\n",
	"down":       "for fd in reversed(range(3, 1024)):\n    try:\n        os.close(fd)\n    except OSError:\n        pass\n",
	"with files": "files = [os.open(os.devnull, os.O_RDONLY) for _ in range(250)]\nfor fd in range(3, 1024):\n    try:\n        os.close(fd)\n    except OSError:\n        pass\n",
	"replaced":   "null = os.open(os.devnull, os.O_RDWR)\nfor fd in range(200, 260):\n    try:\n        os.dup2(null, fd)\n    except OSError:\n        pass\n",
}

// TestAScriptThatClosesAllDescriptorsHurtsNobody also has a neighbour that waits for a child: it does so
// by descriptors of the host's.
func TestAScriptThatClosesAllDescriptorsHurtsNobody(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) { closesAll(t, newBench(t, p)) })
}

func TestASubinterpreterThatClosesAllDescriptorsHurtsNobody(t *testing.T) {
	for _, p := range whichtest.Few(t, which.Python.Interpreters) {
		t.Run(whichtest.Name(p), func(t *testing.T) {
			b := newBench(t, p)
			b.launcher.opts.Model = runner.Interpreters
			closesAll(t, b)
		})
	}
}

func closesAll(t *testing.T, b *bench) {
	t.Helper()
	neighbour := b.script("import subprocess, sys\nc = subprocess.Popen(['sleep', '1000'])\nprint(c.pid, 'ready')\n" +
		"c.wait()\nprint('still here')\nsys.stderr.write('here, too')")
	neighbour.says("ready")
	for how, sweep := range sweeps {
		r := b.script("import os, sys\n" + sweep + "print('on')\nsys.stderr.write('err')\nsys.exit(3)")
		if exit := r.wait(); exit.Code != 3 || exit.Lost || r.stdout() != "on\n" || r.stderrText() != "err" {
			t.Fatalf("%s: %+v %q %q", how, exit, r.stdout(), r.stderrText())
		}
	}
	var child int
	if _, err := fmt.Sscan(neighbour.stdout(), &child); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(child, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if exit := neighbour.wait(); exit.Code != 0 || exit.Lost || !strings.HasSuffix(neighbour.stdout(), "ready\nstill here\n") || neighbour.stderrText() != "here, too" {
		t.Errorf("%+v %q\n%s", exit, neighbour.stdout(), neighbour.stderrText())
	}
}
