"""The processes that a script has started: known from birth, waited for and counted.

Each is reaped here only. A number can't become another process's before that: so it is signalled
under the lock under which it is reaped, by which threads of all scripts wait. Nobody keeps it for long.
"""
import _thread
import ctypes
import errno
import operator
import os
import resource
import select
import sys

from _parallax import frames, local

current = local.current
lock = _thread.RLock()  # taken only by threads at which nothing can be thrown
owners = {}  # number of a child to the slot of its script
left_alone = set()  # numbers of children whose script is over
LINUX = sys.platform.startswith("linux")
NO_THREAD = 0x20000000 if LINUX else 0  # children of other threads are not waited for
FIRST_LOOK, LAST_LOOK = 0.0005, 0.05  # seconds between two looks, where the system does not wake us
SLACK = 1 << 20  # bytes; the kernel sums up resident pages roughly

NOTHING = 0, 0, resource.struct_rusage((0.0,) * 2 + (0,) * 14)  # what wait4 says when there is nothing to say

real_kill, real_read = os.kill, os.read
real_wait4, real_waitpid = os.wait4, os.waitpid


def its_slot():
    """Returns the slot of the calling thread, or None in the host's own and in a child's."""
    slot = current.slot
    return slot if slot is not None and os.getpid() == local.PID else None


def peak(used):
    """Bytes of the largest resident size."""
    return used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss << 10


def own_peak():
    """Bytes of our own: until a child executes a program it has our memory, and the kernel counts that as its."""
    try:  # not what getrusage says, which has in it what our parent had
        with local.real_open("/proc/self/status", "rb") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith(b"VmHWM:"))
    except (OSError, StopIteration):
        return peak(resource.getrusage(resource.RUSAGE_SELF))


# Births.


def bearing(plain, number=lambda pid: pid):
    """Makes a function note the child that it starts. number: which part of its result is that."""

    def start(*args, **named):
        slot = its_slot()
        if slot is None:
            return plain(*args, **named)
        exposed = local.shelter(slot)
        try:
            born = plain(*args, **named)
            if number(born) > 0:
                note(slot, number(born))
            return born
        finally:
            if exposed:
                local.expose(slot)

    return start


def note(slot, pid):
    floor = own_peak() + SLACK
    with lock:
        slot.children[pid] = floor
        slot.bore = True
        left_alone.discard(pid)
        owners[pid] = slot
    if slot.killed or slot.stopped:  # it may have children of its own already
        slot.catch_up()


def disown(pid):
    """Makes a child nobody's: one that serves all scripts."""
    with lock:
        slot = owners.pop(pid, None)
        if slot is not None:
            slot.children.pop(pid, None)


# Waiting.


def reap(pids, options):
    """Looks once at children, and returns what wait4 does of the first that has something to tell; None
    if none has. The lock is held."""
    there = False
    for pid in pids:
        try:
            found, status, used = real_wait4(pid, options | os.WNOHANG)
        except ChildProcessError:  # somebody else has waited for it: C code
            slot = owners.pop(pid, None)
            if slot is not None:
                slot.children.pop(pid, None)
                slot.uncounted = True
            continue
        there = True
        if found == 0:
            continue
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            count(pid, used)
        return found, status, used
    if not there:
        raise ChildProcessError(errno.ECHILD, os.strerror(errno.ECHILD))
    return None


def count(pid, used):
    """Adds what a child and those that it has waited for have used to its script. The lock is held."""
    slot = owners.pop(pid, None)
    if slot is None:
        return
    floor = slot.children.pop(pid, 0)
    slot.spent = [a + b for a, b in zip(slot.spent, (used.ru_utime, used.ru_stime, used.ru_nvcsw, used.ru_nivcsw))]
    if peak(used) > floor:
        slot.peak = max(slot.peak, peak(used))


def meant(slot, pid):
    """Returns the children that a number means for wait: one, any, or those of a group."""
    if pid > 0:
        return [pid] if pid in owners else []
    mine = list(slot.children)
    if pid >= -1:
        return mine
    return [child for child in mine if group_of(child) == -pid]


def group_of(pid):
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def wait4(pid, options):
    slot = its_slot()
    if slot is None:
        return real_wait4(pid, options)
    pid, options = operator.index(pid), operator.index(options)
    if options & os.WNOHANG and lock._is_owned():  # a finalizer, in the middle of what is done here
        return NOTHING
    exposed = local.shelter(slot)
    try:
        with lock:
            pids = meant(slot, pid)
        if not pids:  # started by C code, or none at all
            return real_wait4(pid, options | NO_THREAD if pid <= 0 else options)
        return watch(slot, pid, pids, options, exposed, sys._getframe(1))
    finally:
        if exposed:
            local.expose(slot)


