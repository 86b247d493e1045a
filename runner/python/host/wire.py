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
    low = sock.detach()
    try:
        return socket.socket(fileno=local.take(fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, FIRST)))
    finally:
        local.real_close(low)


def upward(fd):
    """Moves a descriptor above those that scripts think theirs, and out of their reach."""
    try:
        return local.take(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST + 1))
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
        self.lock = _thread.allocate_lock()  # held by who writes
        self.unsent = collections.deque()
        self.pending = b""
        self.descriptors = collections.deque()  # in lists, one for each message that carried some; None: lost

    def send(self, **message):
        """Sends one message, or leaves that to whoever is writing: nobody waits, for a finalizer may run in
        the middle of writing that starts a thread and waits until that has come to its own code. A
        connection that has ended is the reader's to notice."""
        self.unsent.append((json.dumps(message) + "\n").encode())
        while self.unsent and self.lock.acquire(False):
            try:
                self.flush()
            finally:
                self.lock.release()

    def flush(self):
        while self.unsent:
            try:
                self.sock.sendall(self.unsent.popleft())
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
    """In the child of a fork: the connection is the host's, not its, and nobody writes to it."""
    wire.lock = _thread.allocate_lock()
    wire.sock.close()


os.register_at_fork(after_in_child=forked)
