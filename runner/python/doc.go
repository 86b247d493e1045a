// Package python runs unmodified Python scripts inside of interpreters that are shared: the models
// [runner.Threads], [runner.Hybrid] and [runner.Interpreters].
//
// A host program (the files in host/, embedded, standard library only) runs in an interpreter that
// is started as a process. It and this package speak by a socket of their own, never by what scripts
// print: see docs/python-host.md. Each script runs as __main__ on a thread, with its own arguments,
// standard streams, environment, working folder, modules and exit status. Its streams are real
// descriptors (the task's log file), so output passes through nothing of ours.
//
// A [Host] is one interpreter with its scripts, a [Task] one script. A [Launcher] serves one model:
//
//   - threads: one process for each Python that jobs ask for; it starts with the first of them, and a
//     new one is started when the last has died.
//   - hybrid: several processes. A script goes to the one with the fewest, so that all are in use
//     before one has a second; none is started before it has a script.
//   - interpreters: one process, in which each script has a subinterpreter with a GIL of its own
//     (Python 3.13 and later). It is made for the script and taken down after it; the process keeps 5 MiB
//     (3.13), 8 MiB (3.14) or 11 MiB (3.14 without a GIL) of each for itself until it ends.
//
// What shares a process shares its fate: when it dies, each script in it fails with that reason, and
// all but the one that it died of are said to be lost ([runner.Exit]).
package python
