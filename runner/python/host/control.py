"""Pauses, signals and ends one script among others.

From 3.12 on by sys.monitoring: events are set on the script's own code, and on what else is on its
stack, only while it is being paused, signalled or killed. While nothing is, nothing costs anything.
On 3.9 to 3.11 a pause is had by other means: see lines.
"""
import _thread
import signal
import sys

from _parallax import codes, frames, kin, lines, local, own, rest
from _parallax.wire import wire

current = local.current
monitoring = getattr(sys, "monitoring", None)
WHY_NOT = "Python %d.%d can't hold one thread: that needs 3.9 or later" % sys.version_info[:2]
WHY_NOT_KILLED = ("Python %d.%d can't end a thread that catches KeyboardInterrupt or is in C code: only ending the "
                  "interpreter will do" % sys.version_info[:2])
TOOL = None
LATE = 0.2  # seconds that a thread has to come to its next line
LOOK = 0.1  # seconds between two looks at whether a thread moves


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


class Pause:
    """One pause from the asking to its end."""

    def __init__(self, request):
        self.request = request
        self.began = local.monotonic()
        self.held = {}  # ident to where
        self.waiters = {}  # ident to the lock that the thread waits for
        self.unsaid = [True]  # who takes it out says that the script is held
        self.rests = {}  # what was known of the rest of its threads
        self.watcher = [True]  # who takes it out looks at those again


def on_event(*_):
    """The callback of events. It blocks the thread it is called in, calls its handlers, or ends it."""
    on_jump()
    slot = current.slot
    if slot is None:
        return
    ident = _thread.get_ident()
    if slot.signals and ident == slot.ident:
        handle(slot, sys._getframe(1))
    kind = slot.due.pop(ident, None)
    if kind is not None:
        let_go(slot)
        raise kind


