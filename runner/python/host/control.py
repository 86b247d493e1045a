"""Pauses, signals and ends one script among others.

From 3.12 on by sys.monitoring: events are set on the script's own code, and on what else is on its
stack, only while it is being paused, signalled or killed. While nothing is, nothing costs anything.
"""
import _thread
import signal
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
        for event in (events.LINE, events.PY_START, events.PY_RESUME, events.INSTRUCTION):
            monitoring.register_callback(TOOL, event, on_event)
        monitoring.register_callback(TOOL, events.JUMP, on_jump)
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
        if id(frame.f_globals) in slot.own or (slot.killing or slot.signals) and not starts_threads(frame):
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


def on_event(*_):
    """The callback of events. It blocks the thread it is called in, calls its handlers, or ends it."""
    on_jump()
    slot = current.slot
    if slot is not None and slot.signals and _thread.get_ident() == slot.ident:
        slot.handle(sys._getframe(1))


def on_jump(*_):
    """The callback of jumps. What it raises misses the `try` that the jump is in: so it calls no
    handlers."""
    slot = current.slot
    if slot is None:
        return
    if slot.killing:
        raise local.End()
    if slot.pausing is None:
        return
    frame = sys._getframe(1)
    while frames.ours(frame.f_code):
        frame = frame.f_back
    if id(frame.f_globals) in slot.own:
        slot.hold(frame)


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
    if slot.signals:  # for a loop in one line, which has no more than jumps
        wanted |= events.INSTRUCTION
    with watching:
        for code in codes:
            if code not in slot.watched:
                slot.watched.add(code)
                watched[code] = watched.get(code, 0) + 1
            monitoring.set_local_events(TOOL, code, monitoring.get_local_events(TOOL, code) | wanted)


def unwatch(slot, over=False):
    """Takes the events away, unless something else needs them or the script is over."""
    with watching:
        if not over and (slot.pausing is not None or slot.signals or slot.killing):
            return
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
    unwatch(slot)
    pause.unsaid.clear()
    for waiter in list(pause.waiters.values()):
        if waiter.locked():
            waiter.release()


def cancel(slot, hard):
    """Ends a script: as a signal would, or at each of its lines."""
    why = ""
    if not hard:
        ask(slot)
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
    slot.signals.clear()
    if slot.clock is not None:
        slot.clock.stop()
    unwatch(slot, over=True)
    slot.code_object = None


# Signals. The system has none for a thread: those that a script sends itself, its alarms and the wish
# that it end are given to it here, in its main thread, between two of its lines.

IGNORED = [getattr(signal, name) for name in ("SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH") if hasattr(signal, name)]
LOOK = 0.1  # seconds between two looks at whether a thread moves


def handler_of(slot, number):
    return slot.handlers.get(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def ask(slot):
    """Does what a script is asked to end by: SIGTERM if it handles or ignores that, else SIGINT."""
    number = signal.SIGTERM
    if handler_of(slot, number) in (signal.SIG_DFL, None):
        number = signal.SIGINT
    if handler_of(slot, number) is signal.default_int_handler:
        for ident in list(slot.idents):
            if ident != slot.ident:
                local.throw(slot, ident, SystemExit)
    deliver(slot, number)


def deliver(slot, number):
    """Gives a script a signal. The calling thread is covered."""
    handler = handler_of(slot, number)
    if handler == signal.SIG_IGN or handler == signal.SIG_DFL and number in IGNORED:
        return
    if slot.wakeup >= 0:
        local.write_all(slot.wakeup, bytes([number]))
    if handler is signal.default_int_handler:
        local.throw(slot, slot.ident, KeyboardInterrupt)
    elif callable(handler):
        slot.signals.append(number)
        if monitoring is not None and claim_tool():
            watch(slot, codes_of(slot))
        own.real_start(step_in, (slot,))
    else:
        slot.code = 128 + number
        local.throw(slot, slot.ident, local.End)
    own.rouse(slot)


def handle(slot, frame):
    """Calls the handlers of the signals that have come. frame: what they interrupt."""
    try:
        while True:
            try:
                number = slot.signals.popleft()
            except IndexError:
                break
            handler = handler_of(slot, number)
            if callable(handler):
                local.run_within(slot, handler, int(number), frame)
    finally:
        exposed = local.shelter(slot)
        if slot.watched:
            unwatch(slot)
        if exposed:
            local.expose(slot)


local.Slot.handle = handle


def position(slot):
    frame = sys._current_frames().get(slot.ident)
    return frame and (frame, frame.f_lasti)


def step_in(slot):
    """Calls handlers in a thread of their own if the main thread does not come to it: because it is in
    C code, or because this Python has no way to make it."""
    still = 0
    before = None
    while still < 3:
        own.real_sleep(LOOK)
        if not slot.signals or slot.ident not in slot.idents:
            return
        if slot.pausing is not None:
            continue
        now = position(slot)
        still = still + 1 if now == before or monitoring is None else 0
        before = now
    before = None
    own.body_of_thread(slot, handle_apart, (slot,), {})


def handle_apart(slot):
    try:
        handle(slot, sys._current_frames().get(slot.ident))
    except local.End:
        raise
    except BaseException as error:
        exposed = local.shelter(slot)
        local.throw(slot, slot.ident, carrier(error))
        own.rouse(slot)
        if exposed:
            local.expose(slot)


def carrier(error):
    """Returns a class whose making gives error: what is thrown at a thread can only be a class."""
    kind = type(error)
    return type(kind.__name__, (kind,), {"__new__": lambda *_: error, "__init__": lambda *_: None})


class Clock:
    """An alarm, which rings once or again and again."""

    def __init__(self, slot, seconds, interval):
        self.slot = slot
        self.due = local.monotonic() + seconds
        self.interval = interval
        self.lock = _thread.allocate_lock()
        self.lock.acquire()
        own.real_start(self.run, ())

    def run(self):
        while not self.lock.acquire(True, max(0, self.due - local.monotonic())):
            if self.slot.ident not in self.slot.idents:
                return
            deliver(self.slot, signal.SIGALRM)
            if not self.interval:
                return
            self.due += self.interval

    def left(self):
        return max(0.0, self.due - local.monotonic())

    def stop(self):
        if self.lock.locked():
            self.lock.release()


def set_clock(slot, seconds, interval):
    """Sets the script's alarm and returns what was left of the one before, and its interval."""
    exposed = local.shelter(slot)
    try:
        seconds, interval = float(seconds), float(interval)
        clock = slot.clock
        before = (0.0, 0.0) if clock is None or not clock.left() else (clock.left(), clock.interval)
        if clock is not None:
            clock.stop()
        slot.clock = Clock(slot, seconds, interval) if seconds > 0 else None
        return before
    finally:
        if exposed:
            local.expose(slot)


def send(slot, number, frame):
    """Does what a script sends itself."""
    signal.Signals(number)
    if callable(handler_of(slot, number)) and _thread.get_ident() == slot.ident:
        slot.signals.append(number)
        return handle(slot, frame)
    exposed = local.shelter(slot)
    deliver(slot, number)
    if exposed:
        local.expose(slot)


local.Slot.receive = send
local.Slot.set_clock = set_clock
local.Slot.handler_of = handler_of
