"""Runs one script in a thread of its own, as __main__, as python would run it."""
import _thread
import gc
import os
import sys
import threading
import time
import traceback
import weakref
from importlib.machinery import SourceFileLoader

from _parallax import control, frames, imports, kin, local, module, own, streams
from _parallax.wire import wire

current = local.current
CLONE_FS = 0x200
slots = {}  # by number; living scripts


def find_unshare():
    if not sys.platform.startswith("linux"):
        return None
    if hasattr(os, "unshare"):
        return os.unshare
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "unshare"):
        return None

    def unshare(flags):
        if library.unshare(flags) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    return unshare


unshare = find_unshare()


def start(slot):
    """Starts the script's thread. Called by the thread that reads commands, which keeps the descriptors if
    there can be none."""
    slots[slot.number] = slot
    try:
        slot.thread = threading.Thread(target=live, args=(slot,), name="MainThread", daemon=False)
        slot.thread.start()
    except BaseException:  # no more threads can be had
        slots.pop(slot.number, None)
        raise


def live(slot):
    """The script's main thread, from its start to the last of it."""
    slot.ident = _thread.get_ident()
    try:
        tid = own.enter(slot)
        prepare(slot)
    except BaseException as fault:
        why = words(fault)
        leave(slot, Steps())
        wire.send(type="refused", slot=slot.number, why=why)
        return
    wire.send(type="started", slot=slot.number, tid=tid, ident=slot.ident)
    code = 1
    try:
        code = guarded(slot, script_body)
        code = finish(slot, code)
        if slot.killing and slot.code is None:
            code = 137
    finally:
        if os.getpid() != local.PID:  # a child that the script forked has come to its end
            own.real_exit(code)
        over(slot, code)


def prepare(slot):
    """Gives the thread what the kernel keeps: its folder and umask, its cores."""
    if unshare is not None:
        unshare(CLONE_FS)
    if slot.cwd is not None:
        if unshare is not None:
            os.chdir(slot.cwd)
        elif not os.path.samefile(slot.cwd, os.getcwd()):
            raise OSError("this system has no working folder for each thread: leave dir out, or run it as a process")
    if slot.cpus:
        os.sched_setaffinity(0, slot.cpus)
    streams.open_streams(slot)


def script_body(slot):
    """Runs the script. Its name is where stacks are cut."""
    slot.main.__builtins__ = sys.modules["builtins"]
    if sys.version_info < (3, 14):
        slot.main.__annotations__ = {}
    code = module.code_of(slot) if slot.module else code_of(slot)
    control.add_code(slot, code)
    exec(code, slot.main.__dict__)
    kind = slot.due.pop(slot.ident, None)
    if kind is not None:  # it came when no line was left
        raise kind


def code_of(slot):
    """Compiles the script."""
    slot.main.__dict__.update(__file__=slot.path, __loader__=SourceFileLoader("__main__", slot.path), __spec__=None,
                              __package__=None, __cached__=None)
    try:
        with streams.real_open(slot.path, "rb") as f:
            source = f.read()
    except OSError as fault:
        text = "%s: can't open file '%s': [Errno %d] %s\n" % (sys.executable, slot.path, fault.errno, fault.strerror)
        local.write_all(slot.fds[2], text.encode(errors="surrogateescape"))
        slot.code = 2
        raise local.End() from None
    try:
        return compile(source, slot.path, "exec", dont_inherit=True)
    except ValueError as fault:
        if sys.version_info >= (3, 12) or "null bytes" not in str(fault):
            raise
        raise SyntaxError("source code cannot contain null bytes") from None


def guarded(slot, function, *args):
    """Calls a part of the script and returns the exit status that its end means, 0 for none."""
    try:
        try:
            local.run_exposed(slot, function, slot, *args)
        except local.End:
            return 137 if slot.code is None else slot.code
        except SystemExit as end:
            return local.run_exposed(slot, exit_status, end)
        except BaseException as error:
            return local.run_exposed(slot, report, slot, error)
    except local.End:  # killed while it was reporting
        return 137 if slot.code is None else slot.code
    except KeyboardInterrupt:
        return 130
    return 0


def exit_status(end):
    code = end.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 0xFF
    try:
        print(code, file=sys.stderr, flush=True)
    except Exception:
        pass
    return 1


