"""What else a script has as if it were a process: threads, descriptors, its own end."""
import _thread
import atexit
import builtins
import errno
import os
import signal
import sys
import threading
import time

from _parallax import births, frames, imports, lines, local, wire

current = local.current
End = local.End

# Threads.

def enter(slot):
    """Makes the calling thread one of the script's."""
    current.slot = slot
    ident, tid = _thread.get_ident(), threading.get_native_id()
    slot.idents[ident] = tid
    lines.enter(slot)
    return tid


def leave(slot):
    lines.leave()
    slot.idents.pop(_thread.get_ident(), None)
    used = local.usage()
    with slot.lock:
        slot.used = [a + b for a, b in zip(slot.used, used)]


def body_of_thread(slot, function, args, kwargs, began=None):
    tid = enter(slot)
    if began is not None:
        began.release()
    wire.wire.send(type="thread", slot=slot.number, ident=_thread.get_ident(), tid=tid, up=True)
    try:
        thread = getattr(function, "__self__", None)
        if isinstance(thread, threading.Thread):
            local.expose_run(slot, thread)
            return function(*args, **kwargs)
        return local.run_exposed(slot, function, *args, **kwargs)
    except End:
        return None
    finally:
        leave(slot)
        wire.wire.send(type="thread", slot=slot.number, ident=_thread.get_ident(), tid=tid, up=False)
        if slot.pausing is not None:
            slot.another_held()


def in_slot(start):
    def started(function, args=(), kwargs=None, **more):
        slot = current.slot
        if slot is None or os.getpid() != local.PID:
            return start(function, args, kwargs, **more) if kwargs is not None else start(function, args, **more)
        began = None
        exposed = local.shelter(slot)
        try:
            if sys.version_info < (3, 12):  # until it has begun, what is thrown at this thread hits the new one
                began = _thread.allocate_lock()
                began.acquire()
            ident = start(body_of_thread, (slot, function, args, kwargs or {}, began), **more)
            if began is not None:
                began.acquire()
            return ident
        finally:
            if exposed:
                local.expose(slot)

    return started


def joinable(start):
    def started(function, handle=None, daemon=True):
        slot = current.slot
        if slot is not None and os.getpid() == local.PID:
            plain = function

            def function():
                return body_of_thread(slot, plain, (), {})

        return start(function, handle=handle, daemon=daemon)

    return started


real_start = _thread.start_new_thread
real_main_thread = threading.main_thread


def main_thread():
    slot = current.slot
    return real_main_thread() if slot is None or slot.thread is None else slot.thread


real_sleep = local.real_sleep


def sleep(seconds):
    """time.sleep that a pause, a signal and a cancel can reach."""
    slot = current.slot
    if slot is None or not isinstance(seconds, (int, float)) or not 0 < seconds < 1 << 22:
        return real_sleep(seconds)
    rest(slot, seconds, sys._getframe(1))


def rest(slot, seconds, frame, till_signal=False):
    """Lets the calling thread sleep, in frame; till_signal: no longer than to the next signal."""
    until = time.monotonic() + seconds
    ident = _thread.get_ident()
    exposed = local.shelter(slot)
    wake = _thread.allocate_lock()
    wake.acquire()
    slot.sleepers[ident] = wake
    try:
        while True:
            if slot.pausing is not None and id(frame.f_globals) in slot.own:
                slot.hold(frame)
            if slot.signals and ident == slot.ident:
                slot.handle(frame)
                if till_signal:
                    return
            kind = None if frames.finalizes(frame) else slot.due.pop(ident, None)
            if kind is not None:
                raise kind
            seconds = until - time.monotonic()
            if seconds <= 0 or ident in slot.owed:
                return
            wake.acquire(True, seconds)
    finally:
        slot.sleepers.pop(ident, None)
        if exposed:
            local.expose(slot)


def rouse(slot):
    """Makes sleeping threads of a script look up."""
    for wake in list(slot.sleepers.values()):
        if wake.locked():
            try:
                wake.release()
            except RuntimeError:
                pass


# Descriptors.

mine = local.mine


def routed_fd(function):
    def routed(fd, *args, **named):
        return function(mine(fd), *args, **named)

    return routed


def close(fd):
    """os.close of what is the script's. One that closes whatever there may be comes by its own streams, too,
    under numbers that it has not asked for: they stay, as 0, 1 and 2 do then."""
    slot = current.slot
    if slot is None or os.getpid() != local.PID or not isinstance(fd, int):
        local.real_close(fd)
        return
    at = fd if 0 <= fd <= 2 else slot.fds.index(fd) if fd > 2 and fd in slot.fds and not sweeps(slot, fd) else -1
    if at >= 0:
        if slot.fds[at] < 0:
            raise bad_descriptor()
        reserve(slot, at)
        return
    if foreign(slot, fd):
        raise refused(slot, fd)
    try:
        local.real_close(fd)
    except OSError:
        slot.swept = fd
        raise
    slot.swept = -2


