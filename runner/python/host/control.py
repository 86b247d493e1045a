"""Pauses and ends one script among others.

From 3.12 on by sys.monitoring: events are set on the script's own code, and on what else is on its
stack, only while it is being paused or killed. While nothing is, nothing costs anything.
"""
import _thread
import sys
import types

from _parallax import frames, local, own
from _parallax.wire import wire

current = local.current
monitoring = getattr(sys, "monitoring", None)
WHY_NOT = "Python %d.%d can't hold one thread: that needs 3.12 or later" % sys.version_info[:2]
WHY_NOT_KILLED = ("Python %d.%d can't end a thread that catches KeyboardInterrupt or is in C code: only ending the "
                  "interpreter will do" % sys.version_info[:2])
TOOL = None


def claim_tool():
    """Takes an identifier that debuggers, coverage tools and profilers leave free."""
    global TOOL
    if TOOL is None:
        for number in (4, 3, 2, 1, 0):
            if monitoring.get_tool(number) is None:
                monitoring.use_tool_id(number, "parallax")
                TOOL = number
                break
        else:
            return False
        events = monitoring.events
        for event in (events.LINE, events.PY_START, events.PY_RESUME, events.JUMP):
            monitoring.register_callback(TOOL, event, on_event)
    return True


def add_code(slot, code):
    """Remembers the script's own code; modules are looked up when it matters."""
    slot.code_object = code


def codes_of(slot):
    """Returns all code objects that are the script's own and that its threads are in."""
    found = {}
    code = slot.code_object
    if code is not None:
        collect(code, found)
    for module in list(slot.modules.values()):
        for value in list(vars(module).values()):
            collect_value(value, found, module.__name__, 0)
    for frame in frames_of(slot):
        if id(frame.f_globals) in slot.own or slot.killing and not starts_threads(frame):
            collect(frame.f_code, found)
    return found


def starts_threads(frame):
    """Reports whether a frame is the start of a thread, which must run to its end: what it notes is
    everybody's."""
    return frame.f_globals.get("__name__") == "threading" and frame.f_code.co_name in ("_bootstrap", "_bootstrap_inner")


def collect(code, found):
    if code in found or frames.ours(code):
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
            if frames.ours(code) and code.co_name == "script_body":
                break
            if not frames.ours(code):
                yield frame
            frame = frame.f_back


class Pause:
    """One pause from the asking to its end."""

    def __init__(self, request):
        self.request = request
        self.began = local.monotonic()
        self.held = {}  # ident to where
        self.waiters = {}  # ident to the lock that the thread waits for
        self.unsaid = [True]  # who takes it out says that the script is held


def on_event(code, *_):
    """The callback of all events. It blocks the thread it is called in, or ends it."""
    slot = current.slot
    if slot is None:
        return None
    if slot.killing:
        raise local.End()
    if slot.pausing is not None:
        slot.hold(sys._getframe(1))
    return None


def hold(slot, frame):
    """Holds the calling thread until the script is resumed."""
    exposed = local.shelter(slot)
    ident = _thread.get_ident()
    try:
        while True:
            pause = slot.pausing
            if pause is None or slot.killing:
                return
            # A lock for each thread: one that is handed on could be lost with the thread that has it.
            waiter = pause.waiters[ident] = _thread.allocate_lock()
            waiter.acquire()
            pause.held[ident] = "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)
            if slot.pausing is pause:
                tell(slot, pause)
                waiter.acquire()
            pause.waiters.pop(ident, None)
            pause.held.pop(ident, None)
    finally:
        if exposed:
            local.expose(slot)


local.Slot.hold = hold


def idle(slot, ident, frames_now):
    """Reports whether a thread of a script only waits for another: its innermost call is in threading or queue."""
    frame = frames_now.get(ident)
    if frame is None:
        return True
    return frame.f_globals.get("__name__") in ("threading", "queue", "concurrent.futures.thread", "concurrent.futures._base")


def tell(slot, pause):
    """Says that the script is held, once all its threads are or wait for each other."""
    now = None
    for ident in list(slot.idents):
        if ident in pause.held:
            continue
        now = now or sys._current_frames()
        if not idle(slot, ident, now):
            return
    try:
        pause.unsaid.pop()
    except IndexError:
        return
    where = pause.held.get(slot.ident) or next(iter(list(pause.held.values())), "")
    wire.send(type="pause", id=pause.request, slot=slot.number, ok=True, where=where,
              ms=round((local.monotonic() - pause.began) * 1000, 3))


watched = {}  # code to how many scripts have it watched; code of libraries is everybody's
watching = _thread.allocate_lock()


def watch(slot, codes):
    """Sets events on code, until unwatch."""
    events = monitoring.events
    wanted = events.LINE | events.JUMP | events.PY_RESUME | events.PY_START
    with watching:
        for code in codes:
            if code in slot.watched:
                continue
            slot.watched.add(code)
            watched[code] = watched.get(code, 0) + 1
            if watched[code] == 1:
                monitoring.set_local_events(TOOL, code, wanted)


def unwatch(slot):
    with watching:
        while slot.watched:
            code = slot.watched.pop()
            watched[code] -= 1
            if not watched[code]:
                del watched[code]
                monitoring.set_local_events(TOOL, code, 0)


def pause(slot, request):
    """Starts holding a script. It returns at once; a message follows when the script is held."""
    if monitoring is None or not claim_tool():
        wire.send(type="pause", id=request, slot=slot.number, ok=False, why=WHY_NOT)
        return
    if slot.pausing is not None:
        slot.pausing.request = request
        slot.pausing.unsaid = [True]
        another_held(slot)
        return
    slot.pausing = Pause(request)
    watch(slot, codes_of(slot))
    own.rouse(slot)


def resume(slot):
    pause, slot.pausing = slot.pausing, None
    if pause is None:
        return
    if not slot.killing:
        unwatch(slot)
    pause.unsaid.clear()
    for waiter in list(pause.waiters.values()):
        if waiter.locked():
            waiter.release()


def cancel(slot, hard):
    """Ends a script: by an exception that it can handle, or at each of its lines."""
    why = ""
    if not hard:
        for ident in list(slot.idents):
            local.throw(slot, ident, KeyboardInterrupt if ident == slot.ident else SystemExit)
        resume(slot)
    elif monitoring is None or not claim_tool():
        for ident in list(slot.idents):
            local.throw(slot, ident, local.End)
        why = WHY_NOT_KILLED
    else:
        slot.killing = True
        watch(slot, codes_of(slot))
        for ident in list(slot.idents):
            local.throw(slot, ident, local.End)
        resume(slot)
    own.rouse(slot)
    if sys.version_info < (3, 13):
        # There is one flag for all threads. Whose turn it was not will look again when this thread,
        # which the pause here makes ask for the interpreter's lock, has made it.
        local.real_sleep(0.001)
    return why


def another_held(slot):
    """Looks again whether a script is held, as one of its threads has ended."""
    pause = slot.pausing
    if pause is not None and pause.held:
        tell(slot, pause)


local.Slot.another_held = another_held


def forget(slot):
    """Lets go of threads that are held though their script is over."""
    resume(slot)
    if slot.watched:
        unwatch(slot)
    slot.code_object = None
