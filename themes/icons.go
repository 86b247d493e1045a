package themes

import "strings"

// Icons are what stands for the states of a job, one column wide each, so that no state is told by
// colour alone.
type Icons struct {
	Running, Paused, Queued, Failed, Cancelled, Succeeded string
	Stopping                                              string // told to end, not yet over
	Pausing                                               string // told to hold, not yet held
	Stalled                                               string // long without a sign of life
}

// UnicodeIcons are the icons of the pictures.
var UnicodeIcons = Icons{
	Running: "●", Paused: "‖", Queued: "◌", Failed: "✗", Cancelled: "⊘", Succeeded: "✓", Stopping: "◐",
	Pausing: "¦", Stalled: "◇",
}

// ASCIIIcons are for terminals without UTF-8.
var ASCIIIcons = Icons{
	Running: "*", Paused: "|", Queued: ".", Failed: "x", Cancelled: "-", Succeeded: "+", Stopping: "~",
	Pausing: ":", Stalled: "?",
}

// UTF8 reports whether the environment's locale is one of UTF-8. Where none is set it is believed to
// be, as on most systems of today; the locales "C" and "POSIX" without a charset are not.
func UTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set decides
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
