// Package process runs jobs as operating system processes: the model [runner.Processes].
//
// Each job is the leader of a session and process group of its own. What the job starts belongs to
// that group, and the job is over when the group is empty, not when its leader has ended: what the
// leader left behind is first waited for, then asked to end, then killed. A process that went into
// a session of its own (a daemon) is left alone, and named.
//
// A job's output goes straight into its log files. No pipe, no copy and no goroutine stands
// between, so a job can neither be slowed by its reader nor lose output with it.
//
// Nothing survives parallax. It ends its jobs itself when it can. If it is killed, the kernel kills
// the leaders (Linux) and a guard, a small shell that holds one end of a pipe, kills the groups.
//
// On Linux the package makes the whole program a child subreaper, so that processes orphaned by a
// job become children of the program and can be found and reaped.
package process
