package zygote

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"parallax/runner"
)

// protocol is the version of the messages, which a zygote repeats.
const protocol = 1

// longestLine bounds one message of a zygote, in bytes.
const longestLine = 4 << 20

// text is a string that may hold bytes which are no UTF-8, as paths and environments may. They
// travel as Python's surrogate escapes.
type text string

// MarshalJSON implements [json.Marshaler].
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	out := []byte{'"'}
	for s := string(t); s != ""; {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			out = fmt.Appendf(out, `\udc%02x`, s[0])
		} else {
			quoted, err := json.Marshal(s[:n])
			if err != nil {
				return nil, err
			}
			out = append(out, quoted[1:len(quoted)-1]...)
		}
		s = s[n:]
	}
	return append(out, '"'), nil
}

func texts(list []string) []text {
	out := make([]text, len(list)) // never nil: null is no list
	for i, s := range list {
		out[i] = text(s)
	}
	return out
}

// orders say what a zygote is to import. They are the first line that it gets.
type orders struct {
	Modules []text `json:"modules"`
	Scripts []text `json:"scripts"` // absolute; one for each job of the run that has one
	Skip    []text `json:"skip"`    // what "auto" is not to import
}

// command is a message to a zygote.
type command struct {
	Type string `json:"type"`
	ID   int    `json:"id,omitempty"` // of a run; repeated in the answer
	PID  int    `json:"pid,omitempty"`
	*runCommand
}

// runCommand is what a "run" has beyond that. The script's descriptors travel beside it.
type runCommand struct {
	Argv []text `json:"argv"` // as the script is to see it
	Orig []text `json:"orig"` // with the interpreter before it
	Env  []text `json:"env"`  // as "KEY=value"
	Cwd  text   `json:"cwd"`  // "" is the zygote's own
	CPUs []int  `json:"cpus,omitempty"`
}

// event is a message from a zygote. Which fields it has goes by its type.
type event struct {
	Type string `json:"type"`
	ID   int    `json:"id"`
	PID  int    `json:"pid"`

	Protocol int      `json:"protocol"` // of a hello
	Modules  []string `json:"modules"`

	Module string `json:"module"` // of an importing, an unfit
	Auto   bool   `json:"auto"`   // it was found, not asked for
	Why    string `json:"why"`

	Status      uint32  `json:"status"` // of a reaped, as wait4 gives it
	User        float64 `json:"user"`   // seconds
	System      float64 `json:"system"`
	MaxRSS      int64   `json:"max_rss"` // KiB
	Voluntary   int64   `json:"voluntary"`
	Involuntary int64   `json:"involuntary"`
}

// decode reads one line of a zygote.
func decode(line []byte) (event, error) {
	var ev event
	if err := json.Unmarshal(line, &ev); err != nil {
		return event{}, fmt.Errorf("the preloaded interpreter sent what is no message (%.80q): %w", line, err)
	}
	return ev, nil
}

func (ev event) usage() runner.Usage {
	return runner.Usage{
		Known: true, User: seconds(ev.User), System: seconds(ev.System), MaxRSS: ev.MaxRSS << 10,
		Voluntary: ev.Voluntary, Involuntary: ev.Involuntary,
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
