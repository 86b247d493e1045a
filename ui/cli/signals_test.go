package cli

import (
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"parallax/ui/cli/session"
)

func TestASignalThatIsSentTwiceAtOnceIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		e := &ending{stage: session.NewStage(t.Context(), session.Env{}), say: func(text string) { said = append(said, text) }}
		e.take(syscall.SIGTERM)
		e.take(syscall.SIGTERM) // to the program, then to its group
		if e.count != 1 {
			t.Errorf("%d signals count", e.count)
		}
		time.Sleep(time.Second)
		e.take(syscall.SIGTERM)
		if len(said) != 2 || !strings.Contains(said[0], "ending the jobs") || !strings.Contains(said[1], "again: killing") {
			t.Errorf("said %q", said)
		}
	})
}
