package process

// Stack tells of each process of the try what it does: its command, its state in words and how many
// threads it has. Children are indented below their parents. It implements [runner.Stacker].
func (h *handle) Stack() (string, error) {
	h.mu.Lock()
	over := h.over
	h.mu.Unlock()
	if over {
		return "", errOver
	}
	return describe([]int{h.cmd.Process.Pid}, h.lens)
}
