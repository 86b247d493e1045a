//go:build unix

package wire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what should come, on a busy machine.
const patience = 60 * time.Second

// pair is a connection whose two ends are here.
type pair struct {
	t       *testing.T
	ours    *Conn
	theirs  *net.UnixConn
	writing sync.WaitGroup
}

func newPair(t *testing.T) *pair {
	t.Helper()
	ours, end, err := Pair("test")
	if err != nil {
		t.Fatal(err)
	}
	defer end.Close()
	theirs, err := net.FileConn(end)
	if err != nil {
		t.Fatal(err)
	}
	p := &pair{t: t, ours: ours, theirs: theirs.(*net.UnixConn)}
	p.writing.Go(ours.Deliver)
	t.Cleanup(func() {
		_ = ours.Close()
		p.writing.Wait()
		_ = theirs.Close()
	})
	for _, c := range []net.Conn{ours, theirs} {
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// ended waits until the writer has.
func (p *pair) ended() {
	p.t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.writing.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		p.t.Fatal("the writer did not end")
	}
}

// pipe returns both ends of one; out is closed with the test.
func pipe(t *testing.T) (out, in *os.File) {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.Close() })
	if err := out.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return out, in
}

func TestMessagesComeInOrderWithTheirDescriptors(t *testing.T) {
	p := newPair(t)
	out, in := pipe(t)
	if err := p.ours.Send(map[string]int{"n": 1}, in); err != nil {
		t.Fatal(err)
	}
	in.Close() // what was sent is a copy
	for n := 2; n <= 100; n++ {
		if err := p.ours.Send(map[string]int{"n": n}); err != nil {
			t.Fatal(err)
		}
	}
	first, beside := make([]byte, 1), make([]byte, 1024)
	n, oobn, _, _, err := p.theirs.ReadMsgUnix(first, beside)
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	messages, err := unix.ParseSocketControlMessage(beside[:oobn])
	if err != nil || len(messages) != 1 {
		t.Fatalf("%d messages beside, %v", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		t.Fatalf("descriptors %v, %v", fds, err)
	}
	got := os.NewFile(uintptr(fds[0]), "in")
	if _, err := got.WriteString("through"); err != nil {
		t.Error(err)
	}
	got.Close()
	if text, err := io.ReadAll(out); err != nil || string(text) != "through" {
		t.Errorf("the pipe has %q, %v", text, err)
	}
	lines := bufio.NewScanner(io.MultiReader(strings.NewReader(string(first)), p.theirs))
	for n := 1; n <= 100; n++ {
		if want := fmt.Sprintf(`{"n":%d}`, n); !lines.Scan() || lines.Text() != want {
			t.Fatalf("line %q, not %s: %v", lines.Text(), want, lines.Err())
		}
	}
}

func TestNobodyWaitsForWhoDoesNotReadAndClosingLeavesNothingOpen(t *testing.T) {
	p := newPair(t)
	big := strings.Repeat("x", 1<<18)
	for range 8 { // more than a socket holds
		if err := p.ours.Send(big); err != nil {
			t.Fatal(err)
		}
	}
	out, in := pipe(t)
	if err := p.ours.Send(big, in); err != nil {
		t.Fatal(err)
	}
	in.Close()
	if err := p.ours.Close(); err != nil {
		t.Fatal(err)
	}
	p.ended()
	if text, err := io.ReadAll(out); err != nil || len(text) > 0 {
		t.Errorf("what was to be handed over is still open: %q %v", text, err)
	}
	if err := p.ours.Send("late"); !errors.Is(err, ErrClosed) {
		t.Errorf("sent into a closed connection: %v", err)
	}
}

func TestWhoHasGoneIsSentNothing(t *testing.T) {
	p := newPair(t)
	if err := p.theirs.Close(); err != nil {
		t.Fatal(err)
	}
	late := time.Now().Add(patience)
	for err := error(nil); !errors.Is(err, ErrClosed); {
		if err = p.ours.Send("is anybody there?"); err != nil && !errors.Is(err, ErrClosed) || time.Now().After(late) {
			t.Fatalf("send: %v", err)
		}
	}
	p.ended()
	if err := p.ours.Send("late", os.Stdin); !errors.Is(err, ErrClosed) {
		t.Errorf("send: %v", err)
	}
}

func TestAMessageThatCannotBeWrittenEndsTheOther(t *testing.T) {
	p := newPair(t)
	if err := p.ours.SetWriteDeadline(time.Unix(1, 0)); err != nil { // stands for any error of a write
		t.Fatal(err)
	}
	if err := p.ours.Send("cut"); err != nil {
		t.Fatal(err)
	}
	p.ended()
	if text, err := io.ReadAll(p.theirs); err != nil || len(text) > 0 { // it sees the end, and ends
		t.Errorf("%q %v", text, err)
	}
	if err := p.ours.Send("late"); !errors.Is(err, ErrClosed) {
		t.Errorf("send: %v", err)
	}
}

func TestALineHasALimit(t *testing.T) {
	for length, want := range map[int]error{99: nil, 100: bufio.ErrTooLong} {
		p := newPair(t)
		lines := p.ours.Lines(100)
		if _, err := p.theirs.Write([]byte(strings.Repeat("x", length) + "\n")); err != nil {
			t.Fatal(err)
		}
		if got := lines.Scan(); got != (want == nil) || !errors.Is(lines.Err(), want) {
			t.Errorf("a line of %d bytes: %v, %v", length, got, lines.Err())
		}
	}
}

func TestADescriptorThatCannotBeCopiedSendsNothing(t *testing.T) {
	p := newPair(t)
	out, in := pipe(t)
	in.Close()
	if err := p.ours.Send("with a closed file", out, in); err == nil || errors.Is(err, ErrClosed) {
		t.Errorf("send: %v", err)
	}
	if err := p.ours.Send("next"); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(p.theirs); !lines.Scan() || lines.Text() != `"next"` {
		t.Errorf("%q %v", lines.Text(), lines.Err())
	}
}