def watch(slot, pid, pids, options, exposed, frame):
    """Waits for one of the children. A pause, a signal and a cancel reach the calling thread, which is
    covered."""
    ident = _thread.get_ident()
    frame = caller(slot, frame)
    waker, delay = None, FIRST_LOOK
    try:
        while True:
            if slot.pausing is not None and not (options & os.WNOHANG and polls(frame)):
                slot.hold(frame)
            with lock:
                found = reap(pids, options)
            if found is not None:
                return found
            if options & os.WNOHANG:
                return NOTHING
            if waker is None:
                waker = slot.sleepers[ident] = Waker()
                continue  # who would have roused it before may have looked for it in vain
            heed(slot, ident, frame, exposed)
            waker.wait(pids if options == 0 else (), None if pid > 0 else LAST_LOOK, delay)
            delay = min(2 * delay, LAST_LOOK)
            if pid <= 0:
                with lock:
                    pids = meant(slot, pid) or pids
    finally:
        if waker is not None:
            slot.sleepers.pop(ident, None)
            waker.close()


def heed(slot, ident, frame, exposed):
    """Does what is asked of a thread that waits."""
    if slot.signals and ident == slot.ident:
        slot.handle(frame)
    kind = None if frames.finalizes(frame) else slot.due.pop(ident, None)
    if kind is not None:
        raise kind
    if exposed and ident in slot.owed:
        local.expose(slot)  # it comes out of this


def caller(slot, frame):
    """Returns the script's own frame from which something was called, or that frame."""
    at = frame
    while at is not None:
        if id(at.f_globals) in slot.own:
            return at
        at = at.f_back
    return frame


def polls(frame):
    """Reports whether one that does not wait may be in anybody's middle: a finalizer looks, too. The
    loop of a wait with a timeout is not."""
    at = sys._getframe(2)
    while at is not None and at is not frame:
        if at.f_code.co_name == "_try_wait":
            return False
        at = at.f_back
    return True


class Waker:
    """What a thread waits by. For those who rouse sleepers it looks like a lock that is taken."""

    def __init__(self):
        self.lock = _thread.allocate_lock()
        self.rung = _thread.allocate_lock()
        self.rung.acquire()
        try:
            self.ear, self.bell = map(local.take, os.pipe()) if pidfd_open is not None else (-1, -1)
        except OSError:
            self.ear = self.bell = -1

    def locked(self):
        return True

    def release(self):
        with self.lock:
            if self.bell >= 0:
                local.write_all(self.bell, b"!")
            if self.rung.locked():
                self.rung.release()

    def wait(self, pids, longest, delay):
        """Returns when one of the children has ended, or it is roused, or after so many seconds: longest
        (None: any), or delay where the system does not wake us."""
        eyes = [pidfd_open(pid) for pid in pids] if self.ear >= 0 else []
        try:
            if not eyes or min(eyes) < 0:
                self.rung.acquire(True, delay)
                return
            poll = select.poll()
            for fd in eyes + [self.ear]:
                poll.register(fd, select.POLLIN)
            ready = poll.poll(longest and longest * 1000)
            if any(fd == self.ear for fd, _ in ready):
                real_read(self.ear, 64)
                self.rung.acquire(False)
        finally:
            for fd in eyes:
                if fd >= 0:
                    local.real_close(fd)

    def close(self):
        with self.lock:
            for fd in (self.ear, self.bell):
                if fd >= 0:
                    local.real_close(fd)
            self.ear = self.bell = -1


def find_pidfd_open():
    """Returns what opens a descriptor of a process, or -1, or None where there is no such thing."""
    if not LINUX:
        return None
    if hasattr(os, "pidfd_open"):
        plain = os.pidfd_open

        def pidfd_open(pid):
            try:
                return local.take(plain(pid))
            except OSError:
                return -1

        return pidfd_open
    try:
        call = ctypes.CDLL(None).syscall
    except (OSError, AttributeError):
        return None
    return lambda pid: local.take(call(434, pid, 0))  # the same number on all machines; closed on exec


pidfd_open = find_pidfd_open()


def waitpid(pid, options):
    if its_slot() is None:
        return real_waitpid(pid, options)
    return wait4(pid, options)[:2]


def wait(plain=getattr(os, "wait", None)):
    return plain() if its_slot() is None else wait4(-1, 0)[:2]


def wait3(options, plain=getattr(os, "wait3", None)):
    return plain(options) if its_slot() is None else wait4(-1, options)


def waitid_of(plain):
    """os.waitid does not say what a child has used: so it only looks, and wait4 takes."""

    def waitid(kind, number, options):
        slot = its_slot()
        if slot is None or not options & os.WEXITED or options & os.WNOWAIT:
            return plain(kind, number, options)
        if kind == os.P_ALL and LINUX:
            options |= NO_THREAD
        found = plain(kind, number, options | os.WNOWAIT)
        if found is None:
            return None
        if found.si_code in (os.CLD_EXITED, os.CLD_KILLED, os.CLD_DUMPED):
            wait4(found.si_pid, os.WNOHANG)
        else:
            plain(os.P_PID, found.si_pid, options & ~os.WEXITED | os.WNOHANG)
        return found

    return waitid


def install():
    os.wait4, os.waitpid = wait4, waitpid
    os.wait, os.wait3 = wait, wait3
    if hasattr(os, "waitid"):
        os.waitid = waitid_of(os.waitid)
    os.fork, os.forkpty = bearing(os.fork), bearing(os.forkpty, operator.itemgetter(0))
    for name in ("posix_spawn", "posix_spawnp"):
        if hasattr(os, name):
            setattr(os, name, bearing(getattr(os, name)))
