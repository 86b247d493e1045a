"""Which script the calling thread belongs to, and what a script has of its own."""
import _thread
import os
import sys
import threading
import time
import types

PID = os.getpid()  # a fork of the host is no host
BASE_PATH = list(sys.path)  # what every script has after its own folder


class Current(threading.local):
    """Holds the slot of each thread. A thread of the host itself has none."""

    slot = None


current = Current()


class End(BaseException):
    """Ends a script at once: os._exit, or a kill. No handler of a script names it."""


class Slot:
    """One script: what a process would have of its own. Made by the thread that reads commands."""

    # More than twenty fields, because it stands for all that an interpreter keeps for a process.
    def __init__(self, number, message, fds):
        self.number = number
        self.path = message["path"]
        self.cwd = message.get("cwd") or None
        self.cpus = message.get("cpus") or None
        self.env = dict(os.fsencode(pair).split(b"=", 1) for pair in message["env"])
        self.fds = list(fds)  # of its standard streams; -1 once it has closed one
        self.streams = []  # those that it was given
        self.reserved = []  # numbers of those that it has closed
        self.sys = {
            "argv": list(message["argv"]),
            "path": [os.path.dirname(self.path)] + BASE_PATH,
            "excepthook": sys.__excepthook__,
        }
        self.main = types.ModuleType("__main__")
        self.modules = {"__main__": self.main}  # those that no other script sees
        self.own = {id(self.main.__dict__)}  # globals of this script's code
        self.shared = set()  # top-level names known to be everybody's
        self.loading = {}  # locks by module name
        self.atexit = []
        self.handlers = {}  # of signals, which never come
        self.told = set()  # warnings given
        self.thread = None  # the threading.Thread that is its main thread
        self.ident = 0
        self.idents = {}  # ident to native id, of its living threads
        self.code = None  # set by os._exit
        self.over = False
        self.unflushed = False  # what it printed could not all be written
        self.lock = _thread.allocate_lock()
        self.used = [0.0, 0.0, 0, 0]  # user, system seconds, switches of its threads that ended
        self.paused = None  # a held lock while the script is to be held
        self.pausing = None  # the control's account of a pause
        self.killing = False
        self.code_object = None  # of the script itself
        self.sleepers = {}  # ident to a lock that ends that thread's sleep

    def warn(self, what):
        """Says once, in the script's own log, what a thread can't be given."""
        if what in self.told:
            return
        self.told.add(what)
        write_all(self.fds[2], ("parallax: " + what + "\n").encode())


real_write = os.write
real_close = os.close


def write_all(fd, data):
    """Writes past all buffers; what can't be written is given up."""
    try:
        while data:
            data = data[real_write(fd, data):]
    except OSError:
        pass


monotonic = time.monotonic
