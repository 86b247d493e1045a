"""What the processes of a script are, with what is below them: held, ended, and waited for when the
script is over."""
import _thread
import os
import signal

from _parallax import children, local
from _parallax.children import LAST_LOOK, group_of, left_alone, owners, pidfd_open, real_kill, reap

real_start = _thread.start_new_thread

# Processes as the system shows them (Linux; elsewhere nothing is seen below a child).


def text_of(path):
    try:
        with local.real_open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def stat_of(pid):
    """Returns a process's name, state, parent, group, session and birth, or None."""
    text = text_of("/proc/%d/stat" % pid)
    first, last = text.find(b"("), text.rfind(b")")
    fields = text[last + 1:].split()
    if first < 0 or len(fields) < 20:
        return None
    name = text[first + 1:last].decode(errors="replace")
    return name, fields[0].decode(), int(fields[1]), int(fields[2]), int(fields[3]), int(fields[19])


def below(pid):
    """Returns the children of a process."""
    try:
        tids = os.listdir("/proc/%d/task" % pid)
    except OSError:
        return []
    return [int(n) for tid in tids for n in text_of("/proc/%d/task/%s/children" % (pid, tid)).split()]


def orphans(slot):
    """Returns the living processes that lost their parent and carry the script's mark, with what the
    system shows of them. parallax takes them in, as children of its first thread."""
    marks = [b"%s=%s" % (key, slot.env[key]) for key in (b"PARALLAX_RUN", b"PARALLAX_TASK", b"PARALLAX_TRY") if key in slot.env]
    above = os.getppid()
    found = {}
    if len(marks) < 3:
        return found
    for word in text_of("/proc/%d/task/%d/children" % (above, above)).split():
        pid = int(word)
        stat = stat_of(pid) if pid != local.PID else None
        if stat is not None and stat[1] != "Z" and set(marks) <= set(environ_of(pid).split(b"\0")):
            found[pid] = stat
    return found


def environ_of(pid):
    """Reads a process's environment, which looks empty for an instant while it executes a program."""
    for _ in range(5):
        text = text_of("/proc/%d/environ" % pid)
        if text:
            break
        local.real_sleep(0.001)
    return text


def strays(slot):
    """Returns those of the orphans that a signal to the script is for: not daemons, in sessions of their own."""
    session = os.getsid(0)
    return [pid for pid, stat in orphans(slot).items() if stat[4] == session]


MOST_HELD = 200  # descriptors that are taken for that at once: scripts need some, too


class Held:
    """A process that is no child of ours, held so that it can't be taken for another. With others in
    plenty it is only looked at before it is signalled."""

    def __init__(self, pid, parent, others):
        self.pid = pid
        self.fd = pidfd_open(pid) if pidfd_open is not None and others < MOST_HELD else -1
        stat = stat_of(pid)  # read when it is held: another that has got the number has another parent
        self.there = stat is not None and stat[2] == parent
        self.birth = stat and stat[5]

    def same(self):
        """Reports whether its number is still its own."""
        stat = stat_of(self.pid)
        return stat is not None and stat[5] == self.birth

    def signal(self, number):
        try:
            if self.there and self.fd >= 0 and hasattr(signal, "pidfd_send_signal"):
                signal.pidfd_send_signal(self.fd, number)
            elif self.there and self.same():
                real_kill(self.pid, number)
        except OSError:
            pass

    def close(self):
        if self.fd >= 0:
            local.real_close(self.fd)


def send(slot, number):
    """Signals all that the script has started, the living children and what is below them, and the
    groups that these lead. Returns whether there are any. The calling thread is covered."""
    if not slot.bore:
        return False
    if children.lock._is_owned():  # a finalizer in the middle of what is done to children has started one
        real_start(send, (slot, number))
        return True
    with slot.signalling:  # so that what goes on after a stop is what was stopped before
        if number == signal.SIGSTOP and not slot.stopped:  # it goes on meanwhile
            return False
        # One that is stopped starts no more while we look.
        freeze = number in (signal.SIGSTOP, signal.SIGKILL)
        stray = strays(slot)
        with children.lock:
            born = list(slot.children)
            for pid in born if freeze else ():
                send_to(pid, signal.SIGSTOP)
        # Without that lock, by which all scripts wait: there may be thousands.
        for process in descendants(slot, born, stray, freeze):
            if number != signal.SIGSTOP:
                process.signal(number)
            process.close()
        with children.lock:
            for pid in born:
                if pid not in slot.children:  # it has been reaped, and its number may be another's
                    continue
                if number != signal.SIGSTOP:
                    send_to(pid, number)
                if group_of(pid) == pid:
                    send_to(-pid, number)
    return bool(born or stray)


def descendants(slot, born, stray, freeze):
    """Returns what is below children of a script, and strays with what is below these, held and (freeze)
    stopped."""
    held, walk = [], [Held(pid, os.getppid(), n) for n, pid in enumerate(stray)]
    for pid in born:
        if freeze:
            come_to_rest(pid)
        # A number stays a child's until it is reaped, after which it is not among them any more.
        found = [Held(child, pid, len(walk) + n) for n, child in enumerate(below(pid))]
        walk += found if owners.get(pid) is slot else close_all(found)
    while walk:
        process = walk.pop()
        held.append(process)
        if not process.there:
            continue
        if freeze:
            process.signal(signal.SIGSTOP)
            come_to_rest(process.pid)
        found = [Held(child, process.pid, len(held) + len(walk) + n) for n, child in enumerate(below(process.pid))]
        walk += found if not found or process.same() else close_all(found)
    return held


def close_all(processes):
    for process in processes:
        process.close()
    return []


def come_to_rest(pid):
    """Waits until a process that was told to stop does: until then it may start others."""
    for _ in range(20):
        stat = stat_of(pid)
        if stat is None or stat[1] in "TtZX":
            return
        local.real_sleep(0.001)


