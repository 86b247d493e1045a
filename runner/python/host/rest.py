"""Tells a thread that waits in C code from one that runs."""
from _parallax import local


def waits(slot, ident):
    """Says how often a thread has waited for something, or None. One that waits for the interpreter's
    lock does so all the time."""
    try:
        with local.real_open("/proc/self/task/%d/status" % slot.idents[ident], "rb") as status:  # names are bytes
            return [line for line in status if line.startswith((b"State:\tS", b"voluntary"))]
    except (OSError, KeyError):
        return None


def at_rest(slot, pause, ident):
    """Reports whether a thread has not run since the last look: then it waits in C code, perhaps for a
    lock that a held thread has."""
    now = waits(slot, ident)
    before, pause.rests[ident] = pause.rests.get(ident), now
    return now is not None and len(now) == 2 and now == before
