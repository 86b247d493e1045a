package goroutine

import (
	"runtime"
	"sync"
)

// processors counts jobs and gives Go a processor (a P) for each beside its own.
//
// With only as many as cores, a job that could run would often wait for Go's scheduler instead of
// the system's: to the system its thread sleeps, so "waiting for a core" would be told as
// "blocked", and the screen and the sampler would queue behind the jobs. With one each, the system
// shares out the cores, as it does among processes, and models can be compared.
var processors struct {
	sync.Mutex
	jobs int
	own  int // GOMAXPROCS while no job runs
}

// maxExtra bounds the processors for jobs: each costs memory, and stopping all takes longer.
const maxExtra = 256

// claimProcessor adds a processor for a job; the returned function takes it back. Changing their
// number stops the program for some tens of microseconds.
func claimProcessor() (release func()) {
	adjust := func(n int) {
		processors.Lock()
		defer processors.Unlock()
		if processors.jobs == 0 {
			processors.own = runtime.GOMAXPROCS(0)
		}
		processors.jobs += n
		if want := processors.own + min(processors.jobs, maxExtra); want != runtime.GOMAXPROCS(0) {
			runtime.GOMAXPROCS(want)
		}
	}
	adjust(1)
	return sync.OnceFunc(func() { adjust(-1) })
}
