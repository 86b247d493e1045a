// Package quiet keeps bubbletea from asking the terminal for its background before main begins.
//
// The first line of bubbletea v1 lives in an init function: through lipgloss and termenv it sends a
// query to the terminal and waits up to 5 seconds for the answer, whatever the program was started
// for. A terminal that does not answer (a serial line, a test, an expect script) makes even
// "parallax --help" hang, and every start writes escape sequences that nobody asked for. There is no
// switch. termenv does not ask when TERM says that the terminal is dumb, so that is what it is told,
// for as long as packages are initialised and no longer; package done, which is initialised after
// bubbletea, puts the truth back.
//
// That the order is right is kept by the language: packages are initialised in the order of their
// paths as soon as all that they import is. This one imports nothing but os, and termenv needs
// text/template, which sorts after it. A test starts a program on a terminal that never answers.
//
// Import package done for its effect; nothing is to be called.
package quiet

import "os"

var before, was = os.LookupEnv("TERM")

func init() { _ = os.Setenv("TERM", "dumb") } // cannot fail: name and value are fixed

// Restore makes TERM what it was. It is for package done.
func Restore() {
	if was {
		_ = os.Setenv("TERM", before)
	} else {
		_ = os.Unsetenv("TERM")
	}
}
