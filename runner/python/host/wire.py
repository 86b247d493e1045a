"""The connection: one JSON object a line both ways, descriptors beside the lines that need them."""
import _thread
import array
import collections
import fcntl
import json
import os
import resource
import socket

from _parallax import link as inherited
from _parallax import local

FIRST = 200  # scripts close and reuse low descriptors freely
ANCILLARY = socket.CMSG_SPACE(3 * 8)


def claim(sock):
    """Moves the socket out of the way of scripts, which get descriptors below."""
    high = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, FIRST)
    sock.close()
    return socket.socket(fileno=high)


def upward(fd):
    """Moves a descriptor above those that scripts think theirs."""
    try:
        return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST + 1)
    finally:
        local.real_close(fd)


class TooManyFiles(Exception):
    """Descriptors that were sent have not come."""

    def __init__(self):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        super().__init__("too many open files in the interpreter: raise its limit (ulimit -n, now %d), run fewer jobs "
                         "at once, or spread them over more interpreters (hybrid)" % limit)


class Wire:
    """Reads in one thread, writes from any."""

    def __init__(self, sock):
        self.sock = claim(sock)
        self.lock = _thread.allocate_lock()
        self.pending = b""
        self.descriptors = collections.deque()  # in lists, one for each message that carried some; None: lost

    def send(self, **message):
        """Sends one message. A connection that has ended is the reader's to notice."""
        line = (json.dumps(message) + "\n").encode()
        with self.lock:
            try:
                self.sock.sendall(line)
            except OSError:
                pass

    def lines(self):
        """Yields the lines until the other side ends."""
        while True:
            line, newline, rest = self.pending.partition(b"\n")
            if newline:
                self.pending = rest
                yield line
                continue
            try:
                data, ancillary, flags, _ = self.sock.recvmsg(1 << 16, ANCILLARY)
            except OSError:
                return
            self.gather(ancillary, flags)
            if not data:
                return
            self.pending += data

    def gather(self, ancillary, flags):
        """Keeps the descriptors that came with a message: none are read together with those of another."""
        come, lost = [], bool(flags & socket.MSG_CTRUNC)
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
                for fd in fds:
                    try:
                        come.append(upward(fd))
                    except OSError:
                        lost = True
        if lost:
            for fd in come:
                local.real_close(fd)
        if come or lost:
            self.descriptors.append(None if lost else come)

    def take(self):
        """Returns the descriptors that came with a message."""
        if not self.descriptors:
            raise ValueError("it came without its descriptors")
        fds = self.descriptors.popleft()
        if fds is None:
            raise TooManyFiles()
        return fds


wire = Wire(inherited)
local.Slot.send = staticmethod(wire.send)


def forked():
    """In the child of a fork: the connection is the host's, not its."""
    local.real_close(wire.sock.fileno())


os.register_at_fork(after_in_child=forked)
