// Package runner runs jobs side by side and says what happens to them as one ordered stream of events.
//
// A [Job] is what was asked for. A task is a job of this run: it has an index (its place in the
// list of jobs), a [Status], and a number of tries. [Run] owns all tasks in one goroutine; it asks
// the pure [Queue] what may start next, starts it through the [Launcher] of the job's [Model], and
// emits an [Event] for every change. Everything that anyone shows is [State], a fold over those
// events, so a live run and one read back from its folder look the same.
//
// Events come in two classes. Changes of state (all but [Sampled]) are never lost and never
// reordered. Samples are snapshots: a reader that is slow gets neighbouring ones merged, and
// Sampled.Merged counts how many went into one.
//
// The package knows no screen and no model of parallelism by name beyond the list in model.go;
// launchers live in the packages below it.
package runner
