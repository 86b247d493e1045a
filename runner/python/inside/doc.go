// Package inside looks into Python scripts that run as processes of their own: where they are, thread
// by thread, also while they sleep or are in C code.
//
// The script is run as ever, `python script.py`. Through PYTHONPATH the interpreter finds a
// sitecustomize.py of ours first, which takes itself out of the way before anything of the script runs
// (the environment and sys.path are then as without it, and the user's own sitecustomize is run), and
// leaves Python's faulthandler listening to a signal, with a file of ours, high up among the
// descriptors, to write to.
//
// The signal is SIGURG: of what nobody listens to the default is that nothing happens. So a process
// that has just become another program cannot be ended by it. It is sent only to a process that
// catches it and still has our file at the place where the answer goes, so a script that closes all
// descriptors gets no text into its own files.
//
// What a script may notice: a system call that the asked thread is in may be interrupted (EINTR), which
// Python itself has retried since 3.5 and C libraries mostly do. Under a thousand questions a second a
// sleep on Python 3.6 was seen to fail with errno 0: the handler of that version may leave another one
// behind in the instant between the failure of a call and the look at why. Nobody asks that often.
//
// An interpreter that is told to take no notice of its environment (-I, -E, -S) is left alone.
package inside