def send_to(pid, number):
    try:
        real_kill(pid, number)
    except OSError:
        pass


def stop(slot):
    """Holds what the script has started. Returns whether there is any."""
    slot.stopped = True
    return send(slot, signal.SIGSTOP)


def go_on(slot):
    if slot.stopped:
        slot.stopped = False
        send(slot, signal.SIGCONT)


def end(slot, hard):
    """Asks what the script has started to end, or ends it."""
    if hard:
        send(slot, signal.SIGKILL)
    elif send(slot, signal.SIGTERM):
        send(slot, signal.SIGCONT)  # what is stopped acts on it only then


def cancel(slot, hard):
    """Ends what the script has started, as it is ended itself."""
    if hard:
        slot.killed = True
        end(slot, True)
    elif slot.bore:
        real_start(ask, (slot,))


def ask(slot):
    """Asks what the script has started to end, once the script knows that it is to end itself: else it
    would take their end for what it has waited for, and go on."""
    slot.asked = True
    for _ in range(20):
        local.real_sleep(0.05)
        if not slot.signals and not slot.due:
            break
    end(slot, False)


# What is left behind.

NOTABLE = 0.1  # seconds that something must outlive its script before it is named though it ends by itself
GIVE_UP = 10.0  # seconds that a killed process may take to go
NAMED = 5  # processes that a line names at most
OUTCOMES = ("ended by itself", "ended with SIGTERM", "ended with SIGKILL", "could not be ended")


def linger(slot):
    """Waits for what a script has left behind. It gets the job's grace to end by itself, then SIGTERM,
    after another grace SIGKILL; held time does not count. A daemon is left alone. Returns a line on what
    was left and how it ended, or "". The calling thread is covered, and no code of the script runs in it
    any more."""
    if not slot.bore:
        return ""
    tend()
    server = close_forkserver(slot)
    ident, names, stage, lived, in_stage, step = _thread.get_ident(), (), 0, 0.0, 0.0, 0.001
    last = local.monotonic()
    while True:
        left = remaining(slot)
        now = local.monotonic()
        if not slot.stopped:
            in_stage += now - last
        lived, last = lived + now - last, now
        due = stage
        if slot.killing and stage < 2:
            due = 2
        elif stage == 0 and slot.asked:
            due = 1
        elif in_stage >= (slot.grace if stage < 2 else GIVE_UP):
            due = stage + 1
        if left and not names and (due > stage and not slot.asked or lived >= NOTABLE):
            names = tuple(name for pid, name in left.items() if pid != server)
        if not left or due == len(OUTCOMES) - 1:
            break
        if due > stage:
            stage, in_stage, step = due, 0.0, 0.001
            end(slot, stage == 2)
        if slot.pausing is not None:
            slot.hold(None)
            step = 0.001
        wake = slot.sleepers[ident] = _thread.allocate_lock()
        wake.acquire()
        wake.acquire(True, step)
        step = min(2 * step, LAST_LOOK)
    for late in (slot.sleepers, slot.due, slot.owed):  # what came for the script has come too late for it
        late.pop(ident, None)
    outcome = OUTCOMES[due if left else stage]
    if len(names) > 1:
        outcome = outcome.replace("by itself", "by themselves")
    said = said_of(names, "left 1 process behind: %s, ", "left %%d processes behind: %s, ")
    daemons = said_of(tuple(daemons_of(slot).values()), "left a daemon running: %s", "left %%d daemons running: %s")
    with slot.lock:
        slot.used = [a + b for a, b in zip(slot.used, slot.spent)]
    return "; ".join(part for part in (said and said + outcome, daemons) if part)


def said_of(names, one, many):
    if not names:
        return ""
    shown = ", ".join(names[:NAMED]) + (" and %d more" % (len(names) - NAMED) if len(names) > NAMED else "")
    return one % shown if len(names) == 1 else many % shown % len(names)


def named(pid, stat):
    return "%s (pid %d)" % (stat[0], pid)


def remaining(slot):
    """Reaps what has ended, and returns the names of what is left, by number."""
    session, found = os.getsid(0), {}
    with children.lock:
        for pid in list(slot.children):
            try:
                if reap([pid], 0) is not None:
                    continue
            except ChildProcessError:
                continue
            stat = stat_of(pid) or ("a process", "?", 0, 0, session, 0)
            if stat[4] == session:
                found[pid] = named(pid, stat)
    for pid, stat in orphans(slot).items():
        if stat[4] == session:
            found[pid] = named(pid, stat)
            slot.uncounted = True  # parallax will reap it, not we
    return found


def daemons_of(slot):
    """Returns the names of the daemons that a script leaves, by number, and lets go of them."""
    found = {}
    with children.lock:
        for pid in list(slot.children):
            found[pid] = named(pid, stat_of(pid) or ("a process",))
            slot.children.pop(pid)
            owners.pop(pid, None)
            left_alone.add(pid)
    session = os.getsid(0)
    found.update((pid, named(pid, stat)) for pid, stat in orphans(slot).items() if stat[4] != session)
    return found


def tend():
    """Reaps what was left alone and has ended."""
    with children.lock:
        for pid in list(left_alone):
            try:
                if reap([pid], 0) is None:
                    continue
            except ChildProcessError:
                pass
            left_alone.discard(pid)


def close_forkserver(slot):
    """Makes the server of multiprocessing end, once its processes have, and returns its number."""
    server = slot.forkserver
    if server is None or server._forkserver_alive_fd is None:
        return 0
    try:
        local.real_close(server._forkserver_alive_fd)
    except OSError:  # the script has closed it
        pass
    server._forkserver_alive_fd = None
    return server._forkserver_pid
