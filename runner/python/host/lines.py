"""Holds one thread among others where there is no sys.monitoring: at each of its lines, by a function
that Python has for tracers. It is exported but private, and proven on these versions. What its callback
raises is lost, so nothing may be thrown at a thread in it."""
import _thread
import ctypes
import sys

from _parallax import local
from _parallax.frames import ours

LINES = (3, 9) <= sys.version_info[:2] <= (3, 11)
CALL, LINE = 0, 2  # what a callback can be told of, among others
states = {}  # ident to PyThreadState*, of scripts' threads
looking = _thread.allocate_lock()  # held while a state is used: it may not go


def look(_, frame, what, __):
    """Is called at each line of a thread."""
    slot = local.current.slot
    if slot is not None and slot.pausing is not None and what in (CALL, LINE) and id(frame.f_globals) in slot.own:
        slot.hold(frame)
    return 0


if LINES:
    this_state = ctypes.pythonapi.PyThreadState_Get
    this_state.restype = ctypes.c_void_p
    set_trace = ctypes.pythonapi._PyEval_SetTrace
    set_trace.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    callback = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.py_object, ctypes.c_int, ctypes.c_void_p)(look)
    address = ctypes.cast(callback, ctypes.c_void_p)


def enter(slot):
    """Notes the calling thread, one of the script's."""
    if LINES:
        states[_thread.get_ident()] = this_state()
        if slot.pausing is not None:
            watch(_thread.get_ident(), True)


def leave():
    if LINES:
        watch(_thread.get_ident(), False, over=True)


def watch(ident, on, over=False):
    """Begins or ends to call look at each line of a thread, which may be gone. over: it is about to be."""
    with looking:
        state = states.pop(ident, None) if over else states.get(ident)
        if state is None:
            watched.discard(ident)
            return
        set_trace(state, address if on else None, id(callback) if on else None)
        (watched.add if on else watched.discard)(ident)
        if SPINS and on and not freeing:
            freeing.append(True)
            real_start(free, ())


# As long as something has been thrown at any thread and has not come, because that is in C code, a
# thread of Python 3.11 that has a tracer goes round and round before it enters a function.

SPINS = sys.version_info[:2] == (3, 11)
FREE = 0.05  # seconds that one may go round
real_start = _thread.start_new_thread
watched = set()  # idents
freeing = []  # holds something while a thread is in free


def free():
    """Lets those go on that go round. What has been thrown comes all the same: who returns from C code
    looks for it when it takes the interpreter's lock."""
    while True:
        with looking:
            if not watched:
                freeing.clear()
                return
        local.settle()
        local.real_sleep(FREE)


def in_look(frame):
    while frame is not None and ours(frame.f_code):
        if frame.f_code is look.__code__:
            return True
        frame = frame.f_back
    return False


real_settrace = sys.settrace


def settrace(function):
    slot = local.current.slot
    if slot is not None:
        slot.traced = function is not None
    real_settrace(function)
