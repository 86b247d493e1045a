package python

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parallax/runner"
)

// silence is how long an interpreter may leave a ping unanswered before its scripts are told. One
// whose threads all want the GIL on a machine that is busy besides takes up to a second.
const silence = 5 * time.Second

// vigil decides, from the answers to pings, whether an interpreter is silent. It knows no clock.
//
// A ping is sent every two fifths of the patience (2 s), and only while scripts run.
type vigil struct {
	patience time.Duration
	asked    time.Time // when the ping was sent that is not answered; zero: none is
	silent   bool      // and its scripts were told
}

// due is what there is to do.
type due uint8

const (
	nothing due = iota
	ping        // ask whether it is there
	alarm       // it has become silent
	relief      // it answers again
)

// tick says what to do at a time. busy: scripts run. answered: the last ping was.
func (v *vigil) tick(now time.Time, busy, answered bool) (do due, quiet time.Duration) {
	if !v.asked.IsZero() && !answered {
		quiet = now.Sub(v.asked)
		if !v.silent && quiet >= v.patience && busy {
			v.silent = true
			return alarm, quiet
		}
		return nothing, quiet
	}
	if answered {
		quiet, was := now.Sub(v.asked), v.silent
		v.asked, v.silent = time.Time{}, false
		if was {
			return relief, quiet
		}
		return nothing, 0
	}
	if busy {
		v.asked = now
		return ping, 0
	}
	return nothing, 0
}

// every is how often to look.
func (v *vigil) every() time.Duration { return v.patience * 2 / 5 }

// watch tells scripts when their interpreter falls silent, and when it answers again, until it is
// over.
func (h *Host) watch(over <-chan struct{}, patience time.Duration) {
	v := vigil{patience: patience}
	tick := time.NewTicker(v.every())
	defer tick.Stop()
	var pong <-chan event
	var before *meter // taken when an answer is late
	for {
		answered := false
		select {
		case <-over:
			return
		case _, there := <-pong:
			if !there { // it has ended
				return
			}
			answered, pong = true, nil
		case <-tick.C:
		}
		do, quiet := v.tick(time.Now(), h.busy(), answered)
		switch do {
		case ping:
			answer, _, err := h.ask(command{Type: "ping"})
			if err != nil { // likewise
				return
			}
			pong, before = answer, nil
		case alarm:
			h.announce(h.silentText(quiet, before, over))
		case relief:
			h.announce(fmt.Sprintf("the interpreter answers again, after %v", quiet.Round(time.Second/10)))
		case nothing:
			if quiet > 0 && before == nil {
				before = h.measure()
			}
		}
	}
}

// busy reports whether scripts run.
func (h *Host) busy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.slots) > 0
}

// announce tells something to all scripts.
func (h *Host) announce(text string) {
	h.each(func(t *Task) bool {
		t.tell(runner.Note, runner.CodeSilent, text)
		return true
	})
}

// silentText says that the interpreter is silent and, if that can be told, because of whom.
func (h *Host) silentText(quiet time.Duration, before *meter, over <-chan struct{}) string {
	text := fmt.Sprintf("the interpreter has not answered for %v: C code in ", quiet.Round(time.Second/10))
	suspect := h.suspect(before)
	if suspect == nil {
		text += "one of its scripts"
	} else {
		text += strconv.Quote(suspect.name)
	}
	if h.lock == 0 {
		text += " does not let the others run"
	} else {
		text += " holds the GIL"
	}
	if suspect != nil {
		if at := suspect.calls(over); at != "" {
			text += ", called at " + at
		}
	}
	return text
}

// meter is how long each script's threads had been on a core at a time. Where the system does not
// tell, it is empty.
type meter struct {
	at   time.Time
	used map[*Task]time.Duration
}

func (h *Host) measure() *meter {
	m := &meter{time.Now(), map[*Task]time.Duration{}}
	h.each(func(t *Task) bool {
		for _, tid := range t.threads {
			if used, ok := threadTime(h.id.PID, tid); ok {
				m.used[t] += used
			}
		}
		return true
	})
	return m
}

// suspect returns the script whose C code keeps the others from running: the only one that runs, or
// the only one that was on a core since before; nil if that is not clear. Those that wait for the GIL
// wake up two hundred times a second, which is next to nothing.
func (h *Host) suspect(before *meter) *Task {
	var only, most *Task
	var first, second time.Duration
	n := 0
	h.each(func(t *Task) bool {
		only = t
		n++
		return n < 2
	})
	if n < 2 {
		return only
	}
	if before == nil {
		return nil
	}
	now := h.measure()
	for t, used := range now.used {
		switch used -= before.used[t]; {
		case used > first:
			most, first, second = t, used, first
		case used > second:
			second = used
		}
	}
	if first < now.at.Sub(before.at)/20 || first < 5*second {
		return nil
	}
	return most
}

var calledAt = regexp.MustCompile(`^ *File "(.*)", line ([0-9]+)`)

// calls says at which line of its own a script is, as "/w/a.py:12", or "". The interpreter is asked by
// a signal, so that it need not answer.
func (t *Task) calls(over <-chan struct{}) string {
	stack, err := t.dumped(over)
	if err != nil {
		return ""
	}
	for _, line := range slices.Backward(strings.Split(strings.TrimSpace(stack), "\n")) {
		if m := calledAt.FindStringSubmatch(line); m != nil && (m[1] == t.script || t.script == "") {
			return m[1] + ":" + m[2]
		}
	}
	return ""
}