def report(slot, error):
    """Does what python does with what nobody caught."""
    frames.clean(error)
    hook = slot.sys.get("excepthook", sys.__excepthook__)
    own.flush(slot)
    try:
        hook(type(error), error, error.__traceback__)
    except SystemExit as end:
        return exit_status(end)
    except Exception as fault:
        frames.clean(fault)
        sys.stderr.write("Error in sys.excepthook:\n")
        sys.__excepthook__(type(fault), fault, fault.__traceback__)
        sys.stderr.write("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, error.__traceback__)
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def finish(slot, code):
    """Does what python does at exit: waits for threads, runs atexit, flushes."""
    if slot.code is None:  # os._exit skips all this
        ended = guarded(slot, wait_for_threads)
        while slot.atexit and slot.code is None:
            function, args, named = slot.atexit.pop()
            guarded(slot, lambda _: function(*args, **named))
        guarded(slot, imports.shut_logging)
        if slot.code is not None:
            code = slot.code
        elif ended and not code:
            code = ended
    if slot.code is None:
        guarded(slot, own.flush)
        if slot.unflushed:
            code = 120
    return code


def wait_for_threads(slot):
    """Joins the script's threads that are no daemons; pools without work end first."""
    while True:
        waiting = [t for t in threading.enumerate()
                   if t.ident in slot.idents and not t.daemon and t.ident != slot.ident]
        if not waiting:
            return
        for t in waiting:
            args = getattr(t, "_args", None) or ()
            executor = args[0]() if args and isinstance(args[0], weakref.ref) else None
            if executor is not None and hasattr(executor, "shutdown"):
                executor.shutdown(wait=False)
        waiting[0].join()


class Steps:
    """Does one thing after another, and keeps what went wrong with any."""

    def __init__(self):
        self.failed = []

    def do(self, what, function, *args):
        """Returns what the function does, or None. what: whose clearing up that is."""
        try:
            return function(*args)
        except BaseException as fault:
            self.failed.append("its %s: %s" % (what, words(fault)))
            return None


def words(fault):
    try:
        text = str(fault)
    except BaseException:  # it may be of a script's own making
        text = ""
    return "%s: %s" % (type(fault).__name__, text) if text else type(fault).__name__


def over(slot, code):
    """Reports the end and clears up. The end is told whatever fails of the rest, and what did with it."""
    steps = Steps()
    left, note = 0, ""
    try:
        steps.do("pause", control.resume, slot)
        left = steps.do("threads", end_threads, slot)
        if left is None:
            left = max(0, len(slot.idents) - 1)
        note = steps.do("processes", kin.linger, slot)
        if note is None:
            slot.uncounted = True
        steps.do("signals", control.forget, slot)
        if not left:
            steps.do("modules", guarded, slot, clear)
        steps.do("output", guarded, slot, own.flush)
        leave(slot, steps)
        if not slots:
            steps.do("warnings", imports.reset_warnings)
    finally:
        slots.pop(slot.number, None)
        failed = steps.failed and ["could not clear up %s" % "; ".join(steps.failed)]
        wire.send(type="exit", slot=slot.number, code=code, user=slot.used[0], system=slot.used[1],
                  voluntary=slot.used[2], involuntary=slot.used[3], max_rss=slot.peak >> 10,
                  uncounted=slot.uncounted, left="; ".join(([note] if note else []) + failed), leftover_threads=left)
    slot.__dict__.update(main=None, sys={}, thread=None, atexit=[], handlers={}, logs={})
    steps.do("memory", tidy)


def leave(slot, steps):
    """Makes the calling thread, the last of a script, nobody's again, and gives back what the script has
    been given."""
    while slot.undo:
        steps.do("descriptors", slot.undo.pop())
    steps.do("thread", own.leave, slot)
    current.slot = None
    steps.do("streams", close_streams, slot)
    slots.pop(slot.number, None)


def clear(slot):
    imports.forget(slot)
    gc.collect()  # what its finalizers print is still its own


def end_threads(slot):
    """Ends the daemons that a script leaves, and returns how many would not go within a moment."""
    mine = _thread.get_ident()
    watched = control.can_watch()
    killing, slot.killing = slot.killing, slot.killing or watched
    for wait in (0.001, 0.002, 0.005, 0.02, 0.05, 0.1, 0.1, 0.2, 0):
        left = [ident for ident in list(slot.idents) if ident != mine]
        if not left or not wait:
            break
        if watched and wait == 0.001:
            control.push(slot, dict.fromkeys(left, local.End))
        elif not watched or wait >= 0.1:
            for ident in left:
                local.throw(slot, ident, local.End)
        own.rouse(slot)
        own.real_sleep(wait)
    slot.killing = killing
    return len(left)


def close_streams(slot):
    # First the streams: one that still held something would write it at its end, when its number may
    # be that of another script's log.
    while slot.streams:
        try:
            slot.streams.pop().close()
        except (OSError, ValueError):
            continue
    for at, fd in enumerate(slot.fds):
        if fd >= 0:
            slot.fds[at] = -1
            local.real_close(fd)
    while slot.reserved:
        local.real_close(slot.reserved.pop())


def find_trim():
    try:
        import ctypes

        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, ImportError):
        return None


trim = find_trim()


def tidy():
    """Gives back what the script used, else each would leave its largest size to the next."""
    if trim is not None:
        trim(0)


def stack(slot):
    """Says where the script's threads are, innermost call last."""
    parts = []
    current_frames = sys._current_frames()
    for ident, tid in list(slot.idents.items()):
        frame = current_frames.get(ident)
        if frame is None:
            continue
        kind = "main thread" if ident == slot.ident else "thread"
        calls = traceback.StackSummary.extract(walk(frame))
        calls.reverse()  # before they are told: repeated ones are told as such, after the first of them
        parts.append("%s · tid %d\n%s" % (kind, tid, "".join(calls.format())))
    return "\n".join(parts)


def walk(frame):
    while frame is not None:
        code = frame.f_code
        if code.co_name == "script_body" and frames.ours(code):
            return
        if not frames.ours(code):
            yield frame, frame.f_lineno
        frame = frame.f_back
