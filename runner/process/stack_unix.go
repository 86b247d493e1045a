//go:build unix

package process

// Stack tells of each process of the try what it does: its command, its state in words, what it waits
// for where the system tells, how many threads it has and, of an interpreter that can be looked into,
// where it is in its own language. Children are indented below their parents. It implements
// [runner.Stacker].
func (h *handle) Stack() (string, error) {
	h.mu.Lock()
	over, roots := h.over, []int{h.child.pid}
	if h.reaped {
		roots = append([]int(nil), h.strays...)
	}
	h.mu.Unlock()
	if over {
		return "", errOver
	}
	return describe(roots, h.lens)
}
