//go:build unix

package python

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parallax/runner"
	"parallax/runner/python/which"
)

func TestAVigilAsksWhileScriptsRunAndTellsOnceOfSilence(t *testing.T) {
	type step struct {
		at       int // seconds
		busy     bool
		answered bool
		want     due
	}
	for name, steps := range map[string][]step{
		"nothing runs":          {{2, false, false, nothing}, {4, false, false, nothing}},
		"it answers":            {{2, true, false, ping}, {2, true, true, nothing}, {4, true, false, ping}, {5, true, true, nothing}},
		"it is late":            {{2, true, false, ping}, {4, true, false, nothing}, {6, true, false, nothing}, {6, true, true, nothing}, {8, true, false, ping}},
		"it is silent":          {{2, true, false, ping}, {4, true, false, nothing}, {6, true, false, nothing}, {8, true, false, alarm}, {10, true, false, nothing}, {11, true, true, relief}, {12, true, false, ping}},
		"it is silent for good": {{2, true, false, ping}, {7, true, false, alarm}, {600, true, false, nothing}},
		"its scripts are over":  {{2, true, false, ping}, {9, false, false, nothing}, {9, false, true, nothing}, {10, false, false, nothing}},
	} {
		t.Run(name, func(t *testing.T) {
			v := vigil{patience: 5 * time.Second}
			began := time.Now()
			for _, s := range steps {
				if do, quiet := v.tick(began.Add(time.Duration(s.at)*time.Second), s.busy, s.answered); do != s.want {
					t.Fatalf("after %d s: %v (quiet for %v), want %v", s.at, do, quiet, s.want)
				}
			}
		})
	}
}

// heard collects what is said of scripts.
type heard struct {
	mu   sync.Mutex
	said []string
}

func (h *heard) say(level runner.Level, code, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said = append(h.said, fmt.Sprint(level, " ", code, " ", text))
}

func (h *heard) count(part string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(slices.DeleteFunc(slices.Clone(h.said), func(s string) bool { return !strings.Contains(s, part) }))
}

func (h *heard) all() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.said, "\n")
}

func TestASilentInterpreterIsToldOfWithTheCulpritAndWhenItIsOver(t *testing.T) {
	b := newBench(t, locked(t, which.Oldest))
	var ears heard
	b.say, b.launcher.patience = ears.say, 400*time.Millisecond
	other := b.script(counter)
	other.says("1000\n")
	// C code that adds up never looks whether another thread wants the GIL.
	text := "print('ready')\ndef silent():\n    return sum(range(240_000_000))\nsilent()\nimport time\ntime.sleep(1000)"
	culprit := b.launch(runner.Job{Name: "culprit", Script: b.write("culprit.py", text)})
	culprit.says("ready")
	want := `"culprit" holds the GIL, called at ` + culprit.script + ":3"
	if runtime.GOOS != "linux" {
		want = "one of its scripts holds the GIL"
	}
	eventually(t, "both are told", func() bool { return ears.count(want) >= 2 }, ears.all)
	eventually(t, "both are told that it is over", func() bool { return ears.count("answers again, after") >= 2 }, ears.all)
	culprit.stop(runner.Kill)
	other.stop(runner.Kill)
	culprit.wait()
	other.wait()
}
