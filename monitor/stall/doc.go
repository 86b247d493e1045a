// Package stall decides whether a task has stalled: it has long used no core, printed nothing and told
// no progress, and all its threads wait for what is not known to end.
//
// It is all arithmetic and words: the caller reads the clock and the system.
package stall
