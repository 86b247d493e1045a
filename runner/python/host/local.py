"""Which script the calling thread belongs to, what a script has of its own, and what is thrown at it."""
import _thread
import collections
import ctypes
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


def call(function, args, named):
    return function(*args, **named)


class Slot:
    """One script: what a process would have of its own. Made by the thread that reads commands."""

    # More than twenty fields, because it stands for all that an interpreter keeps for a process.
    def __init__(self, number, message, fds):
        self.number = number
        # A crash on a build without a GIL names no thread: the script is known by this one's name in the stack.
        self.call = types.FunctionType(call.__code__.replace(co_filename="<parallax slot %d>" % number), {})
        self.path = message["path"]
        self.module = message.get("module") or None  # run in its place, as python -m does
        self.cwd = message.get("cwd") or None
        self.cpus = message.get("cpus") or None
        self.env = dict(os.fsencode(pair).split(b"=", 1) for pair in message["env"])
        self.fds = list(fds)  # of its standard streams; -1 once it has closed one
        self.streams = []  # those that it was given
        self.reserved = []  # numbers of those that it has closed
        self.swept = -2  # the descriptor that it has just closed or replaced in vain
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
        self.handlers = {}  # of signals, by number
        self.fine = False  # whether what is due may come within a line
        self.due = {}  # ident to what is to be raised at that thread's next line
        self.signals = collections.deque()  # numbers of those whose handlers are to be called
        self.wakeup = -1  # the descriptor that is told of signals
        self.clock = None  # the control's account of an alarm
        self.told = set()  # kinds of warnings given
        self.logs = {}  # logger to what it has set of it
        self.log_handlers = []  # weak references to those that it has made, for the end
        self.undo = []  # what is called when it is over
        self.timeout = None  # that its sockets start with
        self.thread = None  # the threading.Thread that is its main thread
        self.ident = 0
        self.idents = {}  # ident to native id, of its living threads
        self.code = None  # set by os._exit
        self.unflushed = False  # what it printed could not all be written
        self.lock = _thread.allocate_lock()  # taken only by threads at which nothing can be thrown
        self.exposed = set()  # idents of its threads at which something can be thrown
        self.owed = {}  # ident to what could not be thrown at a thread yet
        self.thrown = set()  # idents of threads at which something was thrown
        self.throwing = 0  # ident of the thread at which something is being thrown
        self.used = [0.0, 0.0, 0, 0]  # user, system seconds, switches of its threads that ended
        self.pausing = None  # the control's account of a pause, while the script is to be held
        self.killing = False
        self.killed = False  # and with it what it starts, also where nothing can be done to it at each line
        self.traced = False  # by itself
        self.watched = set()  # code on which events are set for it
        self.code_object = None  # of the script itself
        self.coming = []  # code of modules that are being loaded
        self.sleepers = {}  # ident to a lock that ends that thread's sleep
        self.children = {}  # numbers of its living processes, to the peak of memory that says nothing of one
        self.bore = False  # it has had some
        self.asked = False  # to end, and they with it
        self.stopped = False  # they are to be held
        self.signalling = _thread.RLock()  # held by who signals them; taken before the lock of all children
        self.spent = [0.0, 0.0, 0, 0]  # as used, by those that were reaped
        self.peak = 0  # bytes; the largest of those that were reaped
        self.uncounted = False  # what some of them used is not known
        self.grace = message.get("grace", 5.0)  # seconds
        self.processes = None  # its set of multiprocessing's
        self.forkserver = None  # its own

    def warn(self, code, text):
        """Says once of each kind what a thread can't be given."""
        if code in self.told or os.getpid() != PID:
            return
        self.told.add(code)
        exposed = shelter(self)
        self.send(type="warning", slot=self.number, code=code, text=text)
        if exposed:
            expose(self)


def mine(fd):
    """Returns which descriptor 0, 1 or 2 is for the calling thread's script."""
    slot = current.slot
    if slot is None or type(fd) is not int or not 0 <= fd <= 2 or os.getpid() != PID:
        return fd
    return slot.fds[fd]


def for_scripts(plain):
    """Makes a function of a script's slot act instead of plain where a script calls it."""

    def replace(function):
        def call(*args, **named):
            slot = current.slot
            if slot is None or os.getpid() != PID:
                return plain(*args, **named)
            return function(slot, *args, **named)

        return call

    return replace


# Throwing. An asynchronous exception comes at any bytecode, also between the taking of a lock and the
# `with` that would let it go. So one may come only while a script's own code runs: a thread exposes
# itself for that, and is covered in all that must be done as a whole.

