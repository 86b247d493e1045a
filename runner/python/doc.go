// Package python runs unmodified Python scripts as threads of one interpreter: the model
// [runner.Threads].
//
// A host program (the files in host/, embedded, standard library only) runs in an interpreter that
// is started as a process. It and this package speak by a socket of their own, never by what scripts
// print: see docs/python-host.md. Each script runs as __main__ on a thread, with its own arguments,
// standard streams, environment, working folder, modules and exit status. Its streams are real
// descriptors (the task's log file), so output passes through nothing of ours.
//
// A [Host] is one interpreter with its scripts. A [Launcher] has one Host for each interpreter that
// jobs ask for, started with the first of them, and a new one when the last has died.
//
// An interpreter that dies takes its scripts with it: each fails with that reason.
package python
