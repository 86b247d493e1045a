package stall

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parallax/runner"
)

const s = time.Second

// life is how a task is seen at a second: what it has used and printed by then, and what it waits for
// if it is looked at.
type life func(at time.Duration) (f Facts, w Wait, apart time.Duration)

// stalls lives a life for 100 s, seen each half second, and returns when it begins and ends to be
// stalled.
func stalls(after time.Duration, l life) (marks []time.Duration) {
	c := NewClock(runner.Limits{StalledAfter: after})
	was := false
	for at := time.Duration(0); at < 100*s; at += s / 2 {
		f, w, apart := l(at)
		f.At = at
		if c.Seen(f) {
			c.Looked(f, w, apart)
		}
		if _, is := c.Stalled(); is != was {
			was = is
			marks = append(marks, at)
		}
	}
	return marks
}

func TestWhenATaskIsStalled(t *testing.T) {
	waits := func(w Wait) life { return func(time.Duration) (Facts, Wait, time.Duration) { return Facts{}, w, 0 } }
	used := func(f func(at time.Duration) time.Duration) life {
		return func(at time.Duration) (Facts, Wait, time.Duration) { return Facts{Used: f(at)}, Lock, 0 }
	}
	for name, c := range map[string]struct {
		after time.Duration
		life  life
		want  []time.Duration // begins, ends …
	}{
		"waits for input":        {10 * s, waits(Input), []time.Duration{10 * s}},
		"waits for a peer":       {10 * s, waits(Network), []time.Duration{10 * s}},
		"after the default":      {0, waits(Lock), []time.Duration{30 * s}},
		"is never called so":     {runner.NeverStalled, waits(Lock), nil},
		"sleeps":                 {10 * s, waits(Ends), nil},
		"works whenever seen":    {10 * s, waits(Works), nil},
		"nobody knows":           {10 * s, waits(Unknown), nil},
		"is busy, never seen so": {10 * s, used(func(at time.Duration) time.Duration { return at / 100 }), nil},
		"wakes up for nothing":   {10 * s, used(func(at time.Duration) time.Duration { return at / 100000 }), []time.Duration{11 * s}},
		"is paused":              {10 * s, func(time.Duration) (Facts, Wait, time.Duration) { return Facts{Held: true}, Stopped, 0 }, nil},
		"prints each 9 s": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			return Facts{Output: int64(at / (9 * s))}, Input, 0
		}, nil},
		"prints once more": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			return Facts{Output: int64(at / (50 * s))}, Input, 0
		}, []time.Duration{10 * s, 50 * s, 60 * s}},
		"tells its progress": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			return Facts{Progress: runner.Progress(at / (5 * s))}, Input, 0
		}, nil},
		"its child, apart, works": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) { return Facts{}, Child, at / 50 }, nil},
		"works again":             {10 * s, used(func(at time.Duration) time.Duration { return max(0, at-50*s) }), []time.Duration{10 * s, 50*s + s/2}},
		"is asked for its stack now and then": {
			10 * s, used(func(at time.Duration) time.Duration { return max(0, at-10*s) / 5000 }), []time.Duration{10 * s},
		},
		"sleeps at last": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			if at >= 50*s {
				return Facts{}, Ends, 0
			}
			return Facts{}, Input, 0
		}, []time.Duration{10 * s, 51 * s}},
		"slept until now": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			if at < 49*s {
				return Facts{}, Ends, 0
			}
			return Facts{Used: time.Millisecond}, Input, 0
		}, []time.Duration{59 * s}},
		"is seen to run for an instant": {10 * s, func(at time.Duration) (Facts, Wait, time.Duration) {
			if at == 50*s {
				return Facts{}, Works, 0
			}
			return Facts{}, Input, 0
		}, []time.Duration{10 * s}},
	} {
		if got := stalls(c.after, c.life); !near(got, c.want) {
			t.Errorf("%s: stalled and not at %v, want %v", name, got, c.want)
		}
	}
}

// near allows each mark to be late by a look.
func near(got, want []time.Duration) bool {
	return slices.EqualFunc(got, want, func(g, w time.Duration) bool { return g >= w && g <= w+2*latest })
}

func TestWhatATaskWaitsFor(t *testing.T) {
	of := func(all ...Wait) []Thread {
		var out []Thread
		for i, w := range all {
			out = append(out, Thread{1, i + 1, w})
		}
		return out
	}
	for _, c := range []struct {
		all  []Thread
		want Wait
	}{
		{nil, Unknown},
		{of(Lock), Lock},
		{of(Child, Input), Input},
		{of(Lock, Network, Lock), Network},
		{of(Lock, Ends, Lock), Ends},
		{of(Stopped, Works), Works},
		{of(Lock, Unknown), Unknown},
	} {
		if got := Cause(c.all); got != c.want {
			t.Errorf("%v: %v, want %v", c.all, got, c.want)
		}
	}
	for w := Unknown; w <= Stopped; w++ {
		if (w.String() != "") != w.Endless() {
			t.Errorf("wait %d is said as %q", w, w)
		}
	}
}

func TestWhoWaitsForLocksOnly(t *testing.T) {
	all := []Thread{{1, 1, Child}, {2, 2, Lock}, {2, 3, Lock}, {3, 4, Lock}, {3, 5, Shared}}
	if got := Locked(all); !slices.Equal(got, all[1:3]) {
		t.Errorf("%v", got)
	}
	if got := Locked(all[3:]); got != nil {
		t.Errorf("one can be released by others, yet %v", got)
	}
}

