// Package zygote starts Python scripts by forking an interpreter that has imported what they need.
//
// A [Launcher] wraps the launcher of processes. Jobs that ask for no preloaded modules go to it as
// they are. For the others there is one zygote for each interpreter and set of modules, started with
// the first job that needs it: an interpreter with a single thread, running a small program (the files
// in program/, embedded, standard library only). For each script it forks itself, and the fork becomes
// the script's process: with a session, folder, environment, arguments and streams of its own, it runs
// the script as the interpreter does, and ends as it does.
//
// The child is then adopted by the launcher of processes, which holds, ends and guards it like any
// other. Only the zygote can wait for it, being its parent, and so it reports how it ended.
//
// The two speak by a socket: an object of JSON a line. parallax sends
//
//	{"modules":["json","auto"],"scripts":["/w/a.py"],"skip":[]}             first: what to import
//	{"type":"run","id":1,"argv":["a.py"],"orig":["python3","a.py"],"env":["A=1"],"cwd":"/w","cpus":[0]}
//	                                 with the script's descriptors, from 0 on, beside it (SCM_RIGHTS)
//	{"type":"reap","pid":71}
//	{"type":"shutdown"}
//
// and the zygote
//
//	{"type":"importing","module":"json"}
//	{"type":"unfit","module":"json","why":"…","auto":true}                  it cannot be used, and ends
//	{"type":"hello","protocol":1,"pid":70,"modules":["json"]}               it can
//	{"type":"forked","id":1,"pid":71} or {"type":"error","id":1,"why":"…"}
//	{"type":"ended","pid":71}                                               and can be reaped
//	{"type":"reaped","pid":71,"status":0,"user":0.1,"system":0.01,"max_rss":9000,"voluntary":3,"involuntary":4}
//
// A child ends with its zygote, and the zygote with the connection, so nothing outlives parallax.
package zygote
