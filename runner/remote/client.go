package remote

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrNoAnswer says that nobody listens: the run is over, or its parallax was killed, or it could open
// no socket. What it is the run's folder tells.
var ErrNoAnswer = errors.New("it does not answer")

// answerTime is how long a run may take to answer. Stacks of many tasks take the longest.
const answerTime = 30 * time.Second

// Ask sends a request to the run with the folder dir and returns its answer. The version is filled in.
// An error wraps [ErrNoAnswer] when nobody listens; what the run itself refuses is one, too.
func Ask(ctx context.Context, dir string, req Request) (Answer, error) {
	return ask(ctx, dir, req, sameUser)
}

// ask is Ask with a known that says why who listens may not be asked, or nil.
func ask(caller context.Context, dir string, req Request, known func(*net.UnixConn) error) (Answer, error) {
	data, err := os.ReadFile(recordOf(dir))
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	ctx, cancel := context.WithTimeout(caller, answerTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", strings.TrimSuffix(string(data), "\n"))
	switch {
	case err != nil && caller.Err() != nil:
		return Answer{}, gaveUp(caller)
	case err != nil:
		return Answer{}, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	c := conn.(*net.UnixConn) // the network says so
	defer func() { _ = c.Close() }()
	if err := known(c); err != nil {
		return Answer{}, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	a, err := exchange(c, req)
	switch {
	case err != nil && caller.Err() != nil:
		return a, gaveUp(caller)
	case err != nil && ctx.Err() != nil:
		return a, fmt.Errorf("no answer within %v", answerTime)
	case hungUp(err):
		return a, fmt.Errorf("%w: %w", ErrNoAnswer, err)
	case err != nil:
		return a, fmt.Errorf("ask the run: %w", err)
	case !a.OK:
		return a, errors.New(a.Error)
	}
	return a, nil
}

// gaveUp says that not the run but who asked let the time run out.
func gaveUp(caller context.Context) error {
	return fmt.Errorf("its answer was not waited for: %w", context.Cause(caller))
}

// hungUp reports whether an error means that the other end went away, as when the run has just ended.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

func exchange(c net.Conn, req Request) (Answer, error) {
	req.Version = Version
	line, err := encode(req)
	if err != nil {
		return Answer{}, err
	}
	if _, err := c.Write(line); err != nil {
		return Answer{}, err
	}
	if line, err = readLine(bufio.NewReader(c), maxAnswer); err != nil {
		return Answer{}, err
	}
	return decodeAnswer(line)
}
