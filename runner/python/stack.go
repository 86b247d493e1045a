package python

import (
	"errors"
	"fmt"
	"time"
)

// stackPatience is how long an interpreter may take to say where its threads are.
const stackPatience = 2 * time.Second

var errTaskOver = errors.New("the script is over")

// Stack implements [runner.Stacker]. An interpreter that does not answer, because C code holds its
// lock, is made to print where its threads are: that works from Python's own signal handler.
func (t *Task) Stack() (string, error) {
	answer, forget, err := t.host.ask(command{Type: "stack", Slot: t.slot})
	if err != nil {
		return "", err
	}
	defer forget()
	timer := time.NewTimer(stackPatience)
	defer timer.Stop()
	select {
	case ev, ok := <-answer:
		if !ok || ev.Text == "" {
			return "", errTaskOver
		}
		return ev.Text, nil
	case <-t.done:
		return "", errTaskOver
	case <-timer.C:
	}
	return t.dumped(t.done)
}

// dumped reads the stack from what the interpreter prints on a signal. It gives up when over is closed.
func (t *Task) dumped(over <-chan struct{}) (string, error) {
	from, err := t.host.size()
	if err != nil {
		return "", err
	}
	if err := dump(t.host.id.PID); err != nil {
		return "", err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(stackPatience); time.Now().Before(deadline); {
		select {
		case <-tick.C:
		case <-over:
			return "", errTaskOver
		}
		if s := oneOf(t.host.printed(from), t.ident); s != "" {
			return s + "\n", nil
		}
	}
	return "", fmt.Errorf("the interpreter did not answer for %v: C code in one of its scripts does not let go", 2*stackPatience)
}
