"""Subinterpreters of the process, each with a GIL of its own. One runs this same host over a socket of
its own, for one script, and is gone with it."""
import _thread
import ctypes
import gc
import sys
import threading
import time

from _parallax import control, imports, inside, local, main, own, script, streams
from _parallax.wire import wire

HOLDS = sys.version_info >= (3, 14)
PATIENCE = 5  # seconds for the threads of a script that is over, or to be


# In the first interpreter.


def sub(message):
    """Starts a subinterpreter. Answered by "closed" when it is gone, or was not to be had."""
    fd, = wire.take()
    try:
        own.real_start(live, (fd, message["id"], message["boot"]))
    except BaseException:
        local.real_close(fd)
        raise


def live(fd, request, boot):
    """The thread in which a subinterpreter obeys. Whatever goes wrong in it, the process goes on."""
    why = ""
    try:
        why = run(fd, boot)
    except BaseException as fault:
        why = "%s: %s" % (type(fault).__name__, fault)
    wire.send(type="closed", id=request, why=why)


def run(fd, boot):
    """Lets a new subinterpreter live, and returns what was wrong with it."""
    try:
        import _interpreters

        allowed = {"allow_daemon_threads": True} if HOLDS else {}
        number = _interpreters.create(_interpreters.new_config("isolated", **allowed))
    except BaseException:
        local.real_close(fd)
        raise
    failed = _interpreters.exec(number, boot, {"descriptor": fd, "taken": ctypes.addressof(local.taken)})  # from here on the descriptor is its own
    if failed is not None and failed.type.__name__ == Leftovers.__name__:
        return failed.msg  # to take it down would end the process: it stays
    _interpreters.destroy(number)
    return "%s: %s" % (failed.type.__name__, failed.msg) if failed is not None else ""


# In a subinterpreter.


# sys._current_frames makes objects of the frames of all interpreters of the process, each of which
# would take them for its own: the process dies. So here is one for this interpreter alone.
states = {}  # ident to PyThreadState*, of the threads of scripts
looking = _thread.allocate_lock()  # held while the states are used: none of them may go
real_enter, real_leave = own.enter, own.leave
if inside:
    this_state = ctypes.pythonapi.PyThreadState_Get
    this_state.restype = ctypes.c_void_p
    frame_of = ctypes.pythonapi.PyThreadState_GetFrame  # since 3.9
    frame_of.argtypes, frame_of.restype = (ctypes.c_void_p,), ctypes.py_object
    this_interpreter = ctypes.pythonapi.PyInterpreterState_Get
    this_interpreter.restype = ctypes.c_void_p
    first_state = ctypes.pythonapi.PyInterpreterState_ThreadHead
    first_state.argtypes, first_state.restype = (ctypes.c_void_p,), ctypes.c_void_p
    next_state = ctypes.pythonapi.PyThreadState_Next
    next_state.argtypes, next_state.restype = (ctypes.c_void_p,), ctypes.c_void_p


def enter(slot):
    states[_thread.get_ident()] = this_state()
    return real_enter(slot)


def leave(slot):
    with looking:
        states.pop(_thread.get_ident(), None)
    real_leave(slot)


def current_frames():
    found = {}
    with looking:
        for ident, state in list(states.items()):
            try:
                found[ident] = frame_of(state)
            except ValueError:  # it has none now
                continue
    return found


def alone():
    """Reports whether the calling thread is the last of this interpreter. _thread._count() does not tell:
    it leaves out a thread that still lets go of what was its own, and with that Python ends the process."""
    state = this_state()
    return first_state(this_interpreter()) == state and not next_state(state)


def start_no_more(*_, **__):
    """Takes the place of what starts threads, for what is finalized after all of them have ended."""
    raise RuntimeError("can't create new thread at interpreter shutdown")


class Leftovers(Exception):
    """Threads go on though their script is over."""


def serve():
    """What main.serve is for a process."""
    threading.current_thread().name = "parallax"
    if not HOLDS:  # what monitoring does to subinterpreters there is not known well enough
        control.monitoring = None
        control.WHY_NOT = "Python %d.%d can't hold a subinterpreter: 3.14 and later can" % sys.version_info[:2]
    imports.install()
    streams.install()
    own.install()
    own.enter, own.leave, sys._current_frames = enter, leave, current_frames
    gc.freeze()
    over = []
    main.COMMANDS["shutdown"] = over.append
    main.hello()
    for line in wire.lines():
        main.obey(line)
        if over:
            break
    for slot in list(script.slots.values()):
        control.cancel(slot, True)
    local.real_close(wire.sock.detach())
    until = time.monotonic() + PATIENCE
    while not alone():
        if time.monotonic() > until:
            raise Leftovers("threads of its script go on")
        own.real_sleep(0.001)
    _thread.start_new_thread = _thread.start_new = threading._start_new_thread = start_no_more
    _thread.start_joinable_thread = threading._start_joinable_thread = start_no_more


if inside:
    main.serve = serve
else:
    main.COMMANDS["sub"] = sub
