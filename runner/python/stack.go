package python

import (
	"errors"
	"fmt"
	"regexp"
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

// dumped reads the stack from what the interpreter prints on a signal, once nobody else does. It gives
// up when over is closed.
func (t *Task) dumped(over <-chan struct{}) (string, error) {
	timer := time.NewTimer(stackPatience)
	defer timer.Stop()
	silent := fmt.Errorf("the interpreter did not answer for %v: C code in one of its scripts does not let go", 2*stackPatience)
	select {
	case t.host.dumping <- struct{}{}:
		defer func() { <-t.host.dumping }()
	case <-over:
		return "", errTaskOver
	case <-timer.C:
		return "", silent
	}
	from, err := t.host.size()
	if err != nil {
		return "", err
	}
	if err := t.host.dump(); err != nil {
		return "", err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var seen printing
	for {
		select {
		case <-tick.C:
			if !seen.whole(t.host.printed(from)) {
				continue
			}
		case <-over:
			return "", errTaskOver
		case <-timer.C: // more may be printed all the time: what there is will do
		}
		if s := oneOf(seen.text, t.ident); s != "" {
			return s + "\n", nil
		}
		return "", silent
	}
}

// printing tells when a dump has been printed, from looks at it. It has no end mark.
type printing struct {
	text string // at the last look
	same int    // how many looks before that one saw the same
}

// stillLooks is how many looks must find a dump as it was: the interpreter prints it in small pieces,
// without a pause but for what a busy machine makes.
const stillLooks = 5

// frameLine is what a dump's last line looks like.
var frameLine = regexp.MustCompile(`(?:^|\n)(?:  File ".*", line .* in .*|  <.*>|(?:  )?\.\.\.)\n$`)

// whole takes a look and reports whether the dump is whole.
func (p *printing) whole(text string) bool {
	if text != p.text {
		p.text, p.same = text, 0
		return false
	}
	p.same++
	return p.same >= stillLooks && frameLine.MatchString(text)
}
