// Package goroutine runs jobs inside the program, each on a goroutine that is locked to an OS
// thread of its own: the launcher of the model "goroutines".
//
// # What can run
//
// A Starlark script (Job.Script ending in .star, or in .py when the text is Starlark too), a
// built-in workload (see [Workloads]), or a [runner.Func]. The thread is never unlocked, so it ends
// with the job, and what the system says of it (CPU time, core, affinity) is the job's alone.
//
// Pause and cancel are cooperative. A script and a workload come to a checkpoint many times a
// millisecond; only a single call of a built-in function (sorting a huge list) lasts longer. A Func
// comes to one when it calls Call.Checkpoint: one that never does can neither be paused nor ended,
// for a goroutine cannot be killed, and Wait then lasts until it returns by itself.
//
// All jobs share one process. A failed script, a panic, runaway recursion and a single huge
// allocation fail that job only. Memory is shared: jobs that together hold more than the machine
// has end the whole program, as would a program of that size anywhere; so does writing out, or using
// as a key, a value nested millions deep. Run those as processes.
//
// # The language
//
// Starlark with top-level control flow, while, recursion (at most 10000 calls deep), sets and
// reassignment of globals. Beyond Starlark's own names a script sees:
//
//	args                the job's arguments, a list of strings
//	env                 the environment with the job's additions, a dict
//	sleep(seconds)      waits; time spent paused does not count
//	now()               seconds since 1970, a float
//	read_file(path)     a file's text; a relative path starts at the job's folder
//	sha256(x)           the digest of a string or bytes, in hex
//	math, json          Starlark's modules
//	print(..., sep, end, flush)   each call is one write to the log
//
// # Scripts that are both Python and Starlark
//
// These hold in both languages and give the same output: def, lambda, if, for, while, break,
// continue, return, comprehensions in brackets, list, dict, tuple, set(...), slices, default and
// keyword arguments, % and .format() for text, integers of any size, / // %, & | ^ << >>,
// comparison of two values, and, or, not, x if c else y. So do the functions abs all any bin bool
// chr dict divmod enumerate float hex int len list max min oct ord pow print range repr reversed
// round set sorted str sum tuple zip; __name__ is "__main__"; and __import__ gives what an import
// statement would, which Starlark cannot read:
//
//	time = __import__("time")   # sleep, time, monotonic, perf_counter
//	sys = __import__("sys")     # argv, exit
//	math = __import__("math")
//
// Not in Starlark: import, class, try, raise, with, yield, async, global, nonlocal, del, assert, is,
// decorators, f-strings, annotations, sets in braces, generator expressions, starred targets, :=,
// **, @, chained comparison, else after a loop, 1_000, "a" "b" (joined without +), iterating over a
// string, bool in arithmetic.
//
// Accepted by both, but not the same: text within a printed list, tuple or dict has double quotes in
// Starlark and single quotes in Python; a float from 1e6 on has an exponent there and in %s and
// .format(), which it has in Python from 1e16 on (print and str of the number itself are as in
// Python); Python's recursion ends at 1000 calls.
package goroutine
