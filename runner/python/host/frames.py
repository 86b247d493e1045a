"""Keeps the host out of tracebacks and stacks: what a script shows is what plain python shows. Says
which code is a script's, and looks at the lines of its threads where there is no sys.monitoring."""
import _thread
import ctypes
import sys
import types

from _parallax import local

real_open = open
HOST = "<parallax "
IMPORTLIB = "<frozen importlib"


def ours(code):
    """Reports whether code is the host's."""
    return code.co_filename.startswith(HOST)


def hidden(code, after):
    """Reports whether a frame is none of the script's; after: the one before it was hidden."""
    name = code.co_filename
    return name.startswith(HOST) or after and name.startswith(IMPORTLIB)


def visible(tb):
    """Unlinks the host's entries from a traceback and returns its first that is left, or None."""
    first = last = None
    after = False
    while tb is not None:
        after = hidden(tb.tb_frame.f_code, after)
        if not after:
            if first is None:
                first = tb
            else:
                last.tb_next = tb
            last = tb
        tb = tb.tb_next
    if last is not None:
        last.tb_next = None
    return first


def clean(error, seen=None):
    """Takes the host's frames out of an exception and of those it came from."""
    seen = set() if seen is None else seen
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = visible(error.__traceback__)
        for inner in getattr(error, "exceptions", None) or ():
            if isinstance(inner, BaseException):
                clean(inner, seen)
        clean(error.__cause__, seen)
        error = error.__context__


def quiet(plain):
    """Makes the hook for what threads raise say nothing of the end of a script."""

    def hook(args):
        if not issubclass(args.exc_type, local.End):
            clean(args.exc_value)
            args = type(args)((args.exc_type, args.exc_value, args.exc_value.__traceback__, args.thread))
            plain(args)

    return hook


def patch_traceback(traceback):
    """Makes the traceback module, and so logging, leave out the host's frames."""

    def filtered(walk, code_of):
        def walked(*args, **named):
            after = False
            for item in walk(*args, **named):
                after = hidden(code_of(item), after)
                if not after:
                    yield item

        return walked

    def stack_filtered(walk):
        def walked(f):
            if f is None:
                f = sys._getframe(1)
                while f is not None and f.f_globals.get("__name__") in ("traceback", "_parallax.frames"):
                    f = f.f_back
            for item in walk(f):
                if ours(item[0].f_code):
                    if item[0].f_code.co_name == "script_body":
                        return  # what is below is the thread's start
                    continue
                yield item

        return walked

    traceback.walk_tb = filtered(traceback.walk_tb, lambda item: item[0].f_code)
    traceback.walk_stack = stack_filtered(traceback.walk_stack)
    full = getattr(traceback, "_walk_tb_with_full_positions", None)
    if full is not None:
        traceback._walk_tb_with_full_positions = filtered(full, lambda item: item[0].f_code)


# The code of a script.


def codes_of(slot):
    """Returns the code objects that are the script's own (true), and those of libraries that its threads
    are in (false), if something is to be raised there."""
    found = {}
    code = slot.code_object
    if code is not None:
        collect(code, found)
    for module in list(slot.modules.values()):
        for value in list(vars(module).values()):
            collect_value(value, found, module.__name__, 0)
    for frame in frames_of(slot):
        if id(frame.f_globals) in slot.own:
            collect(frame.f_code, found)
        elif (slot.killing or slot.signals or slot.due) and not starts_threads(frame):
            found.setdefault(frame.f_code, False)
    return found


def starts_threads(frame):
    """Reports whether a frame is the start of a thread, which must run to its end: what it notes is
    everybody's."""
    return frame.f_globals.get("__name__") == "threading" and frame.f_code.co_name in ("_bootstrap", "_bootstrap_inner")


def collect(code, found):
    if code in found or ours(code):
        return
    found[code] = True
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            collect(constant, found)


def collect_value(value, found, name, depth):
    function = getattr(value, "__func__", value)
    function = getattr(function, "__wrapped__", function) if isinstance(function, types.FunctionType) else function
    if isinstance(function, types.FunctionType) and function.__module__ == name:
        collect(function.__code__, found)
    elif isinstance(value, type) and value.__module__ == name and depth < 4:
        for inner in list(vars(value).values()):
            for part in (inner, getattr(inner, "fget", None)):
                if part is not None:
                    collect_value(part, found, name, depth + 1)


def frames_of(slot):
    """Yields the frames of the script's threads, without the host's."""
    now = sys._current_frames()
    for ident in list(slot.idents):
        frame = now.get(ident)
        while frame is not None:
            code = frame.f_code
            if ours(code) and code.co_name == "script_body":
                break
            if not ours(code):
                yield frame
            frame = frame.f_back


def waits(slot, ident):
    """Says how often a thread has waited for something, or None. One that waits for the interpreter's
    lock does so all the time."""
    try:
        with real_open("/proc/self/task/%d/status" % slot.idents[ident]) as status:
            return [line for line in status if line.startswith(("State:\tS", "voluntary"))]
    except (OSError, KeyError):
        return None


def at_rest(slot, pause, ident):
    """Reports whether a thread has not run since the last look: then it waits in C code, perhaps for a
    lock that a held thread has."""
    now = waits(slot, ident)
    before, pause.rests[ident] = pause.rests.get(ident), now
    return now is not None and len(now) == 2 and now == before


# Lines of one thread among others, by a function that Python has for tracers: exported but private, and
# proven on these versions. What its callback raises is lost, so nothing may be thrown at a thread in it.

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
        watch(_thread.get_ident(), False)
        states.pop(_thread.get_ident(), None)


def watch(ident, on):
    with looking:
        state = states.get(ident)
        if state is None:
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
