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
FINAL = 4.0  # seconds that a finalizer may take until something is thrown into it: less than a job's usual grace


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
    look_at(slot, code)


def look_at(slot, code):
    """Sets events on code that has just come, if who wants them has looked for it before. It is already
    where the next to look will find it."""
    if not wanted(slot) or not can_watch():
        return
    exposed = local.shelter(slot)
    try:
        found = {}
        codes.collect(code, found)
        watch(slot, found)
        unwatch(slot)  # if it is wanted no more
    finally:
        if exposed:
            local.expose(slot)


local.Slot.look_at = look_at


def wanted(slot):
    """Reports whether anything needs events on a script's code."""
    return bool(slot.pausing is not None or slot.signals or slot.due or slot.killing)


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
        slot.handle(sys._getframe(1))
    if ident in slot.due and not frames.finalizes(sys._getframe(1)):
        kind = slot.due.pop(ident, None)
        if kind is not None:  # else it is being thrown just now
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
        look_after(slot)
        return
    try:
        pause.unsaid.pop()
    except IndexError:
        return
    where = pause.held.get(slot.ident) or next(iter(list(pause.held.values())), "")
    wire.send(type="pause", id=pause.request, slot=slot.number, ok=True, where=where,
              ms=round((local.monotonic() - pause.began) * 1000, 3))


def look_again(slot, pause):
    """Looks after threads that do not come to where they would be held, though others are. If it can't,
    that is said, for nothing else would come."""
    try:
        while slot.pausing is pause and pause.unsaid:
            own.real_sleep(LOOK)
            if slot.pausing is pause and (pause.held or slot.bore and slot.stopped):
                tell(slot, pause, later=True)
    except BaseException as fault:
        if slot.pausing is pause and pause.unsaid:
            pause.unsaid.clear()
            wire.send(type="pause", id=pause.request, slot=slot.number, ok=False,
                      why="whether it is held can't be seen: %s: %s" % (type(fault).__name__, fault))


watched = {}  # code to how many scripts have it watched; code of libraries is everybody's
watching = _thread.allocate_lock()


def watch(slot, codes):
    """Sets events on code, until unwatch."""
    events = monitoring.events
    with watching:
        for code in codes:
            needed = events.LINE | events.JUMP | events.PY_RESUME | events.PY_START
            # For a loop in one line, which has no more than jumps. It can raise between the taking of a
            # lock and the `with` that lets it go: so not in code of libraries, and not at first.
            if slot.fine and codes[code]:
                needed |= events.INSTRUCTION
            if code not in slot.watched:
                slot.watched.add(code)
                watched[code] = watched.get(code, 0) + 1
            monitoring.set_local_events(TOOL, code, monitoring.get_local_events(TOOL, code) | needed)


def unwatch(slot, over=False):
    """Takes the events away, unless something else needs them or the script is over."""
    with watching:
        if not over and wanted(slot):
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
    if kin.stop(slot):
        look_after(slot)
    own.rouse(slot)


def look_after(slot):
    """Looks whether threads come to wait for what is held, in C code too: then they wait on."""
    pause = slot.pausing
    if pause is not None and pause.watcher:
        pause.watcher.clear()
        if not spawn(look_again, slot, pause):
            pause.watcher.append(True)  # who comes next may have more luck


def catch_up(slot):
    """Does to what a script has just started what was done to the others before it was known."""
    if slot.killed:
        kin.end(slot, True)
    elif kin.send(slot, signal.SIGSTOP):
        look_after(slot)


local.Slot.catch_up = catch_up


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
        slot.ask()
        resume(slot)
    else:
        if can_watch():
            slot.killing = True
        else:
            why = WHY_NOT_KILLED
        push(slot, dict.fromkeys(slot.idents, local.End))
        resume(slot)
    own.rouse(slot)
    try:
        kin.cancel(slot, hard)
    except RuntimeError:  # no more threads: the script gets no time to hear of it first
        kin.end(slot, hard)
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
    if not spawn(push_hard, slot, kinds):
        throw_due(slot, kinds)
        let_go(slot)


def spawn(function, *args):
    """Runs a function in a thread of the host's own. Returns false where there can be no more threads."""
    try:
        own.real_start(function, args)
    except (RuntimeError, MemoryError):
        return False
    return True


def push_hard(slot, kinds):
    """Throws what has not come to a line in time. A finalizer would swallow it: that is waited for."""
    own.real_sleep(LATE / 2)
    look_closer(slot)
    own.real_sleep(LATE / 2)
    until = local.monotonic() + FINAL
    while True:
        last, now = local.monotonic() >= until, sys._current_frames()
        throw_due(slot, [ident for ident in kinds if last or not frames.finalizes(now.get(ident))])
        if not any(ident in slot.due for ident in kinds):
            break
        del now
        own.real_sleep(LOOK)
    let_go(slot)
    own.rouse(slot)


def throw_due(slot, idents):
    """Throws at threads what is still due."""
    for ident in idents:
        kind = slot.due.pop(ident, None)
        if kind is not None:
            local.throw(slot, ident, kind)


def unswallowed(plain):
    """Makes the hook for what a finalizer raises throw again what was thrown at its thread: it was not for
    the finalizer, and nothing comes out of one."""

    def hook(args):
        slot, ident = current.slot, _thread.get_ident()
        if slot is not None and ident in slot.thrown and args.exc_type in (KeyboardInterrupt, SystemExit, local.End):
            if spawn(push_again, slot, ident, args.exc_type):
                return
        plain(args)

    return hook


def push_again(slot, ident, kind):
    own.real_sleep(LOOK)  # until the hook has returned
    if ident in slot.idents:
        push(slot, {ident: kind})
        own.rouse(slot)


sys.unraisablehook = unswallowed(sys.unraisablehook)


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
