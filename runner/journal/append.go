package journal

import "parallax/runner"

// AppendEvent appends an event to b as the line of events.ndjson that tells it, with its newline.
// ended is used for [runner.RunEnded] only.
func AppendEvent(b []byte, ev runner.Event, ended Tally) []byte { return appendEvent(b, ev, ended) }
