package inside

import (
	"strings"
	"testing"
)

func TestAnswersOfPythonAreRead(t *testing.T) {
	const two = "Thread 0x00007f41 [Thread-1 (nap)] (most recent call first):\n  File \"a b.py\", line 3 in nap\n  ...\n\n" +
		"Current thread 0x00007f40 [python3] (most recent call first):\n  File \"x.py\", line 9 in <module>\n"
	const inverse = "Current thread 0x00007f40 (most recent call first):\n  <no Python frame>\n\nThread 0x00007f41 (most recent call first):\n  File ???, line ??? in ???\n"
	none := func(string, int) string { return "" }
	for name, c := range map[string]struct {
		dump   string
		isMain bool
		want   string
	}{
		"two threads, the first one asked": {two, true, "main thread\n  File \"x.py\", line 9, in <module>\nthread Thread-1 (nap)\n  ...\n  File \"a b.py\", line 3, in nap\n"},
		"two threads, another asked":       {inverse, false, "main thread\n  File \"???\", in ???\nthread 2\n  <no Python frame>\n"},
		"one":                              {"Stack (most recent call first):\n  File \"x.py\", line 1 in f\n", true, "  File \"x.py\", line 1, in f\n"},
		"nothing":                          {"", true, ""},
		"garbage":                          {"\xff\n  File \"x.py\", line 1 in f\n", true, ""},
		"cut":                              {"Thread 0x1 (most recent call first):\n  File \"x.py\", li", true, "  File \"x.py\", li\n"},
	} {
		if got := render(parse([]byte(c.dump), c.isMain), none); got != c.want {
			t.Errorf("%s:\n%q, want\n%q", name, got, c.want)
		}
	}
	shown := render([]thread{{frames: []frame{{file: "x.py", line: 2, in: "f"}}}}, func(file string, line int) string { return "f()" })
	if shown != "  File \"x.py\", line 2, in f\n    f()\n" {
		t.Errorf("with the source: %q", shown)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Thread 0x1 [a] (most recent call first):\n  File \"x.py\", line 1 in f\n\nCurrent thread 0x2 (most recent call first):\n"), true)
	f.Fuzz(func(_ *testing.T, dump []byte, isMain bool) {
		render(parse(dump, isMain), func(string, int) string { return "" })
	})
}

func TestWhichCommandsArePythons(t *testing.T) {
	for line, want := range map[string]bool{
		"python x.py": true, "python3 -u x.py": true, "/usr/bin/python3.12 x.py": true, "python3.14t -W ignore x.py": true,
		"python3 -m http.server": true, "python3 -c 1": true, "python -X dev -u x.py -I": true, "python3 - x": true,
		"python3 -Wignore -I x.py": false, "python3 -W ignore -I x.py": false, "python3 -uE x.py": false, "python3 -S x.py": false, "python3": false,
		"python3 --version": true, "python3 -V": false, "python3 --check-hash-based-pycs always -I": false,
		"ipython x.py": false, "python-config x": false, "sh x.sh": false, "": false,
	} {
		if got := isPython(strings.Fields(line)); got != want {
			t.Errorf("%s: %v", line, got)
		}
	}
	for line, want := range map[string]bool{
		"python3 x.py >out 2>err": true, "exec python3 x.py 'a b'": true, "A=1 B= python3 x.py": true,
		"python3 x.py \"$PARALLAX_SLOT\"": true, "PARALLAX_TASK=1 python3 x.py": true,
		"python3 x.py; env": false, "python3 a.py | python3 b.py": false, "python3 x.py &": false, "python3 $(which x.py)": false,
		"python3 x.py $PYTHONPATH": false, "python3 x.py \"${PARALLAX_INSIDE:-}\"": false, "PARALLAX_INSIDE= python3 x.py": false,
		"PYTHONPATH=/own python3 x.py": false, "cd /w && python3 x.py": false, "A='1 2' python3 x.py": false, "": false, "ls": false,
	} {
		if got := isPython([]string{"sh", "-c", line}); got != want {
			t.Errorf("sh -c %q: %v", line, got)
		}
	}
}
