//go:build unix

package process

import "testing"

func TestWhatWasLeftBehindIsCounted(t *testing.T) {
	for want, names := range map[string][]string{
		"": nil,
		"left 1 process behind: sleep (pid 1), ended by itself":                    {"sleep (pid 1)"},
		"left 2 processes behind: sleep (pid 1), cat (pid 2), ended by themselves": {"sleep (pid 1)", "cat (pid 2)"},
	} {
		if got := leftBehind(names, "ended by itself"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
