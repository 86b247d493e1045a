package monitor

import (
	"testing"
	"time"
)

func TestPSSIsReadAgainSoonAfterAProcessHasGrown(t *testing.T) {
	p := proc{found: 0, memory: memory{rss: 400 << 10, pss: 360 << 10, pssAt: time.Second, rssThen: 400 << 10, grown: true}}
	at := func(d time.Duration) bool { return p.wantsPSS(time.Second + d) }
	if at(pssLeap) {
		t.Error("it is read again although it is no larger")
	}
	p.rss = 9 << 20
	if at(pssLeap - time.Millisecond) {
		t.Error("it is read again at once")
	}
	if !at(pssLeap) {
		t.Error("a process that has doubled keeps the figure of its birth")
	}
	p.rssThen = p.rss
	if at(pssLeap) || !at(pssPeriod) {
		t.Error("one that has grown a little is read too soon or too late")
	}
	p.stat.state = 'Z'
	if at(time.Hour) {
		t.Error("a dead process is read")
	}
}
