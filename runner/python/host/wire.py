"""The connection: one JSON object a line both ways, descriptors beside the lines that need them."""
import _thread
import array
import collections
import fcntl
import json
import os
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
    high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST + 1)
    local.real_close(fd)
    return high


class Wire:
    """Reads in one thread, writes from any."""

    def __init__(self, sock):
        self.sock = claim(sock)
        self.lock = _thread.allocate_lock()
        self.pending = b""
        self.descriptors = collections.deque()

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
                data, ancillary, _, _ = self.sock.recvmsg(1 << 16, ANCILLARY)
            except OSError:
                return
            for level, kind, payload in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    fds = array.array("i")
                    fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
                    self.descriptors.extend(upward(fd) for fd in fds)
            if not data:
                return
            self.pending += data

    def take(self):
        """Returns the three descriptors that came with a message."""
        if len(self.descriptors) < 3:
            raise ValueError("run: came without its three descriptors")
        return [self.descriptors.popleft() for _ in range(3)]


wire = Wire(inherited)
local.Slot.send = staticmethod(wire.send)


def forked():
    """In the child of a fork: the connection is the host's, not its."""
    local.real_close(wire.sock.fileno())


os.register_at_fork(after_in_child=forked)
