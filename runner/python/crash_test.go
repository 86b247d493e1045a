package python

import (
	"testing"

	"parallax/runner"
)

const dump = `Fatal Python error: Segmentation fault

Current thread 0x00007f0000000001 (most recent call first):
  File "/lib/ctypes/__init__.py", line 519 in string_at
  File "/w/a.py", line 3 in deep
  File "<parallax slot 2>", line 61 in call
  File "<parallax control>", line 99 in handle
  File "/w/a.py", line 9 in <module>
  File "<parallax script>", line 90 in script_body
  File "<parallax slot 2>", line 61 in call
  File "<parallax local>", line 230 in run_exposed
  File "/lib/threading.py", line 1012 in run
  File "/lib/threading.py", line 1041 in _bootstrap_inner
  File "/lib/threading.py", line 1012 in _bootstrap

Thread 0x00007f0000000002 (most recent call first):
  File "/lib/threading.py", line 355 in wait
  File "/w/b.py", line 7 in f
  File "/lib/threading.py", line 1012 in run
  File "<parallax slot 3>", line 61 in call
  File "<parallax local>", line 240 in exposed_run
  File "/lib/threading.py", line 1041 in _bootstrap_inner
  File "<parallax own>", line 57 in body_of_thread

Thread 0x00007f0000000003 (most recent call first):
  File "/w/c.py", line 2 in h
  File "<parallax slot 4>", line 61 in call
  File "/w/c.py", line 3 in deep
  File "/w/c.py", line 3 in deep
  ...

Thread 0x00007f0000000004 (most recent call first):
  File "/lib/threading.py", line 1041 in _bootstrap_inner
`

func TestACrashTellsOfAScriptsCallsAndNotHowItsThreadBegan(t *testing.T) {
	c := crashOf(runner.Exit{Signal: "SIGSEGV"}, dump, "", nil)
	want := `  File "/lib/ctypes/__init__.py", line 519 in string_at
  File "/w/a.py", line 3 in deep
  File "/w/a.py", line 9 in <module>
`
	if c.stack != want || c.ident != 0x7f0000000001 {
		t.Errorf("%#x\n%s", c.ident, c.stack)
	}
	for ident, want := range map[uint64]string{
		0x7f0000000002: "  File \"/lib/threading.py\", line 1012 in run\n  File \"/w/b.py\", line 7 in f\n  File \"/lib/threading.py\", line 355 in wait",
		0x7f0000000003: "  ...\n  File \"/w/c.py\", line 3 in deep\n  File \"/w/c.py\", line 3 in deep\n  File \"/w/c.py\", line 2 in h",
		0x7f0000000004: "  File \"/lib/threading.py\", line 1041 in _bootstrap_inner", // not a script's
		0x7f0000000005: "",
	} {
		if got := oneOf(dump, ident); got != want {
			t.Errorf("%#x\n%s", ident, got)
		}
	}
}

func TestANamelessDumpIsOfOneStack(t *testing.T) {
	c := crashOf(runner.Exit{}, "Fatal Python error: Segmentation fault\n\nStack (most recent call first):\n  File \"/w/a.py\", line 3 in deep\n  File \"<parallax slot 12>\", line 61 in call\n  File \"/lib/threading.py\", line 1 in _bootstrap\n\nExtension modules: a\n", "", nil)
	if c.slot != 12 || c.ident != 0 || c.stack != "  File \"/w/a.py\", line 3 in deep\n" {
		t.Errorf("%+v", c)
	}
}
