// Package switches tells which thread was on which core from when to when, exactly: as the kernel
// records each context switch of this process and of all that it starts from then on, however short
// it lives. It knows no tasks and no runs: [Owners] only maps threads to numbers that its caller gave.
//
// It needs Linux with perf_event_open(2) and works without privileges as long as
// /proc/sys/kernel/perf_event_paranoid is 2 or less. Elsewhere [Open] says why it can't.
package switches
