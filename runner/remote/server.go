package remote

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"parallax/runner"
)

// Run is what a server controls. [runner.Run] is one.
type Run interface {
	Do(c runner.Command)
	Stack(task int) (string, error)
}

// Options is what a server needs.
type Options struct {
	ID    string // the run's
	Dir   string // the run's folder
	Tasks int    // how many it has
	Run   Run
	// Broke is told of a panic in a goroutine of the server. nil lets it end the program.
	Broke func(value any, stack []byte)
}

// Server answers requests about one run.
type Server struct {
	id    string
	tasks int
	run   Run
	book  *book
	broke func(value any, stack []byte)
	known func(*net.UnixConn) error // says why who is at the other end may not ask, or nil

	listener *net.UnixListener
	path     string // of the socket
	record   string // the file that names it

	mu      sync.Mutex
	conns   map[*net.UnixConn]bool
	closing bool
}

const (
	// maxClients is how many may be connected at once. Who controls a run is one person.
	maxClients = 32
	// lineTime bounds how long a client may take for a line, and how long it may be idle.
	lineTime = 10 * time.Second
	// lastTime bounds how long an answer may take to be written.
	lastTime = 2 * time.Second
)

// Listen opens the socket of a run and says in the run's folder where it is. It starts nothing:
// [Server.Run] does, and must be called, for it also removes the socket. An error says in words why
// the run cannot be controlled; the run itself is not touched by it.
func Listen(o Options) (*Server, error) {
	listener, path, err := open(o.ID)
	if err != nil {
		return nil, err
	}
	s := &Server{
		id: o.ID, tasks: o.Tasks, run: o.Run, book: newBook(o.Tasks), broke: o.Broke, known: sameUser,
		listener: listener, path: path, record: recordOf(o.Dir), conns: map[*net.UnixConn]bool{},
	}
	if err := os.WriteFile(s.record, []byte(path+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return s, nil
}

// Run serves until ctx is done. The feed is the server's own, of all events of the run: by it a request
// is answered with what came of it. Run returns when all that it started has ended and the socket is gone.
// A request that is being answered then gets its answer: that takes as long as a stack may take, but a
// client that does not read it is waited for a moment only.
func (s *Server) Run(ctx context.Context, feed *runner.Feed) {
	var all sync.WaitGroup
	all.Go(func() {
		defer s.catch()
		s.accept(&all)
	})
	s.follow(ctx, feed)
	s.stop()
	all.Wait()
	_ = os.Remove(s.record)
}

// follow keeps the book until ctx is done.
func (s *Server) follow(ctx context.Context, feed *runner.Feed) {
	for {
		select {
		case <-feed.Ready():
			s.book.take(feed.Take())
		case <-ctx.Done():
			s.book.take(feed.Take())
			s.book.close()
			return
		}
	}
}

// stop lets nobody in any more and ends the waiting for requests.
func (s *Server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing = true
	_ = s.listener.Close() // which removes the socket
	for c := range s.conns {
		_ = c.SetReadDeadline(time.Now()) // a connection that cannot be told has ended
	}
}

// accept lets clients in until the listener is closed.
func (s *Server) accept(all *sync.WaitGroup) {
	for {
		c, err := s.listener.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of descriptors, maybe: others may end
			if s.pause(tryAgain) {
				return
			}
			continue
		}
		if why := s.admit(c); why != "" {
			s.send(c, refuse("%s", why))
			_ = c.Close()
			continue
		}
		all.Go(func() {
			defer s.catch()
			defer s.dismiss(c)
			s.serve(c)
		})
	}
}

// tryAgain is how long to wait after a client could not be let in.
const tryAgain = 100 * time.Millisecond

// pause waits, and reports whether the server is closing.
func (s *Server) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// admit notes a client, or says why it may not come in.
func (s *Server) admit(c *net.UnixConn) string {
	if err := s.known(c); err != nil {
		return err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		return "the run is over"
	case len(s.conns) >= maxClients:
		return "too many ask at once: try again"
	}
	s.conns[c] = true
	_ = c.SetReadDeadline(time.Now().Add(lineTime))
	return ""
}

func (s *Server) dismiss(c *net.UnixConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	_ = c.Close()
}

// serve answers one client until it has gone, is too slow, or the server closes.
func (s *Server) serve(c *net.UnixConn) {
	r := bufio.NewReader(c)
	for s.expect(c) {
		line, err := readLine(r, maxRequest)
		if errors.Is(err, errTooLong) {
			s.send(c, refuse("%v", err))
			return
		}
		if err != nil {
			return
		}
		req, err := decodeRequest(line, s.id, s.tasks)
		answer := refuse("%v", err)
		if err == nil {
			answer = s.obey(req)
		}
		if !s.send(c, answer) {
			return
		}
	}
}

// expect gives a client its time for a line; false means that the server is closing.
func (s *Server) expect(c *net.UnixConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closing && c.SetReadDeadline(time.Now().Add(lineTime)) == nil
}

// send writes an answer and reports whether the client took it.
func (s *Server) send(c *net.UnixConn, a Answer) bool {
	a.Version = Version
	line, err := encode(a)
	if err != nil {
		return false
	}
	if c.SetWriteDeadline(time.Now().Add(lastTime)) != nil {
		return false
	}
	_, err = c.Write(line)
	return err == nil
}

// catch passes on a panic, if there is who wants it.
func (s *Server) catch() {
	if s.broke == nil {
		return
	}
	if p := recover(); p != nil {
		s.broke(p, debug.Stack())
	}
}