def on_jump(*_):
    """The callback of jumps. What it raises misses the `try` that the jump is in: so it raises only what
    none may catch."""
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
            pause.held[ident] = "%s:%d" % (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ""
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


def tell(slot, pause, later=False):
    """Says that the script is held, once all its threads are, or wait for each other, or (later) rest."""
    now = sys._current_frames()
    out = [ident for ident in list(slot.idents) if ident not in pause.held and not idle(slot, ident, now)]
    if later:
        out = [ident for ident in out if not rest.at_rest(slot, pause, ident)]
    if out:
        if pause.watcher:
            pause.watcher.clear()
            own.real_start(look_again, (slot, pause))
        return
    try:
        pause.unsaid.pop()
    except IndexError:
        return
    where = pause.held.get(slot.ident) or next(iter(list(pause.held.values())), "")
    wire.send(type="pause", id=pause.request, slot=slot.number, ok=True, where=where,
              ms=round((local.monotonic() - pause.began) * 1000, 3))


def look_again(slot, pause):
    """Looks after threads that do not come to where they would be held, though others are."""
    while slot.pausing is pause and pause.unsaid:
        own.real_sleep(LOOK)
        if slot.pausing is pause and (pause.held or slot.bore and slot.stopped):
            tell(slot, pause, later=True)


watched = {}  # code to how many scripts have it watched; code of libraries is everybody's
watching = _thread.allocate_lock()


def watch(slot, codes):
    """Sets events on code, until unwatch."""
    events = monitoring.events
    with watching:
        for code in codes:
            wanted = events.LINE | events.JUMP | events.PY_RESUME | events.PY_START
            # For a loop in one line, which has no more than jumps. It can raise between the taking of a
            # lock and the `with` that lets it go: so not in code of libraries, and not at first.
            if slot.fine and codes[code]:
                wanted |= events.INSTRUCTION
            if code not in slot.watched:
                slot.watched.add(code)
                watched[code] = watched.get(code, 0) + 1
            monitoring.set_local_events(TOOL, code, monitoring.get_local_events(TOOL, code) | wanted)


def unwatch(slot, over=False):
    """Takes the events away, unless something else needs them or the script is over."""
    with watching:
        if not over and (slot.pausing is not None or slot.signals or slot.due or slot.killing):
            return
        slot.fine = False
        while slot.watched:
            code = slot.watched.pop()
            watched[code] -= 1
            if not watched[code]:
                del watched[code]
                monitoring.set_local_events(TOOL, code, 0)


def why_not(slot):
    """Says why a script can't be held, or returns ""."""
    if monitoring is not None:
        return "" if claim_tool() else "tools of the scripts take all places that sys.monitoring has"
    if not lines.LINES:
        return WHY_NOT
    return "it traces itself (sys.settrace)" if slot.traced else ""


def pause(slot, request):
    """Starts holding a script. It returns at once; a message follows when the script is held."""
    why = why_not(slot)
    if why:
        wire.send(type="pause", id=request, slot=slot.number, ok=False, why=why)
        return
    if slot.pausing is not None:
        slot.pausing.request = request
        slot.pausing.unsaid = [True]
        slot.pausing.watcher = [True]
        another_held(slot)
        return
    slot.pausing = Pause(request)
    if monitoring is not None:
        watch(slot, codes.codes_of(slot))
    for ident in list(slot.idents) if lines.LINES else ():
        lines.watch(ident, True)
    if kin.stop(slot):  # who waits for one of them, in C code too, waits on
        slot.pausing.watcher.clear()
        own.real_start(look_again, (slot, slot.pausing))
    own.rouse(slot)


def resume(slot):
    pause, slot.pausing = slot.pausing, None
    if pause is None:
        return
    kin.go_on(slot)
    unwatch(slot)
    for ident in list(slot.idents) if lines.LINES else ():
        lines.watch(ident, False)
    pause.unsaid.clear()
    for waiter in list(pause.waiters.values()):
        if waiter.locked():
            waiter.release()


def cancel(slot, hard):
    """Ends a script: as a signal would, or at each of its lines."""
    why = ""
    if lines.LINES:
        let_out(slot)
    if not hard:
        ask(slot)
        resume(slot)
    else:
        if can_watch():
            slot.killing = True
        else:
            why = WHY_NOT_KILLED
        push(slot, dict.fromkeys(slot.idents, local.End))
        resume(slot)
    own.rouse(slot)
    kin.cancel(slot, hard)
    if sys.version_info < (3, 13):
        # There is one flag for all threads. Whose turn it was not will look again when this thread,
        # which the pause here makes ask for the interpreter's lock, has made it.
        local.real_sleep(0.001)
    return why


def can_watch():
    return monitoring is not None and claim_tool()


def push(slot, kinds):
    """Raises something in threads of a script, by ident: at their next line, where a lock that they take
    is not lost; or, if they do not come to one, at once. The calling thread is covered."""
    if not can_watch():
        for ident, kind in kinds.items():
            local.throw(slot, ident, kind)
        return
    slot.due.update(kinds)
    watch(slot, codes.codes_of(slot))
    own.real_start(push_hard, (slot, kinds))


def push_hard(slot, kinds):
    own.real_sleep(LATE / 2)
    look_closer(slot)
    own.real_sleep(LATE / 2)
    for ident in kinds:
        kind = slot.due.pop(ident, None)
        if kind is not None:
            local.throw(slot, ident, kind)
    let_go(slot)
    own.rouse(slot)


def look_closer(slot):
    """Lets what is due come within a line."""
    if slot.signals or slot.due:
        slot.fine = True
        watch(slot, codes.codes_of(slot))


local.Slot.push = lambda slot, ident, kind: push(slot, {ident: kind})


def let_go(slot):
    """Takes events away that nothing needs any more."""
    if slot.watched:
        exposed = local.shelter(slot)
        unwatch(slot)
        if exposed:
            local.expose(slot)


def let_out(slot):
    """Lets threads that are held get to where something can be thrown at them."""
    resume(slot)
    for _ in range(400):
        now = sys._current_frames()
        if not any(lines.in_look(now.get(ident)) for ident in list(slot.idents)):
            return
        local.real_sleep(0.005)


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
    slot.due.clear()
    if slot.clock is not None:
        slot.clock.stop()
    unwatch(slot, over=True)
    slot.code_object = None


# Signals. The system has none for a thread: those that a script sends itself, its alarms and the wish
# that it end are given to it here, in its main thread, between two of its lines.

IGNORED = [getattr(signal, name) for name in ("SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH") if hasattr(signal, name)]


def handler_of(slot, number):
    return slot.handlers.get(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def ask(slot):
    """Does what a script is asked to end by: SIGTERM if it handles or ignores that, else SIGINT."""
    number = signal.SIGTERM
    if handler_of(slot, number) in (signal.SIG_DFL, None):
        number = signal.SIGINT
    if handler_of(slot, number) is signal.default_int_handler:
        push(slot, {ident: SystemExit for ident in list(slot.idents) if ident != slot.ident})
    deliver(slot, number)


def deliver(slot, number):
    """Gives a script a signal. The calling thread is covered."""
    handler = handler_of(slot, number)
    if handler == signal.SIG_IGN or handler == signal.SIG_DFL and number in IGNORED:
        return
    if slot.wakeup >= 0:
        local.write_all(slot.wakeup, bytes([number]))
    if handler is signal.default_int_handler:
        slot.push(slot.ident, KeyboardInterrupt)
    elif callable(handler):
        slot.signals.append(number)
        if can_watch():
            watch(slot, codes.codes_of(slot))
        own.real_start(step_in, (slot,))
    else:
        slot.code = 128 + number
        slot.push(slot.ident, local.End)
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
        let_go(slot)


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
        if can_watch() and not slot.fine:
            look_closer(slot)
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
        """Seconds to the next ring; 0 only for one that rings no more. One that is late has the next ahead."""
        left = self.due - local.monotonic()
        if left <= 0 and self.interval:
            return left % self.interval or self.interval
        return max(0.0, left)

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
