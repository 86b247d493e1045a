package python

import (
	"encoding/json"
	"errors"
	"fmt"

	"parallax/runner/python/wire"
)

// protocol is the version of the messages. The host says in its hello which it speaks.
const protocol = 1

// longestLine bounds one message of the host, in bytes. A stack of a thousand threads fits.
const longestLine = 16 << 20

// command is a message to the host.
type command struct {
	Type string `json:"type"`
	Slot int    `json:"slot"`
	ID   int    `json:"id,omitempty"` // repeated in the answer
	Hard bool   `json:"hard,omitempty"`
	Boot string `json:"boot,omitempty"` // of a "sub": what the subinterpreter begins with
	*runCommand
}

// runCommand is what a "run" has beyond that. The script's standard streams travel beside it, and its
// progress descriptor.
type runCommand struct {
	Path   wire.Text   `json:"path"`
	Module wire.Text   `json:"module,omitempty"` // to be run in the place of Path, beside which it is looked for
	Argv   []wire.Text `json:"argv"`
	Env    []wire.Text `json:"env"` // as "KEY=value"
	Cwd    wire.Text   `json:"cwd,omitempty"`
	CPUs   []int       `json:"cpus,omitempty"`

	Progress bool    `json:"progress,omitempty"` // a fourth descriptor is for it to say how far it is
	Grace    float64 `json:"grace"`              // seconds that processes which it leaves behind get to end
}

// event is a message from the host. Which fields it has goes by its type.
type event struct {
	Type string `json:"type"`
	Slot int    `json:"slot"`
	ID   int    `json:"id"`

	Protocol int `json:"protocol"` // of a hello
	PID      int `json:"pid"`
	Facts

	TID   int    `json:"tid"` // of a started or a thread
	Ident uint64 `json:"ident"`
	Up    bool   `json:"up"`

	Code       code   `json:"code"` // of an exit, and of a warning
	wire.Spent        // of an exit
	Leftover   int    `json:"leftover_threads"`
	Uncounted  bool   `json:"uncounted"` // some of its processes are not in what was used
	Left       string `json:"left"`      // what was said of processes that it has left behind, or ""

	OK    bool    `json:"ok"` // of a pause
	Where string  `json:"where"`
	MS    float64 `json:"ms"`

	Text string `json:"text"` // of a stack, a warning
	Why  string `json:"why"`  // of an error, a refusal
}

// code is the number that a script ended with, or the stable name of a warning.
type code struct {
	Number int
	Name   string
}

// UnmarshalJSON implements [json.Unmarshaler].
func (c *code) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &c.Name)
	}
	return json.Unmarshal(data, &c.Number)
}

// Facts are what a host says of its interpreter.
type Facts struct {
	Version        string `json:"version"` // such as "3.13.0"
	Implementation string `json:"implementation"`
	Executable     string `json:"executable"`
	GIL            bool   `json:"gil"`        // one thread at a time runs Python code
	Pause          bool   `json:"pause"`      // one thread can be held
	Kill           bool   `json:"kill"`       // one thread can be ended though it catches everything
	OwnFolder      bool   `json:"own_folder"` // each script has a working folder of its own
}

// decode reads one line of the host. Unknown types and fields are no errors: a newer host may have
// them.
func decode(line []byte) (event, error) {
	var ev event
	if err := json.Unmarshal(line, &ev); err != nil {
		return event{}, fmt.Errorf("the host sent what is no message (%.80q): %w", line, err)
	}
	if ev.Type == "" {
		return event{}, fmt.Errorf("the host sent a message without a type: %.80q", line)
	}
	return ev, nil
}

func (ev event) greet() error {
	if ev.Type != "hello" {
		return fmt.Errorf("the host began with %q, not with hello", ev.Type)
	}
	if ev.Protocol != protocol {
		return fmt.Errorf("the host speaks version %d of the protocol, not %d", ev.Protocol, protocol)
	}
	if ev.PID <= 0 {
		return errors.New("the host did not say which process it is")
	}
	return nil
}
