"""Reads commands until the other side ends, and answers."""
import gc
import json
import os
import platform
import signal
import sys
import threading

from _parallax import control, imports, lines, local, own, script, streams
from _parallax.wire import wire

try:
    import faulthandler
except ImportError:  # in a subinterpreter, whose process has it
    faulthandler = None

PROTOCOL = 1


def hello():
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    wire.send(
        type="hello", protocol=PROTOCOL, pid=os.getpid(), version=platform.python_version(),
        implementation=platform.python_implementation(), executable=sys.executable, gil=gil,
        pause=control.monitoring is not None or lines.LINES, kill=control.monitoring is not None,
        own_folder=script.unshare is not None)


def told(message, do, *args):
    """Does something to a script. One that is over meanwhile has nothing to say to that: its end is told."""
    slot = script.slots.get(message["slot"])
    return do(slot, *args) if slot is not None else None


def run(message):
    fds = wire.take()
    try:
        number = message["slot"]
        if number in script.slots:
            raise ValueError("slot %r is taken" % number)
        if len(fds) < 3:
            raise ValueError("run: came without its three descriptors")
        slot = local.Slot(number, message, fds[:3])
        for fd in fds[3:]:
            offer(slot, fd)
        script.start(slot)
    except BaseException:
        for fd in fds:
            local.real_close(fd)
        raise


def offer(slot, fd):
    """Gives a script a descriptor for saying how far it is."""
    slot.env[b"PARALLAX_PROGRESS_FD"] = b"%d" % fd
    it = os.fstat(fd)

    def withdraw():
        try:
            if os.path.samestat(os.fstat(fd), it):  # else the script has closed it, and the number is another's
                local.real_close(fd)
        except OSError:
            pass

    slot.undo.append(withdraw)


def pause(message):
    told(message, control.pause, message.get("id"))


def resume(message):
    told(message, control.resume)


def cancel(message):
    why = told(message, control.cancel, bool(message.get("hard")))
    if why:
        wire.send(type="stubborn", slot=message["slot"], why=why)


def stack(message):
    slot = script.slots.get(message["slot"])
    wire.send(type="stack", id=message.get("id"), slot=message["slot"], text=script.stack(slot) if slot else "")


def ping(message):
    wire.send(type="pong", id=message.get("id"))


def shutdown(_):
    own.real_exit(0)


COMMANDS = {"run": run, "pause": pause, "resume": resume, "cancel": cancel, "stack": stack, "ping": ping,
            "shutdown": shutdown}


def obey(line):
    """Does one command. Whatever is wrong with it, the host goes on."""
    message = None
    try:
        message = json.loads(line.decode())
        command = COMMANDS.get(message.get("type")) if isinstance(message, dict) else None
        if command is None:
            raise ValueError("unknown command %.200r" % (line,))
        command(message)
    except BaseException as fault:
        known = message if isinstance(message, dict) else {}
        slot = known.get("slot")
        wire.send(type="error", id=known.get("id") if isinstance(known.get("id"), int) else None,
                  slot=slot if isinstance(slot, int) else None,
                  command=known.get("type") if isinstance(known.get("type"), str) else None,
                  why="%s: %s" % (type(fault).__name__, fault))


def serve():
    """The host's life. It ends with the connection, and with it all scripts."""
    faulthandler.enable(file=2)
    if hasattr(signal, "SIGUSR2"):
        faulthandler.register(signal.SIGUSR2, file=2, all_threads=True)
    # What signals the group is for Go to decide: it has told each script before. Not SIG_IGN, which the
    # programs that scripts start would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    # The first thread is busy with commands: it is the host's, and no script's main thread.
    threading.current_thread().name = "parallax"
    imports.install()
    streams.install()
    own.install()
    gc.freeze()  # the host's own objects need not be looked at after each script
    hello()
    for line in wire.lines():
        obey(line)
    own.real_exit(0)
