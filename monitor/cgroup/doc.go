// Package cgroup reads which limits the control groups of Linux put on this process: how many cores' worth
// of time it may use, how often it was held back for that, and how much memory it may have. It knows both
// versions of the hierarchy, and containers, which see a part of it.
//
// All is read from a file system that the caller hands in, "/" for the real one. Any function may be called
// from any goroutine.
package cgroup
