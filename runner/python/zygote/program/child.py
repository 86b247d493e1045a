# How a fork of the zygote becomes a script.

import ctypes
import fcntl
import signal

PR_SET_PDEATHSIG = 1

libc = ctypes.CDLL(None, use_errno=True)
libc.fopen.restype = ctypes.c_void_p
libc.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]


class Origin:
    """What of the process belongs to the zygote, so that a child can have it as a new process would."""

    def __init__(self):
        self.pid = os.getpid()
        self.home = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        self.cpus = os.sched_getaffinity(0)
        self.argv0 = os.fsencode(sys.executable or "python")
        self.areas = areas()
        try:
            with open("/proc/self/environ", "rb") as f:
                pairs = f.read().split(b"\0")
        except OSError:
            pairs = []
        self.env = dict(p.partition(b"=")[::2] for p in pairs if b"=" in p)

    def changed(self):
        """What the start of the interpreter and imports have set in the environment. Python itself
        does so where the locale is C."""
        return {k: v for k, v in os.environb.items() if self.env and self.env.get(k) != v}


def areas():
    """Where the kernel finds the process's arguments and environment: proc(5), /proc/pid/stat."""
    try:
        with open("/proc/self/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
        start, end, env, last = map(int, fields[45:49])
        if 0 < start < end <= env < last:
            return start, end, env, last
    except (OSError, ValueError):
        pass
    return None


def show(area, items):
    """Writes what others are shown of the process, as far as there is room."""
    start, end = area
    text = b"".join(item + b"\0" for item in items)[:end - start - 1]
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, text, len(text))


def become(run, fds, ready, origin, leave):
    """Makes this fork the process of a script, and begins it. It does not return.

    ready is closed once the process has a session of its own and ends with its parent. leave gives up
    what is the zygote's.
    """
    try:
        os.setsid()
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != origin.pid:
            os._exit(1)  # the parent ended before the kernel was told
        os.close(ready)
        leave()
        settle_descriptors(fds)
        settle_environment(run, origin)
        settle_modules(run)
        name, file = opened(run)
    except BaseException:
        import traceback
        os.write(2, ("parallax: the process could not become the script:\n" + traceback.format_exc()).encode(errors="replace"))
        os._exit(1)
    if file is None:
        number = ctypes.get_errno()
        sys.stderr.write("%s: can't open file %r: [Errno %d] %s\n" % (run["orig"][0], name, number, os.strerror(number)))
        sys.exit(2)
    begin(name, file)


def settle_descriptors(fds):
    """Puts the script's descriptors in the places 0, 1, 2 and so on.

    The stream objects stay: they are what the interpreter has made for these places, empty.
    """
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64) for fd in fds]
    for fd in fds:
        os.close(fd)
    for place, fd in enumerate(high):
        os.dup2(fd, place, inheritable=True)
        os.close(fd)


def settle_environment(run, origin):
    changed = origin.changed()
    for key in list(os.environb):
        del os.environb[key]
    libc.clearenv()  # also what Python does not show
    for pair in run["env"]:
        key, _, value = pair.partition("=")
        if key and key not in os.environ:
            os.environ[key] = value
    os.environb.update(changed)
    import time
    time.tzset()
    if origin.areas:
        start, end, env, last = origin.areas
        show((start, end), [origin.argv0] + [os.fsencode(a) for a in run["argv"]])
        # The last pairs say which try the process is of: they must fit whatever else there is.
        show((env, last), [os.fsencode(p) for p in reversed(run["env"])])


def settle_modules(run):
    sys.argv[:] = run["argv"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = run["orig"]
    folder = os.path.dirname(os.path.realpath(run["argv"][0]))
    if not getattr(sys.flags, "safe_path", False) and not sys.flags.isolated:
        sys.path.insert(0, folder)
        # What lies beside the script is found first, as if nothing had been imported.
        beside = locals_of(folder)
        for name in list(sys.modules):
            if name not in PLAIN and name.partition(".")[0] in beside and name.partition(".")[0] not in sys.builtin_module_names:
                del sys.modules[name]
    forked = sys.modules.get("multiprocessing.process")
    if forked is not None:
        forked.ORIGINAL_DIR = os.getcwd()
        forked.current_process().authkey = os.urandom(32)
    numbers = sys.modules.get("numpy.random")
    if numbers is not None and hasattr(numbers, "seed"):
        numbers.seed()  # it does not notice a fork, as Python's own generator does


def opened(run):
    """The script's name as the interpreter has it, and a C stream of its text, or None."""
    name = run["argv"][0]
    if sys.version_info >= (3, 9) and not os.path.isabs(name):
        name = os.path.join(os.getcwd(), name)
    return name, libc.fopen(os.fsencode(name), b"rbe")


class Begin(BaseException):
    """Takes the zygote's frames away from under a script. Nobody sees it."""


def begin(name, file):
    """Runs a script as the interpreter does, by the same function, with no frame of ours beneath it.

    An exception that nobody catches makes the interpreter call sys.excepthook once all frames are
    gone. The hook is a function of the interpreter, the one that runs files. It prints tracebacks,
    obeys SystemExit and leaves its result for the interpreter to end with. The hook's three arguments
    are those of an exception; what the function gets in their places is what their types make of them.
    """
    hook, last = sys.excepthook, set(dir(sys))

    def tidy():
        sys.excepthook = hook
        for key in ("last_type", "last_value", "last_traceback", "last_exc"):
            if key not in last and hasattr(sys, key):
                delattr(sys, key)

    def fixed(value, then=lambda: None):
        class Fixed:
            @classmethod
            def from_param(cls, _):
                then()
                return value
        return Fixed

    def done(result, *_):
        if result == 0:
            raise SystemExit(0)  # else the exception would count as the script's
        return result

    run = ctypes.PyDLL(None).PyRun_SimpleFileEx
    run.restype = ctypes.c_int
    run.argtypes = [fixed(ctypes.c_void_p(file)), fixed(ctypes.c_char_p(os.fsencode(name))), fixed(ctypes.c_int(1), tidy)]
    run.errcheck = done
    sys.excepthook = run
    raise Begin
