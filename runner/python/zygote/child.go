package zygote

import "parallax/runner"

// child is a process that a zygote has forked.
type child struct {
	zygote   *zygote
	pid      int
	ended    chan struct{} // closed when it has ended
	reaped   chan event    // gets how; has room for one
	unwanted bool          // nobody adopts it: it is killed, and reaped as soon as it has ended
}

var _ runner.Forked = (*child)(nil)

// PID implements [runner.Forked].
func (c *child) PID() int { return c.pid }

// Await implements [runner.Forked].
func (c *child) Await() {
	select {
	case <-c.ended:
	case <-c.zygote.done:
	}
}

// Reap implements [runner.Forked].
func (c *child) Reap() runner.Exit {
	_ = c.zygote.conn.Send(command{Type: "reap", PID: c.pid}) // a zygote that has ended closes done
	var ev event
	select {
	case ev = <-c.reaped:
	case <-c.zygote.done:
		select {
		case ev = <-c.reaped: // it came before the end
		default:
			return runner.Exit{Code: -1, Lost: true, Reason: "lost with its preloaded interpreter: " + c.zygote.how}
		}
	}
	if ev.Why != "" {
		return runner.Exit{Code: -1, Reason: "its preloaded interpreter could not wait for it: " + ev.Why}
	}
	return exitOf(ev)
}

// drop ends a child that was forked but is not wanted.
func (c *child) drop() {
	c.zygote.mu.Lock()
	defer c.zygote.mu.Unlock()
	c.unwanted = true
	killGroup(c.pid)
	select {
	case <-c.ended:
		_ = c.zygote.conn.Send(command{Type: "reap", PID: c.pid}) // one that has ended needs no telling
	default: // its end will be reported
	}
}
