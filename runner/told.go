package runner

import (
	"os"
	"sync"
)

// saying is what one try tells of its progress: a file without a name, which the job has as a
// descriptor. A job that writes to a file never waits for a reader, and no goroutine is needed.
type saying struct {
	file *os.File

	mu   sync.Mutex
	seen int64 // how much of it was read
}

// maxSaid is how large the file may get, in bytes, before it is emptied: nobody reads it twice.
const maxSaid = 64 << 10

// newSaying returns nil where a job cannot be given a descriptor.
func newSaying() *saying {
	f, err := unnamed()
	if err != nil {
		return nil // the job goes on without
	}
	return &saying{file: f}
}

// read fills buf with the end of what was written, if anything was since the last time. whole says
// whether that is all of it.
func (s *saying) read(buf []byte) (tail []byte, whole bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := s.file.Stat() // an error means that the try is over
	if err != nil || info.Size() == s.seen {
		return nil, false
	}
	size := info.Size()
	from := max(size-int64(len(buf)), 0)
	n, _ := s.file.ReadAt(buf, from) // it may have been emptied meanwhile: then less
	s.seen = size
	if size > maxSaid && s.file.Truncate(0) == nil {
		s.seen = 0
	}
	return buf[:n], from == 0
}

// Progress reads what a running task has written to its progress descriptor since it was last asked:
// the end of it, as much as buf holds, or nothing. whole says whether it begins with a line.
// It never blocks and is meant for one caller: what one has read another does not get.
func (r *Run) Progress(task int, buf []byte) (tail []byte, whole bool) {
	s, ok := r.sayings.Load(task)
	if !ok {
		return nil, false
	}
	return s.(*saying).read(buf)
}