set_async = ctypes.pythonapi.PyThreadState_SetAsyncExc
set_async.argtypes = (ctypes.c_ulong, ctypes.py_object)
real_sleep = time.sleep
get_ident = _thread.get_ident


def throw(slot, ident, kind):
    """Raises kind in a script's thread: at its next bytecode, or once it is exposed again. The caller
    is covered."""
    with slot.lock:
        slot.throwing = ident
        slot.thrown.add(ident)
        if ident in slot.exposed:
            set_async(ident, kind)
        elif ident in slot.idents:
            slot.owed[ident] = kind
            if ident in slot.exposed and slot.owed.pop(ident, None) is not None:
                set_async(ident, kind)
        slot.throwing = 0


def expose(slot):
    """From here on the calling thread can be thrown at. What it is owed comes out of this call."""
    ident = get_ident()
    slot.exposed.add(ident)
    kind = slot.owed.pop(ident, None)
    if kind is not None:
        raise kind


def cover(slot):
    """From here on nothing is thrown at the calling thread. What was thrown before comes out of this
    call; it is in force all the same."""
    ident = get_ident()
    slot.exposed.discard(ident)
    while slot.throwing == ident:
        real_sleep(0)
    for _ in "12":  # each round looks for what has been thrown
        pass


def shelter(slot):
    """Covers the calling thread within a script's code and returns whether it was exposed: then it
    must be again."""
    if get_ident() not in slot.exposed:
        return False
    try:
        cover(slot)
    except BaseException:
        expose(slot)
        raise
    return True


def run_within(slot, function, *args):
    """Calls a script's code and leaves the calling thread as covered as it was."""
    ident = get_ident()
    if ident in slot.exposed:
        function(*args)
    else:
        run_exposed(slot, function, *args)


class Nothing(BaseException):
    """Takes the place of what was thrown and has not come."""


def leave_exposed(slot):
    try:
        cover(slot)
    finally:
        if get_ident() in slot.thrown:
            settle()
            slot.thrown.discard(get_ident())


def settle():
    """Takes back what was thrown at the calling thread and has not come: before 3.13 one that was thrown
    at two threads at once may be late for the second. To throw none would do, but leave Python looking
    for it at each jump, in all threads."""
    try:
        while True:
            set_async(get_ident(), Nothing)
            for _ in "12":
                pass
    except Nothing:
        pass


def run_exposed(slot, function, *args, **named):
    """Calls a script's code. When it returns or raises, the calling thread is covered."""
    try:
        try:
            expose(slot)
            result = slot.call(function, args, named)
            leave_exposed(slot)
            return result
        except BaseException:
            leave_exposed(slot)
            raise
    except BaseException:  # it came just when the other was being left
        leave_exposed(slot)
        raise


def expose_run(slot, thread):
    """Lets things be thrown at a thread in its run only: its start and end change what is everybody's."""
    run, set_by_script = thread.run, "run" in thread.__dict__

    def exposed_run():
        if set_by_script:
            thread.run = run
        else:
            del thread.run
        return run_exposed(slot, run)

    thread.run = exposed_run


try:
    import resource

    def usage():
        """User and system seconds and context switches of the calling thread."""
        used = resource.getrusage(resource.RUSAGE_THREAD)
        return used.ru_utime, used.ru_stime, used.ru_nvcsw, used.ru_nivcsw

    usage()
except (ImportError, AttributeError, ValueError, OSError):

    def usage():
        return time.thread_time(), 0.0, 0, 0


real_write, plain_close = os.write, os.close
real_open = open

# The host's own descriptors, and the streams of scripts. A script that closes all there may be, as
# daemons begin with, must not hit one: so each is noted here, for all interpreters of the process, as
# subinterpreters share its descriptors. What is above the table is not guarded.
package = sys.modules["_parallax"]
Table = ctypes.c_ubyte * (1 << 16)
taken = Table.from_address(package.taken) if package.taken else Table()  # by number: 1 if it is one of these


def take(fd):
    """Notes a descriptor as one of the host's, and returns it."""
    if 0 <= fd < len(taken):
        taken[fd] = 1
    return fd


def is_taken(fd):
    return 0 <= fd < len(taken) and taken[fd] == 1


def real_close(fd):
    """Closes a descriptor of the host, or of anybody."""
    if type(fd) is int and 0 <= fd < len(taken):
        taken[fd] = 0  # before its number can be another's
    plain_close(fd)


def write_all(fd, data):
    """Writes past all buffers; what can't be written is given up."""
    try:
        while data:
            data = data[real_write(fd, data):]
    except OSError:
        pass


monotonic = time.monotonic
