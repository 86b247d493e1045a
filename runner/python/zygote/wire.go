package zygote

import (
	"encoding/json"
	"fmt"

	"parallax/runner/python/wire"
)

// protocol is the version of the messages, which a zygote repeats.
const protocol = 1

// longestLine bounds one message of a zygote, in bytes.
const longestLine = 4 << 20

// orders say what a zygote is to import. They are the first line that it gets.
type orders struct {
	Modules []wire.Text `json:"modules"`
	Scripts []wire.Text `json:"scripts"` // absolute; one for each job of the run that has one
	Skip    []wire.Text `json:"skip"`    // what "auto" is not to import
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
	Argv []wire.Text `json:"argv"` // as the script is to see it
	Orig []wire.Text `json:"orig"` // with the interpreter before it
	Env  []wire.Text `json:"env"`  // as "KEY=value"
	Cwd  wire.Text   `json:"cwd"`  // "" is the zygote's own
	CPUs []int       `json:"cpus,omitempty"`
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

	Status uint32 `json:"status"` // of a reaped, as wait4 gives it
	wire.Spent
}

// decode reads one line of a zygote.
func decode(line []byte) (event, error) {
	var ev event
	if err := json.Unmarshal(line, &ev); err != nil {
		return event{}, fmt.Errorf("the preloaded interpreter sent what is no message (%.80q): %w", line, err)
	}
	return ev, nil
}
