package monitor

import (
	"testing"
	"time"
)

func TestPSSIsReadAgainSoonAfterAProcessHasGrown(t *testing.T) {
	p := proc{found: 0, memory: memory{rss: 400 << 10, pss: 360 << 10, pssAt: time.Second, rssThen: 400 << 10, grown: true}}
	at := func(d time.Duration) bool { return p.wantsPSS(time.Second+d, &usual) }
	if at(usual.leap) {
		t.Error("it is read again although it is no larger")
	}
	p.rss = 9 << 20
	if at(usual.leap - time.Millisecond) {
		t.Error("it is read again at once")
	}
	if !at(usual.leap) {
		t.Error("a process that has doubled keeps the figure of its birth")
	}
	p.rssThen = p.rss
	if at(usual.leap) || !at(usual.period) {
		t.Error("one that has grown a little is read too soon or too late")
	}
	p.stat.state = 'Z'
	if at(time.Hour) {
		t.Error("a dead process is read")
	}
}

func TestMemoryOfASharedProcessIsReadForTheFirstTaskAndKnownToAll(t *testing.T) {
	var m memoryLane
	first := &proc{pid: 7, memory: memory{rss: 5, pss: 3, rssAt: time.Second, pssAt: time.Second, grown: true}}
	second := &proc{pid: 7, memory: memory{rss: -1, pss: -1, ran: true}}
	other := &proc{pid: 8, memory: memory{rss: 9}}
	if m.follows(first) || m.follows(other) {
		t.Error("the first task of a process has nobody to follow")
	}
	if !m.follows(second) {
		t.Fatal("the memory of a process is read for each task in it")
	}
	if want := (memory{rss: 5, pss: 3, rssAt: time.Second, pssAt: time.Second, grown: true}); second.memory != want {
		t.Errorf("the second task knows %+v, want %+v", second.memory, want)
	}
	if !first.ran || second.ran {
		t.Error("that a thread of the second ran does not have the memory read again")
	}
	if other.rss != 9 || other.ran {
		t.Errorf("another process has %+v", other.memory)
	}
}
