package wire

import (
	"time"

	"parallax/runner"
)

// Spent is what a message says of how much a script has used of the machine. What the other end does
// not know is 0.
type Spent struct {
	User        float64 `json:"user"` // seconds on a core
	System      float64 `json:"system"`
	MaxRSS      int64   `json:"max_rss"` // KiB
	Voluntary   int64   `json:"voluntary"`
	Involuntary int64   `json:"involuntary"`
}

// Usage returns the same as the runner tells it.
func (s Spent) Usage() runner.Usage {
	return runner.Usage{
		Known: true, User: seconds(s.User), System: seconds(s.System), MaxRSS: s.MaxRSS << 10,
		Voluntary: s.Voluntary, Involuntary: s.Involuntary,
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
