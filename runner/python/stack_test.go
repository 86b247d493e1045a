//go:build unix

package python

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestADumpIsWholeWhenItStandsStillAfterAFrame(t *testing.T) {
	const head = "Thread 0x01 (most recent call first):\n"
	for text, want := range map[string]bool{
		"": false, head: false, "noise\n": false,
		head + `  File "a.py", line 1`:                                        false,
		head + `  File "a.py", line 1 in f`:                                   false,
		head + "  File \"a.py\", line 1 in f\n":                               true,
		head + "  File \"a.py\", line ??? in f\n":                             true,
		head + "  File \"a.py\", line 1 in f\n\n":                             false,
		head + "  File \"a.py\", line 1 in f\n\nCurrent thread 0x02 (most re": false,
		head + "  File \"a.py\", line 1 in f\n\n" + head:                      false,
		head + "  <no Python frame>\n":                                        true,
		head + "  ...\n":                                                      true,
		"...\n":                                                               true,
	} {
		var p printing
		whole := p.whole(text)
		for range stillLooks {
			if whole {
				t.Errorf("%q is whole before it stands still", text)
			}
			whole = p.whole(text)
		}
		if whole != want {
			t.Errorf("%q: whole %v, want %v", text, whole, want)
		}
		if p.whole(text + "x") {
			t.Errorf("%q is whole while it grows", text)
		}
	}
}

func TestOfTwoDumpsTheLaterCounts(t *testing.T) {
	dump := "Thread 0x01 (most recent call first):\n  File \"a.py\", line 1 in f\n"
	if got := oneOf(dump+"\n"+strings.ReplaceAll(dump, "line 1", "line 2"), 1); got != `  File "a.py", line 2 in f` {
		t.Errorf("%q", got)
	}
}

func TestSeveralStacksAreToldWholeThoughTheInterpreterIsSilent(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	const depth = 60
	var all []*running
	for i := range 3 {
		r := b.script(fmt.Sprintf("import time\ndef down_%[1]d(n):\n    if n:\n        down_%[1]d(n - 1)\n    print('ready')\n    time.sleep(1000)\ndown_%[1]d(%[2]d)", i, depth))
		r.says("ready")
		all = append(all, r)
	}
	silent := b.script(deaf)
	silent.says("ready")
	var asking sync.WaitGroup
	for i, r := range all {
		for range 3 {
			asking.Go(func() {
				s, err := r.Stack()
				frames := strings.Count(s, fmt.Sprintf("in down_%d", i))
				if err != nil || frames != depth+1 || strings.Count(s, "in <module>") != 1 {
					t.Errorf("script %d: %d frames, %v\n%s", i, frames, err, s)
				}
			})
		}
	}
	asking.Wait()
	silent.stop(runner.Kill)
	silent.stop(runner.Kill)
	silent.wait()
	for _, r := range all {
		r.wait()
	}
}

func TestWhyAnInterpreterEndedIsFoundBehindAllThatItPrinted(t *testing.T) {
	b := newBench(t, newest(t, "3.8"))
	r := b.script(fmt.Sprintf("import ctypes\nc = ctypes.CDLL(None)\nfor _ in range(%d):\n    c.write(2, b'x' * 999 + b'\\n', 1000)\nctypes.string_at(0)", 2*mostPrinted/1000))
	if exit := r.wait(); exit.Reason != "the interpreter ended by SIGSEGV: segmentation fault in this script" {
		t.Errorf("%+v", exit)
	}
}

// What Python tells of calls that repeat stands after the first of them.
func TestARecursionIsToldInItsPlace(t *testing.T) {
	each(t, func(t *testing.T, p which.Python) {
		b := newBench(t, p)
		r := b.script("import time\ndef deep(n):\n    if n:\n        deep(n - 1)\n    print('ready')\n    time.sleep(1000)\ndeep(9)")
		r.says("ready")
		stack, err := r.Stack()
		module, repeated := strings.Index(stack, "in <module>"), strings.Index(stack, "[Previous line repeated 6 more times]")
		third := module
		for range 3 {
			third += 1 + strings.Index(stack[third+1:], "in deep")
		}
		if err != nil || module < 0 || repeated < third || strings.Contains(stack[repeated:], "line 4") {
			t.Errorf("%v\n%s", err, stack)
		}
		r.stop(runner.Kill)
		r.wait()
	})
}
