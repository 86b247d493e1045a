package output

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parallax/ui/logs"
)

// Keys repeat faster than a log is read: each is to count, whichever answers come.
func TestScrollingCountsWhatIsNotAnsweredYet(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "line %d\n", i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "log"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	end, err := logs.Tail(filepath.Join(dir, "log"), -1, 10)
	if err != nil {
		t.Fatal(err)
	}
	p := Opened(0, dir, "log", false)
	p.Resize(10, -1)
	at := func(want string) {
		t.Helper()
		if len(p.lines) != 10 || p.lines[0].Text != want {
			t.Fatalf("at %+v, want %s first", p.lines, want)
		}
	}
	first := p.Scroll(-3, end.Lines)
	second := p.Scroll(-3, end.Lines)
	third := p.Scroll(2, end.Lines)
	p.Update(first()) // stale
	p.Update(third())
	p.Update(second()) // stale
	at("line 87")
	p.Update(p.Scroll(-200, end.Lines)())
	at("line 1")
	p.Update(p.Scroll(85, end.Lines)())
	at("line 86")
	p.Update(p.Scroll(7, end.Lines)()) // past the end: the last line stays on the last row
	at("line 91")
}