def sweeps(slot, fd):
    """Reports whether a script goes through all numbers, and has just been at the one beside this."""
    return abs(fd - slot.swept) == 1


def bad_descriptor():
    return OSError(errno.EBADF, os.strerror(errno.EBADF))


def foreign(slot, fd):
    """Reports whether a descriptor is the host's. The one that it has given to the script is not."""
    return local.is_taken(fd) and slot.env.get(b"PARALLAX_PROGRESS_FD") != b"%d" % fd


def refused(slot, fd):
    """Returns what is raised in the place of doing something to a descriptor of the host: for the script
    there is no such descriptor."""
    slot.swept = fd
    if fd not in slot.fds + slot.reserved:
        slot.warn("closerange", "it closes descriptors that it has not opened: what is the interpreter's, and the "
                  "standard streams of its other scripts, stays open")
    return bad_descriptor()


def closerange(low, high):
    """Closes those of its three streams that are in the range. Above them a script that has just
    begun to be a daemon means what it has inherited, which is nothing; here they are other scripts'."""
    slot = current.slot
    if slot is None or os.getpid() != local.PID:
        real_closerange(low, high)
        return
    for fd in range(max(low, 0), min(high, 3)):
        if slot.fds[fd] >= 0:
            reserve(slot, fd)
    if high > 3:
        slot.warn("closerange", "os.closerange closes its own standard streams only: other scripts of this interpreter "
                  "have files open, too")


def reserve(slot, at):
    """Closes a stream of a script, but keeps its number: it must not become another script's log
    while something here still writes to it. What is in its place refuses all reading or writing."""
    number, slot.fds[at] = slot.fds[at], -1
    refusing = os.open(os.devnull, os.O_WRONLY if at == 0 else os.O_RDONLY)
    real_dup2(refusing, number, False)
    local.real_close(refusing)
    slot.reserved.append(number)


def dup2(fd, fd2, inheritable=True):
    slot = current.slot
    to = mine(fd2)
    if to == -1:  # it was closed: the new one takes its place
        slot.fds[fd2] = wire.upward(os.dup(mine(fd)))
        return fd2
    if slot is not None and os.getpid() == local.PID and foreign(slot, to):
        if to not in slot.fds + slot.reserved or to == fd2 and sweeps(slot, to):
            raise refused(slot, to)
    real_dup2(mine(fd), to, inheritable and to == fd2)
    return fd2


real_dup2 = os.dup2
real_closerange = os.closerange
real_open = builtins.open


def open_mine(file, *args, **named):
    """open() of descriptor 0, 1 or 2 opens the script's own."""
    if type(file) is int and 0 <= file <= 2 and current.slot is not None:
        named.pop("closefd", None)
        file = os.dup(mine(file))
    return real_open(file, *args, **named)


def exec_as_child(run):
    """os.exec* ends the script with the status of the program, run as a child."""

    def executed(file, *args):
        slot = current.slot
        if slot is None or os.getpid() != local.PID:
            return run(file, *args)
        import subprocess

        slot.warn("exec", "a thread can't become another program: that runs as its child, and its end is the script's")
        argv, env = (args[0], args[1]) if len(args) > 1 else (args[0], None)
        flush(slot)
        code = subprocess.Popen(list(argv), executable=file, env=env).wait()
        leave_by(128 - code if code < 0 else code)

    return executed


# The end.

real_exit = os._exit


def exit_now(status):
    slot = current.slot
    if slot is None or os.getpid() != local.PID:
        real_exit(status)
    slot.warn("exit", "os._exit ends this script alone, and its finally blocks run: as a process they would not")
    leave_by(status)


def leave_by(status):
    """Ends the calling thread's script as os._exit would end a process."""
    slot = current.slot
    slot.code = status & 0xFF
    if _thread.get_ident() != slot.ident:
        exposed = local.shelter(slot)
        slot.push(slot.ident, End)
        rouse(slot)
        if exposed:
            local.expose(slot)
    raise End()


# Signals.

real_kill = os.kill


def kill(pid, number):
    slot = current.slot
    if slot is None or os.getpid() != local.PID or number == 0 or pid not in (local.PID, 0, -os.getpgrp()):
        return real_kill(pid, number)
    return slot.receive(number, sys._getframe(1))


