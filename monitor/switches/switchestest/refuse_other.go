//go:build !linux

// Package switchestest has tests be where the kernel records no context switches.
package switchestest
