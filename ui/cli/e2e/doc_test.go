// Package e2e_test drives the real program in a real pseudo-terminal, as a user would: keys are
// typed, the screen is read through a terminal emulator, and after each test nothing may be left:
// no process of it, no mode of the terminal, no run that cannot be read back.
package e2e_test
