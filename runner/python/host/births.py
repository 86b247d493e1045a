"""How a script starts processes, so that they have what is its own."""
import _posixsubprocess
import os
import signal

from _parallax import children, imports, local, streams

current = local.current


def patch_subprocess(subprocess):
    names = ("args", "bufsize", "executable", "stdin", "stdout", "stderr", "preexec_fn", "close_fds", "shell", "cwd", "env")
    plain = subprocess.Popen.__init__

    def __init__(self, *args, **named):
        slot = current.slot
        if slot is not None and os.getpid() == local.PID:
            if len(args) <= len(names):
                named.update(zip(names, args))
                args = ()
            for at, name in enumerate(streams.STREAMS):
                given = named.get(name)
                if given is None:
                    named[name] = slot.fds[at] if slot.fds[at] >= 0 else subprocess.DEVNULL
                else:
                    named[name] = local.mine(given)
            if named.get("env") is None:
                named["env"] = dict(slot.env)
        return plain(self, *args, **named)

    subprocess.Popen.__init__ = __init__
    # It may have been loaded before the host was.
    if hasattr(subprocess, "_fork_exec"):
        subprocess._fork_exec = _posixsubprocess.fork_exec
    if hasattr(subprocess, "_del_safe"):
        subprocess._del_safe.waitpid = os.waitpid
    poll = subprocess.Popen._internal_poll
    poll.__defaults__ = tuple(os.waitpid if given is children.real_waitpid else given for given in poll.__defaults__)


def system(command):
    if current.slot is None or os.getpid() != local.PID:
        return real_system(command)
    import subprocess

    code = subprocess.call(command, shell=True)
    return -code if code < 0 else code << 8


real_system, real_dup2 = os.system, os.dup2


def patch_spawn(util):
    """Gives children of multiprocessing the script's streams and environment."""
    plain = util.spawnv_passfds

    def spawnv_passfds(path, args, passfds):
        slot = current.slot
        args = list(args)
        if slot is None or os.getpid() != local.PID or "-c" not in [os.fsdecode(a) for a in args]:
            return plain(path, args, passfds)
        at = [os.fsdecode(a) for a in args].index("-c") + 1
        moves = ["os.dup2(%d,%d)" % (fd, n) if fd >= 0 else "os.close(%d)" % n for n, fd in enumerate(slot.fds)]
        env = "os.environb.clear();os.environb.update(%r)" % (slot.env,)
        code = os.fsdecode(args[at])
        args[at] = "import os;" + ";".join(moves) + ";" + env + ";" + code
        pid = plain(path, args, sorted(set(passfds).union(fd for fd in slot.fds if fd >= 0)))
        if "multiprocessing.resource_tracker" in code:
            exposed = local.shelter(slot)
            children.disown(pid)  # it serves all scripts, to the end of the interpreter
            if exposed:
                local.expose(slot)
        return pid

    util.spawnv_passfds = spawnv_passfds


def forked():
    """In the child of a script's fork: a process of its own, with the script's streams as 0-2."""
    slot = current.slot
    if slot is None:
        return
    for n, fd in enumerate(slot.fds):
        if fd >= 0:
            real_dup2(fd, n)
    try:
        os.environ._own.clear()
        os.environ._own.update(slot.env)
    except AttributeError:
        pass
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, handler in slot.handlers.items():
        signal.signal(number, handler)


def warn_of_fork():
    slot = current.slot
    if slot is not None:
        slot.warn("fork", "it forks beside other threads, which may hang the child: as a process it would not")


class OfScript:
    """The set of processes that multiprocessing has started and not joined, for each script."""

    def __init__(self, otherwise):
        self.otherwise = otherwise

    def here(self):
        slot = children.its_slot()
        if slot is None:
            return self.otherwise
        if slot.processes is None:
            slot.processes = set()
            slot.atexit.insert(0, (join_processes, (slot,), {}))  # as if it had imported multiprocessing first
        return slot.processes

    def __iter__(self):
        return iter(self.here())

    def add(self, process):
        self.here().add(process)

    def discard(self, process):
        self.here().discard(process)


def join_processes(slot):
    """Does what multiprocessing does at exit: daemons end, others are waited for."""
    for process in list(slot.processes):
        if process.daemon:
            process.terminate()
    for process in list(slot.processes):
        process.join()


def patch_process(process):
    process._children = OfScript(process._children)


def patch_forkserver(forkserver):
    """Gives each script a server of its own, whose processes are then its own, too."""
    shared = forkserver._forkserver

    def of_script(name):
        def call(*args, **named):
            slot = children.its_slot()
            if slot is not None and slot.forkserver is None:
                slot.forkserver = type(shared)()
            return getattr(shared if slot is None else slot.forkserver, name)(*args, **named)

        return call

    for name in ("ensure_running", "get_inherited_fds", "connect_to_new_process", "set_forkserver_preload"):
        setattr(forkserver, name, of_script(name))


def install():
    children.install()
    _posixsubprocess.fork_exec = children.bearing(_posixsubprocess.fork_exec)
    os.system = system
    os.register_at_fork(before=warn_of_fork, after_in_child=forked)
    imports.patches.update({
        "subprocess": patch_subprocess,
        "multiprocessing.util": patch_spawn,
        "multiprocessing.process": patch_process,
        "multiprocessing.forkserver": patch_forkserver,
    })
    imports.apply_patches()