def patch_signal():
    os.kill = kill
    os.killpg = lambda group, number, real=os.killpg: (
        kill(0, number) if current.slot is not None and group in (0, os.getpgrp()) else real(group, number))

    @local.for_scripts(signal.signal)
    def set_handler(slot, number, handler):
        number = signal.Signals(number)
        if threading.current_thread() is not slot.thread:
            raise ValueError("signal only works in main thread of the main interpreter")
        if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        before = slot.handler_of(number)
        slot.handlers[number] = handler
        if callable(handler) and number not in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            if id(sys._getframe(2).f_globals) in slot.own:
                slot.warn("signal", "as a thread it gets no signals of other programs: its handler of %s is called "
                          "only for those that it sends itself" % number.name)
        return before

    @local.for_scripts(signal.getsignal)
    def get_handler(slot, number):
        return slot.handler_of(signal.Signals(number))

    @local.for_scripts(signal.alarm)
    def alarm(slot, seconds):
        left = slot.set_clock(seconds, 0)[0]
        return int(left) + 1 if left else 0

    @local.for_scripts(signal.setitimer)
    def setitimer(slot, which, seconds, interval=0.0):
        if which != signal.ITIMER_REAL:
            raise signal.ItimerError("a thread has no timer of its own CPU time: run this script as a process")
        return slot.set_clock(seconds, interval)

    @local.for_scripts(signal.getitimer)
    def getitimer(slot, which):
        clock = slot.clock
        return (0.0, 0.0) if clock is None or which != signal.ITIMER_REAL else (clock.left(), clock.interval)

    @local.for_scripts(signal.pause)
    def pause(slot):
        rest(slot, 1 << 30, sys._getframe(2), till_signal=True)

    @local.for_scripts(signal.set_wakeup_fd)
    def set_wakeup_fd(slot, fd, *, warn_on_full_buffer=True):
        before, slot.wakeup = slot.wakeup, fd
        return before

    @local.for_scripts(signal.siginterrupt)
    def siginterrupt(slot, number, flag):
        signal.Signals(number)

    @local.for_scripts(signal.pthread_kill)
    def pthread_kill(slot, ident, number):
        if ident not in slot.idents:
            raise ProcessLookupError(3, "No such process")
        return slot.receive(number, sys._getframe(2)) if number else None

    @local.for_scripts(getattr(signal, "raise_signal", None))
    def raise_signal(slot, number):
        return slot.receive(number, sys._getframe(2))

    @local.for_scripts(_thread.interrupt_main)
    def interrupt_main(slot, number=signal.SIGINT):
        return slot.receive(number, sys._getframe(2))

    signal.signal, signal.getsignal, signal.alarm, signal.pause = set_handler, get_handler, alarm, pause
    signal.setitimer, signal.getitimer, signal.set_wakeup_fd = setitimer, getitimer, set_wakeup_fd
    signal.siginterrupt, signal.pthread_kill, signal.raise_signal = siginterrupt, pthread_kill, raise_signal
    _thread.interrupt_main = interrupt_main


real_register, real_unregister = atexit.register, atexit.unregister


def register(function, *args, **named):
    slot = current.slot
    if slot is None or id(sys._getframe(1).f_globals) not in slot.own or os.getpid() != local.PID:
        return real_register(function, *args, **named)
    slot.atexit.append((function, args, named))
    return function


def unregister(function):
    slot = current.slot
    if slot is not None:
        slot.atexit[:] = [entry for entry in slot.atexit if entry[0] != function]
    return real_unregister(function)


def flush(slot):
    """Flushes the script's streams and returns whether that went well."""
    for name in ("stdout", "stderr"):
        stream = slot.sys.get(name)
        if stream is None or getattr(stream, "closed", False):
            continue
        try:
            stream.flush()
        except Exception as fault:
            slot.sys.pop(name, None)  # once is enough
            if name == "stdout":
                slot.unflushed = True
                local.write_all(slot.fds[2], ("Exception ignored in: %r\n%s: %s\n" % (stream, type(fault).__name__, fault)).encode())
    return not slot.unflushed


def install():
    _thread.start_new_thread = _thread.start_new = in_slot(real_start)
    if hasattr(threading, "_start_new_thread"):
        threading._start_new_thread = _thread.start_new_thread
    if hasattr(_thread, "start_joinable_thread"):
        _thread.start_joinable_thread = joinable(_thread.start_joinable_thread)
        threading._start_joinable_thread = _thread.start_joinable_thread
    threading.excepthook = frames.quiet(threading.excepthook)
    threading.main_thread = main_thread
    time.sleep = sleep
    os.write, os.dup2, os.close, os.closerange = routed_fd(os.write), dup2, close, closerange
    for name in ("dup", "isatty", "read", "fstat", "get_inheritable", "set_inheritable", "get_blocking", "set_blocking"):
        if hasattr(os, name):
            setattr(os, name, routed_fd(getattr(os, name)))
    builtins.open = open_mine
    os._exit = exit_now
    os.execv = exec_as_child(os.execv)
    os.execve = exec_as_child(os.execve)
    patch_signal()
    atexit.register, atexit.unregister = register, unregister
    births.install()
    imports.patches["traceback"] = frames.patch_traceback
    imports.apply_patches()
