package monitor

import (
	"errors"
	"fmt"
	"os"
)

// PSS returns the memory of a process in bytes, shared pages divided among those who share them. It
// takes some hundred microseconds; the error says why it is not told.
func PSS(pid int) (int64, error) {
	text, err := os.ReadFile(procPath(pid, "smaps_rollup"))
	if err != nil {
		return 0, fmt.Errorf("shared memory (PSS): %w", err)
	}
	if pss, ok := parsePSS(text); ok {
		return pss, nil
	}
	return 0, errors.New("shared memory (PSS): the system does not tell it")
}
