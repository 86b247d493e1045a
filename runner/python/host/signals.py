"""Signals. The system has none for a thread: those that a script sends itself, its alarms and the wish that
it end are given to it here, in its main thread, between two of its lines."""
import _thread
import signal
import sys

from _parallax import codes, local, own
from _parallax.control import LOOK, can_watch, let_go, look_closer, monitoring, push, spawn, watch

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
        spawn(step_in, slot)
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


local.Slot.ask = ask
local.Slot.receive = send
local.Slot.set_clock = set_clock
local.Slot.handler_of = handler_of
