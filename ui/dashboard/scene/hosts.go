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
	var hosts, locks []runner.Host
	for _, i := range s.State.Active {
		h := s.State.Tasks[i].Host
		if h.ID == 0 {
			continue
		}
		h = runner.Host{ID: h.ID, Lock: h.Lock}
		if !slices.Contains(locks, h) {
			locks = append(locks, h)
		}
		if h.Lock = 0; !slices.Contains(hosts, h) {
			hosts = append(hosts, h)
		}
	}
	switch n := len(locks); {
	case n == 0:
		return ""
	case n > len(hosts):
		return fmt.Sprintf("%s in %s", draw.Plural(n, "interpreter", "interpreters"), draw.Plural(len(hosts), "process", "processes"))
	default:
		return fmt.Sprintf("%s × %d", draw.Plural(n, "interpreter", "interpreters"), (workers+n-1)/n)
	}
}

// Interpreters names those that tasks have run in, and says where no GIL keeps them apart:
// "python 3.14.7, no GIL"; "" where there are none.
func (k *Known) Interpreters() string {
	var names []string
	for _, h := range k.Hosts {
		name := h.Name
		if h.ID != 0 && h.Lock == 0 {
			name += ", no GIL"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	const shown = 2
	if more := len(names) - shown; more > 0 {
		names = append(names[:shown], fmt.Sprintf("%d more", more))
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
	words := []string{fmt.Sprintf("%s, interpreter %d", printable(host.Name), host.ID)}
	others := 0
	for _, i := range s.State.Active {
		if i != task && s.State.Tasks[i].Host.Lock == host.Lock {
			others++
		}
	}
	switch {
	case host.Lock == 0:
		words = append(words, "no GIL")
	case !s.State.Tasks[task].Status.Active():
	case others == 0:
		words = append(words, "the GIL to itself")
	default:
		words = append(words, "GIL shared with "+draw.Plural(others, "other", "others"))
	}
	return words
}
