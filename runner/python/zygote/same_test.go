//go:build linux

package zygote

import (
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestFirst(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		job := runner.Job{Script: b.write("a.py", `import sys, os, inspect
print("hi", __name__, __file__, sys.argv, sys.path[0], sorted(globals()), getattr(sys, "orig_argv", None), sys.flags, os.getcwd(), [f.filename for f in inspect.stack()])
sys.stderr.write("err\n")
sys.exit(7)
`), Args: []string{"x", "y z"}}
		want, got := b.plain(job), b.forked(job)
		if want != got {
			t.Errorf("plain:\n%+v\nforked:\n%+v", want, got)
		}
	})
}
