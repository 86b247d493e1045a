package switches

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// story is a Ledger with what it told, in short: task, core, from-to in ms, ! if preempted.
type story struct {
	*Ledger
	told []string
}

func newStory() *story {
	s := &story{}
	s.Ledger = NewLedger(func(sh Share) {
		mark := ""
		if sh.Preempted {
			mark = "!"
		}
		s.told = append(s.told, fmt.Sprintf("%d@%d %d-%d%s", sh.Task, sh.Core, sh.From/time.Millisecond, sh.To/time.Millisecond, mark))
	})
	return s
}

// want compares what was told since the last time.
func (s *story) want(t *testing.T, want string) {
	t.Helper()
	if got := strings.Join(s.told, ", "); got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
	s.told = nil
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func (s *story) in(core, tid, at int) { s.Take(Record{Kind: In, Core: core, TID: tid, At: ms(at)}) }

func (s *story) out(core, tid, at int) { s.Take(Record{Kind: Out, Core: core, TID: tid, At: ms(at)}) }

func (s *story) pushed(core, tid, at int) {
	s.Take(Record{Kind: Out, Core: core, TID: tid, At: ms(at), Preempted: true})
}

func (s *story) exit(core, tid, at int) { s.Take(Record{Kind: Exit, Core: core, TID: tid, At: ms(at)}) }

func (s *story) fork(tid, parent, at int) {
	s.Take(Record{Kind: Fork, TID: tid, Parent: parent, At: ms(at)})
}

func TestSwitchesMakeSpans(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.Root(20, 1)
	s.in(0, 10, 1)
	s.in(1, 20, 2)
	s.pushed(0, 10, 5)
	s.in(0, 10, 7)
	s.out(1, 20, 8)
	s.want(t, "0@0 1-5!, 1@1 2-8")
	s.Settle(ms(20)) // who is still on a core is told, once
	s.Settle(ms(30))
	s.out(0, 10, 35)
	s.want(t, "0@0 7-20, 0@0 20-30, 0@0 30-35")
	s.in(1, 20, 40)
	s.exit(1, 20, 44) // its last switch is never told
	s.Settle(ms(60))
	s.want(t, "1@1 40-44")
}

func TestWhatIsToldTwiceCountsOnce(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.in(0, 10, 1)
	s.in(0, 10, 1)
	s.pushed(0, 10, 5)
	s.pushed(0, 10, 5)
	s.out(1, 10, 6) // a leaving whose coming was before the recording began
	s.Settle(ms(9))
	s.want(t, "0@0 1-5!")
}

func TestWhatIsLostIsNotGuessed(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.Root(11, 1)
	s.in(0, 10, 1)
	s.Take(Record{Kind: Lost, Core: 0, At: ms(3), Count: 12})
	s.out(0, 10, 8)
	s.in(0, 10, 9)
	s.in(0, 11, 12) // the leaving of 10 is missing
	s.out(0, 11, 13)
	s.want(t, "1@0 12-13")
	if s.Lost() != 12 {
		t.Errorf("%d lost", s.Lost())
	}
	s.in(0, 10, 20)
	s.Forget()
	s.Settle(ms(30))
	s.want(t, "")
}

func TestTheShortestLifeBelongsToItsTask(t *testing.T) {
	s := newStory()
	s.fork(10, 1, 0) // by us, before anybody says that it is a task
	s.in(0, 10, 1)
	s.out(0, 10, 2)
	s.fork(11, 10, 2)
	s.in(1, 11, 2)
	s.fork(12, 11, 3)
	s.exit(1, 11, 3)
	s.in(1, 12, 3) // whose parent is gone already
	s.exit(1, 12, 4)
	s.want(t, "")
	s.Root(10, 7)
	s.Settle(ms(50))
	s.want(t, "7@0 1-2, 7@1 2-3, 7@1 3-4")
}

func TestWhatNobodyClaimsIsLetGo(t *testing.T) {
	s := newStory()
	s.in(0, 5, 1)
	s.out(0, 5, 2)
	s.Settle(ms(2) + patience + 1)
	s.Root(5, 0)
	s.Settle(ms(1000))
	s.want(t, "")
	if len(s.waiting) != 0 {
		t.Errorf("%d spans wait for ever", len(s.waiting))
	}
}

func TestAThreadThatIsUsedAgain(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.in(0, 10, 1)
	s.out(0, 10, 4)
	s.fork(11, 10, 4) // made while it worked for 0
	s.End(0, ms(5))
	s.in(0, 10, 6)
	s.out(0, 10, 9) // already for 1, which is told later
	s.Root(10, 1)
	s.in(1, 11, 10)
	s.out(1, 11, 12) // its task is over: whose should it be
	s.Settle(ms(20))
	s.want(t, "0@0 1-4, 1@0 6-9")
}

func TestANumberThatIsUsedAgain(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.in(0, 10, 1)
	s.exit(0, 10, 4)
	s.End(0, ms(5))
	s.fork(10, 99, 100)
	s.in(0, 10, 101)
	s.out(0, 10, 102)
	s.Settle(ms(110))
	s.want(t, "0@0 1-4")
	s.Root(10, 3) // told before what was recorded is read
	s.fork(20, 10, 103)
	s.in(1, 20, 103)
	s.out(1, 20, 104)
	s.Settle(ms(120))
	s.want(t, "3@1 103-104, 3@0 101-102")
}

// TestWhatIsToldBeforeItsBirthIsRead: the number of a process is told by its events a little before the
// record of its making is read.
func TestWhatIsToldBeforeItsBirthIsRead(t *testing.T) {
	s := newStory()
	s.Root(10, 2)
	s.fork(10, 1, 3)
	s.in(0, 10, 3)
	s.out(0, 10, 5)
	s.want(t, "2@0 3-5")
}

func TestNothingIsKeptForEver(t *testing.T) {
	s := newStory()
	tid := 1000
	for i := range 2000 {
		at := 10 * i
		s.fork(tid, 1, at)
		s.Root(tid, i)
		s.in(0, tid, at)
		s.fork(tid+1, tid, at+1)
		s.exit(0, tid, at+2)
		s.in(0, tid+1, at+2)
		s.exit(0, tid+1, at+3)
		s.Root(7, i) // one thread that serves them all
		s.End(i, ms(at+4))
		s.Settle(ms(at + 5))
		tid += 2
	}
	if n := len(s.told); n != 4000 {
		t.Errorf("%d spans told", n)
	}
	for name, n := range map[string]int{
		"roots": len(s.who.roots), "of one": len(s.who.roots[7]), "tasks": len(s.who.tasks), "made": len(s.who.made), "gone": len(s.who.gone),
	} {
		if n > 1000 {
			t.Errorf("%d %s are kept", n, name)
		}
	}
}

func BenchmarkLedger(b *testing.B) {
	l := NewLedger(func(Share) {})
	for i := range 16 {
		l.Root(100+i, i)
	}
	random := rand.New(rand.NewPCG(1, 2))
	at := time.Duration(0)
	for b.Loop() {
		tid := 100 + random.IntN(16)
		l.Take(Record{Kind: In, TID: tid, At: at})
		l.Take(Record{Kind: Out, TID: tid, At: at + time.Microsecond})
		at += 2 * time.Microsecond
	}
}

// Where records were lost, or none were made, it may never have been told who made a thread.
func TestAThreadWhoseMakingWasNotToldCanBeAdopted(t *testing.T) {
	s := newStory()
	s.Root(10, 0)
	s.Root(20, 1)
	s.fork(11, 10, 1)
	s.in(0, 11, 2)
	s.out(0, 11, 4)
	s.in(1, 30, 2) // who made it was not told
	s.out(1, 30, 5)
	s.Settle(ms(10))
	s.want(t, "0@0 2-4")
	s.Adopt(30, 1, ms(10))
	s.Adopt(11, 1, ms(10)) // it is known better
	s.fork(31, 30, 11)
	s.in(0, 31, 12)
	s.out(0, 31, 13)
	s.in(1, 11, 12)
	s.out(1, 11, 14)
	s.Settle(ms(20))
	s.want(t, "1@0 12-13, 0@1 12-14, 1@1 2-5")
	s.End(1, ms(20))
	s.Adopt(30, 0, ms(30)) // its number is a thread's of another task now
	s.in(0, 30, 31)
	s.out(0, 30, 33)
	s.want(t, "0@0 31-33")
}