const locked = `pid 70 · sh -c x · sleeping: waits for a child (do_wait) · 1 thread
  pid 71 · python3 dead.py · sleeping: waits for a lock or another thread (futex_do_wait) · 3 threads
    main thread
      File "/w/dead.py", line 20, in <module>
        t.join()
      File "/opt/lib/python3.12/threading.py", line 1147, in join
        self._wait_for_tstate_lock()
      File "/opt/lib/python3.12/threading.py", line 1167, in _wait_for_tstate_lock
        if lock.acquire(block, timeout):
    thread Thread-1 (one)
      File "/opt/lib/python3.12/threading.py", line 1010, in run
        self._target(*self._args, **self._kwargs)
      File "/w/dead.py", line 7, in one
        with b:
             ^
    thread Thread-2 (two)
      File "/w/dead.py", line 12, in two
        a.acquire()
    pid 72 · python3 other.py · sleeping · 1 thread
      File "/w/other.py", line 3, in <module>
        with c:
`

func TestWhereThreadsStand(t *testing.T) {
	for name, c := range map[string]struct {
		stack string
		pid   int
		want  []Place
	}{
		"a tree":    {locked, 0, []Place{{"main thread", "dead.py:20", false}, {"thread Thread-1 (one)", "dead.py:7", true}, {"thread Thread-2 (two)", "dead.py:12", true}}},
		"a child":   {locked, 72, []Place{{"", "other.py:3", true}}},
		"not asked": {locked, 70, nil},
		"in an interpreter": {
			"main thread · tid 8\n  File \"a.py\", line 1, in <module>\n    lock.acquire(True)\n\nthread · tid 9\n  File \"b.py\", line 2, in f\n    lock.acquire(timeout=3)\n",
			0,
			[]Place{{"main thread", "a.py:1", true}, {"thread 2", "b.py:2", false}},
		},
		"a lock in Python's own code": {
			"  File \"/w/a.py\", line 4, in f\n    with lock:\n  File \"/usr/lib/python2.7/threading.py\", line 174, in acquire\n    rc = self.__block.acquire(blocking)\n",
			0,
			[]Place{{"", "a.py:4", true}},
		},
		"a package that is installed": {
			"  File \"/v/lib/python3.12/site-packages/q.py\", line 4, in f\n    with lock:\n", 0, []Place{{"", "q.py:4", true}},
		},
		"all in the library": {
			"  File \"/usr/lib/python3.12/threading.py\", line 4, in _shutdown\n    lock.acquire()\n", 0, []Place{{"", "threading.py:4", false}},
		},
		"no Python": {"pid 4 · cat · sleeping: reads descriptor 0 · 1 thread\n", 0, nil},
		"nothing":   {"", 0, nil},
	} {
		if got := Places(c.stack, c.pid); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestWhoIsDeadlocked(t *testing.T) {
	takes, waits := Place{"x", "a.py:1", true}, Place{"y", "a.py:2", false}
	for _, c := range []struct {
		threads int
		at      []Place
		alone   bool
		want    bool
	}{
		{3, []Place{waits, takes, takes}, false, true},
		{1, []Place{takes}, true, true},
		{1, []Place{takes}, false, false},       // another may release it
		{2, []Place{waits, takes}, true, false}, // a signal's handler may wake the other
		{1, []Place{waits}, true, false},
		{3, []Place{takes, takes}, true, false}, // one has not told where it is
		{0, nil, true, false},
	} {
		if got := Deadlocked(c.threads, c.at, c.alone); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestWhatIsSaid(t *testing.T) {
	places := Places(locked, 0)
	many := slices.Repeat([]Place{{"thread 1", "a.py:1", true}}, 7)
	for _, c := range [][2]string{
		{Sentence(30200*time.Millisecond, Input, nil), "stalled: for 30s it has used no core and printed nothing. It waits for a pipe or a terminal"},
		{Sentence(90*s, Network, places[1:2]), "stalled: for 1m30s it has used no core and printed nothing. It waits for another program, on a socket at dead.py:7"},
		{Deadlock(places), "deadlock: each waits for a lock and none can go on: thread Thread-1 (one) at dead.py:7, thread Thread-2 (two) at dead.py:12; also waiting: main thread at dead.py:20"},
		{Deadlock(many[:1]), "deadlock: it waits at a.py:1 for a lock that no thread can release"},
		{Resumed(100 * time.Millisecond), "goes on, after 1s without a sign of life"},
	} {
		if c[0] != c[1] {
			t.Errorf("said %q, want %q", c[0], c[1])
		}
	}
	if got := Deadlock(many); !strings.HasSuffix(got, "a.py:1, 3 more") {
		t.Errorf("of seven: %q", got)
	}
}

func FuzzPlaces(f *testing.F) {
	f.Add(locked, 71)
	f.Add("  File \"\", line 1, in \n", 0)
	f.Fuzz(func(t *testing.T, stack string, pid int) {
		for _, p := range Places(stack, pid) {
			if !strings.Contains(p.Where, ":") {
				t.Errorf("%q: a place without a line: %+v", stack, p)
			}
		}
	})
}
