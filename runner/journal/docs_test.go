package journal

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// events returns the fenced blocks in a language in docs/events.md.
func events(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, part := range strings.Split(string(text), "```"+language+"\n")[1:] {
		block, _, _ := strings.Cut(part, "```")
		blocks = append(blocks, block)
	}
	return blocks
}

func TestTheDocumentedLinesAreTrue(t *testing.T) {
	seen := map[string]bool{}
	for _, block := range events(t, "json") {
		for line := range strings.Lines(block) {
			d := newDecoder(2)
			ev, err := d.event([]byte(line))
			if err != nil || len(d.unknown) > 0 {
				t.Errorf("%v, unknown %v: %s", err, d.unknown, line)
				continue
			}
			seen[ev.Type()] = true
			if again := string(AppendEvent(nil, ev, Tally{1, 1, 0})); again != line {
				t.Errorf("documented %swritten    %s", line, again)
			}
		}
	}
	if len(seen) != 11 {
		t.Errorf("only %v have an example", seen)
	}
}

func TestTheDocumentedCommandsWork(t *testing.T) {
	jq, err := exec.LookPath("jq")
	if err != nil {
		t.Skip("needs jq")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("needs sh")
	}
	w := small(t, t.TempDir())
	want := []string{"0\tsucceeded\t0.6\tunknown\n1\tcancelled\t0.7\tunknown\n", "job 1: cancelled\n", "0.2\t0\t"}
	blocks := events(t, "sh")
	if len(blocks) != len(want) {
		t.Fatalf("%d commands, want %d", len(blocks), len(want))
	}
	for i, block := range blocks {
		cmd := exec.Command("sh", "-c", block)
		cmd.Dir = w.Dir()
		out, err := cmd.CombinedOutput()
		got := strings.ReplaceAll(string(out), "00000\t", "\t") // some versions of jq keep numbers as they were written
		if err != nil || !strings.HasPrefix(got, want[i]) {
			t.Errorf("%s with %s: %v\n%s", jq, block, err, out)
		}
	}
}
