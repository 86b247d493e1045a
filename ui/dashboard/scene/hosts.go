package scene

import (
	"fmt"
	"slices"
	"strings"

	"parallax/runner"
	"parallax/ui/draw"
)

// Sharing says what the tasks that run share: "1 interpreter × 4", or "" where they share nothing.
// workers is how many run at a time.
func (s *Scene) Sharing(workers int) string {
	hosts := len(s.Known.hosts)
	switch n := len(s.Known.places); {
	case n == 0:
		return ""
	case n > hosts:
		return fmt.Sprintf("%s in %s", draw.Plural(n, "interpreter", "interpreters"), draw.Plural(hosts, "process", "processes"))
	default:
		return fmt.Sprintf("%s × %d", draw.Plural(n, "interpreter", "interpreters"), (workers+n-1)/n)
	}
}

// Interpreters names those that tasks have run in, and says where no GIL keeps them apart:
// "python 3.14.7, no GIL"; "" where there are none.
func (k *Known) Interpreters() string {
	const shown = 2
	names := k.names
	if more := len(names) - shown; more > 0 {
		names = append(slices.Clone(names[:shown]), fmt.Sprintf("%d more", more))
	}
	return printable(strings.Join(names, " · "))
}

// Within says which interpreter a task runs in, and with how many others it shares the GIL there.
func (s *Scene) Within(task int) []string {
	host := s.State.Tasks[task].Host
	if host.Name == "" {
		return nil
	}
	if host.ID == 0 {
		return []string{printable(host.Name)}
	}
	words := []string{fmt.Sprintf("%s, %s %d", printable(host.Name), s.Shared(task), host.ID)}
	others := s.Known.places[place{host.ID, host.Lock}] - 1
	switch {
	case host.Lock == 0:
		words = append(words, "no GIL")
	case !s.State.Tasks[task].Status.Active():
	case others <= 0:
		words = append(words, "the GIL to itself")
	default:
		words = append(words, "GIL shared with "+draw.Plural(others, "other", "others"))
	}
	return words
}

// Shared is what to call that which a task shares with others: the process where each has an
// interpreter of its own in it, else the interpreter.
func (s *Scene) Shared(task int) string {
	if s.State.Jobs[task].Model == runner.Interpreters {
		return "process"
	}
	return "interpreter"
}
