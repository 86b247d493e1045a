package goroutine

import "runtime"

// onThread runs f on a goroutine locked to an OS thread, which ends with f. It does not wait.
//
// The program's first thread is passed by: Go cannot end it, so it would keep a job's affinity, and
// its id is also that of the process, so nobody could tell that the job is over.
func onThread(f func()) {
	go func() {
		runtime.LockOSThread()
		if !onMainThread() {
			f()
			return
		}
		begun := make(chan struct{})
		go func() {
			runtime.LockOSThread() // another thread: this one is taken until begun
			close(begun)
			f()
		}()
		<-begun
		runtime.UnlockOSThread()
	}()
}
