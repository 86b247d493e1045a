package themes

import (
	"strconv"
	"strings"
	"time"
)

// Patience is how long [DarkBackground] should wait for a terminal at a start. Terminals answer
// within a few milliseconds, also through a network nearby.
const Patience = 100 * time.Millisecond

// DarkBackground reports whether the terminal has a dark background. It asks the terminal and waits
// at most about as long as told; where there is no answer COLORFGBG tells, and else it is dark. It
// reads from the terminal: call it before anything else does, not while the screen is drawn.
func DarkBackground(getenv func(string) string, wait time.Duration) bool {
	if answers(getenv) {
		if dark, known := darkReply(ask(backgroundQuery, wait, complete)); known {
			return dark
		}
	}
	fields := strings.Split(getenv("COLORFGBG"), ";")
	if len(fields) < 2 {
		return true
	}
	n, err := strconv.Atoi(fields[len(fields)-1])
	return err != nil || n < 7 || n == 8 || n > 15
}

// answers reports whether it makes sense to ask: the others do not understand, and may show what
// they do not understand.
func answers(getenv func(string) string) bool {
	switch term := getenv("TERM"); {
	case term == "", term == "dumb", term == "linux", strings.HasPrefix(term, "vt"):
		return false
	case strings.HasPrefix(term, "screen"):
		return getenv("TMUX") != "" // tmux used to call itself screen
	}
	return true
}

// backgroundQuery asks for the background (OSC 11), then for what the terminal is (DA1). All
// terminals answer the second, in order, so one that passes over the first is not waited for.
const backgroundQuery = "\x1b]11;?\x1b\\" + "\x1b[c"

// complete reports whether the answer to the second query, "\x1b[?…c", has come whole.
func complete(reply string) bool {
	_, answer, found := strings.Cut(reply, "\x1b[?")
	return found && strings.Contains(answer, "c")
}

// darkReply reads the answer to OSC 11: "\x1b]11;rgb:RRRR/GGGG/BBBB" with one to four hexadecimal
// digits a channel, and perhaps an alpha.
func darkReply(reply string) (dark, known bool) {
	_, value, found := strings.Cut(reply, "\x1b]11;rgb")
	if !found {
		return false, false
	}
	end := strings.IndexAny(value, "\x1b\a")
	_, channels, found := strings.Cut(value[:max(end, 0)], ":")
	parts := strings.Split(channels, "/")
	if end < 0 || !found || len(parts) < 3 {
		return false, false
	}
	var rgb [3]int
	for i := range rgb {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		most := uint64(1)<<(4*len(parts[i])) - 1
		rgb[i] = int(v * 255 / most)
	}
	return oklab(rgb)[0] < 0.6, true // halfway between black and white looks like a lightness of 0.6
}
