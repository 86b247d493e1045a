package wire

import (
	"bufio"
	"encoding/json"
	"errors"
	"net"
	"os"
)

// ErrClosed means that nothing can be sent any more: the interpreter has ended, or is about to.
var ErrClosed = errors.New("the interpreter has ended")

// Conn is our end of the connection to an interpreter. Its methods may be called from any goroutine.
//
// Who reads it, sets deadlines, or writes what must be there before all messages, does so by the
// socket's own methods.
type Conn struct {
	*net.UnixConn
	out outbox
}

// Pair makes a connection. theirs is for the interpreter to inherit; the caller closes it once that has
// it, so that the connection ends with the interpreter. name is what the files are called in errors.
func Pair(name string) (ours *Conn, theirs *os.File, err error) {
	socket, theirs, err := socketPair(name)
	if err != nil {
		return nil, nil, err
	}
	return &Conn{UnixConn: socket, out: outbox{ready: make(chan struct{}, 1)}}, theirs, nil
}

// Lines reads what the interpreter says. A line that is longer than that many bytes ends it with an
// error.
func (c *Conn) Lines(longest int) *bufio.Scanner {
	lines := bufio.NewScanner(c)
	lines.Buffer(make([]byte, min(4096, longest)), longest)
	return lines
}

// Send gives a message to the writer, with copies of the files to go beside it. It never waits: while
// C code holds the GIL nobody reads at the other end, and who pauses or ends a script must not wait for
// that. So that it succeeds does not mean that the interpreter will ever read it.
func (c *Conn) Send(message any, files ...*os.File) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	l := letter{line: append(line, '\n'), files: make([]*os.File, 0, len(files))}
	for _, f := range files {
		own, err := duplicate(f)
		if err != nil {
			l.close()
			return err
		}
		l.files = append(l.files, own)
	}
	if !c.out.put(l) {
		l.close()
		return ErrClosed
	}
	return nil
}

// Deliver writes what was sent, and will be, until the connection is closed or the other end is gone.
// It is called once, in a goroutine that waits for nothing else.
func (c *Conn) Deliver() {
	defer c.out.close()
	for range c.out.ready {
		letters, open := c.out.take()
		var err error
		for _, l := range letters {
			if err == nil {
				err = writeWith(c.UnixConn, l.line, l.files)
			}
			l.close()
		}
		if err != nil {
			_ = c.CloseWrite() // half a message was the last it got: it ends, and with it what reads here
		}
		if !open || err != nil {
			return
		}
	}
}

// Close ends the connection and drops what was not delivered. A writer that waits for the other end to
// read ends, too.
func (c *Conn) Close() error {
	err := c.UnixConn.Close()
	c.out.close()
	return err
}
