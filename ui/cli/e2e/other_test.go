//go:build !linux && !darwin

package e2e_test

import "testing"

func TestOnATerminal(t *testing.T) {
	t.Skip("needs pseudo-terminals and process groups as Linux and macOS have them")
}
