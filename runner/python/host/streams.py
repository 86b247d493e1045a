"""Gives each script its own standard streams, sys.argv, sys.path, environment and settings, and warns
of those that are one for all."""
import gc
import io
import os
import sys
import time
import types

from _parallax import imports, lines, local

current = local.current
STREAMS = ("stdin", "stdout", "stderr")
ROUTED = STREAMS + ("__stdin__", "__stdout__", "__stderr__", "argv", "path", "excepthook")


class Sys(types.ModuleType):
    """What sys is an instance of. Each thread sees its own script's values."""

    # Since 3.14 warmed-up code reads a module's dictionary past the properties of its class, unless
    # the class has a __getattr__.
    def __getattr__(self, name):
        raise AttributeError("module 'sys' has no attribute %r" % name)


def routed(name):
    def get(module):
        slot = current.slot
        try:
            return (module.__dict__ if slot is None else slot.sys)[name]
        except KeyError:
            raise AttributeError("module 'sys' has no attribute %r" % name) from None

    def put(module, value):
        slot = current.slot
        (module.__dict__ if slot is None else slot.sys)[name] = value

    def delete(module):
        slot = current.slot
        try:
            del (module.__dict__ if slot is None else slot.sys)[name]
        except KeyError:
            raise AttributeError(name) from None

    return property(get, put, delete)


for routed_name in ROUTED:
    setattr(Sys, routed_name, routed(routed_name))


class Stream:
    """What C code (print, input, unraisable errors) finds as a standard stream."""

    def __init__(self, name, own):
        self._name = name
        self._own = own

    def _target(self):
        slot = current.slot
        if slot is None:
            return self._own
        try:
            return slot.sys[self._name]
        except KeyError:
            raise RuntimeError("lost sys." + self._name) from None

    def write(self, text):
        slot = current.slot
        if slot is None:
            return self._own.write(text)
        try:
            target = slot.sys[self._name]
        except KeyError:
            raise RuntimeError("lost sys." + self._name) from None
        if target is None:
            return len(text)
        return target.write(text)

    def flush(self):
        target = self._target()
        if target is not None:
            target.flush()

    def __getattr__(self, name):
        return getattr(self._target(), name)

    def __iter__(self):
        return iter(self._target())


def open_streams(slot):
    """Opens a script's streams on its descriptors, as a terminal would have them: by lines."""
    encoding = slot.env.get(b"PYTHONIOENCODING", b"").decode("ascii", "replace")
    encoding, _, errors = encoding.partition(":")
    encoding = encoding or local_encoding()
    surrogates = errors or ("surrogateescape" if sys.flags.utf8_mode or in_c_locale() else "strict")
    opened = {
        "stdin": text(slot.fds[0], "rb", encoding, surrogates, "<stdin>"),
        "stdout": text(slot.fds[1], "wb", encoding, surrogates, "<stdout>"),
        "stderr": text(slot.fds[2], "wb", encoding, "backslashreplace", "<stderr>"),
    }
    slot.streams = list(opened.values())
    for name, stream in opened.items():
        slot.sys[name] = slot.sys["__" + name + "__"] = stream


def text(fd, mode, encoding, errors, name):
    raw = real_open(fd, mode, closefd=False)
    raw.raw.name = name
    stream = io.TextIOWrapper(raw, encoding=encoding, errors=errors, newline="\n", line_buffering=mode == "wb")
    stream.mode = mode[0]
    return stream


def local_encoding():
    stream = sys.modules["sys"].__dict__["stdout"]
    own = getattr(stream, "_own", stream)
    return getattr(own, "encoding", None) or "utf-8"


def in_c_locale():
    own = sys.__dict__["stdin"]
    own = getattr(own, "_own", own)
    return getattr(own, "errors", "strict") == "surrogateescape"


class Environ(os._Environ):
    """os.environ of each thread's script. What C code reads stays the host's."""

    @property
    def _data(self):
        slot = current.slot
        return self._own if slot is None else slot.env

    def __setitem__(self, key, value):
        if current.slot is None:
            super().__setitem__(key, value)
        else:
            self._data[self.encodekey(key)] = self.encodevalue(value)

    def __delitem__(self, key):
        if current.slot is None:
            super().__delitem__(key)
            return
        try:
            del self._data[self.encodekey(key)]
        except KeyError:
            raise KeyError(key) from None


def routed_environ(environ):
    new = object.__new__(Environ)
    for name, value in vars(environ).items():
        new.__dict__["_own" if name == "_data" else name] = value
    return new


real_open = open
real_putenv = os.putenv
real_unsetenv = getattr(os, "unsetenv", None)


def putenv(key, value):
    if current.slot is None:
        real_putenv(key, value)
    else:
        current.slot.env[os.fsencode(key)] = os.fsencode(value)


def unsetenv(key):
    if current.slot is None:
        real_unsetenv(key)
    else:
        current.slot.env.pop(os.fsencode(key), None)


# Settings of the interpreter or the process.

ALONE = getattr(sys.modules["_parallax"], "inside", False)  # a subinterpreter has one script


def telling(plain, code, text, matters=None):
    """Makes a function warn when a script's own code calls it."""

    def call(*args, **named):
        slot = current.slot
        if slot is not None and id(sys._getframe(1).f_globals) in slot.own and (matters is None or matters(slot)):
            slot.warn(code, text)
        return plain(*args, **named)

    return call


def tell(module, names, code, text, matters=None):
    for name in names:
        plain = getattr(module, name, None)
        if plain is not None:
            setattr(module, name, telling(plain, code, text, matters))


def other_zone(slot):
    return slot.env.get(b"TZ") != os.environ._own.get(b"TZ")


def patch_locale(locale):
    plain = locale.setlocale

    def setlocale(category, locale=None):
        slot = current.slot
        if slot is None or locale is None:
            return plain(category, locale)
        before = plain(category)
        after = plain(category, locale)
        if after != before:
            slot.warn("locale", "the locale is one for all scripts of this interpreter: it has set it for all")
        return after

    locale.setlocale = setlocale


def patch_resource(resource):
    tell(resource, ("setrlimit",), "limits", "resource.setrlimit limits the whole interpreter, with all its scripts")


def patch_socket(socket):
    """Gives each script a default timeout of its own."""
    plain, real_set, real_get = socket.socket.__init__, socket.setdefaulttimeout, socket.getdefaulttimeout

    def __init__(self, *args, **named):
        plain(self, *args, **named)
        slot = current.slot
        if slot is not None and slot.timeout is not None:
            self.settimeout(slot.timeout)

    def setdefaulttimeout(timeout):
        slot = current.slot
        if slot is None:
            return real_set(timeout)
        if timeout is not None and not float(timeout) >= 0:
            raise ValueError("Timeout value out of range")
        slot.timeout = None if timeout is None else float(timeout)

    socket.socket.__init__ = __init__
    socket.setdefaulttimeout = setdefaulttimeout
    socket.getdefaulttimeout = lambda: real_get() if current.slot is None else current.slot.timeout


def patch_faulthandler(faulthandler):
    """Leaves on what tells of a crash: the stack goes to the log of the script in which it happens."""
    for name in ("enable", "disable"):
        plain = getattr(faulthandler, name)
        setattr(faulthandler, name, lambda *args, plain=plain, **named: None if current.slot else plain(*args, **named))


BELOW = 8  # calls of the host and of threading are below a script
limits = {}  # of recursion, by the number of the script that has set one
real_limit, set_limit = sys.getrecursionlimit(), sys.setrecursionlimit


def setrecursionlimit(limit):
    slot = current.slot
    if slot is None or not isinstance(limit, int) or limit < 1:
        return set_limit(limit)
    if not ALONE:
        slot.warn("recursion", "the recursion limit is one for all scripts of this interpreter: the largest that one has set")
    if slot.number not in limits:
        slot.undo.append(lambda: (limits.pop(slot.number), limit_recursion()))
    limits[slot.number] = limit
    limit_recursion()


def limit_recursion():
    set_limit(max([real_limit] + list(limits.values())) + BELOW)


def getrecursionlimit(plain=sys.getrecursionlimit):
    slot = current.slot
    return plain() if slot is None else limits.get(slot.number, real_limit)


def disable_gc(plain=gc.disable):
    slot = current.slot
    if slot is not None and not ALONE:
        slot.warn("gc", "the garbage collector is one for all scripts of this interpreter: off, until this one ends")
        slot.undo.append(gc.enable)
    plain()


def install_settings():
    sys.setrecursionlimit, sys.getrecursionlimit = setrecursionlimit, getrecursionlimit
    limit_recursion()
    sys.settrace = lines.settrace
    gc.disable = disable_gc
    tell(time, ("tzset",), "environ", "time.tzset goes by the TZ that parallax has, not by this script's", other_zone)
    tell(os, ("setuid", "seteuid", "setreuid", "setresuid", "setgid", "setegid", "setregid", "setresgid"), "user",
         "a change of user or group is for all scripts of this interpreter")
    if not sys.platform.startswith("linux"):
        tell(os, ("chdir", "fchdir"), "chdir", "the working folder is one for all scripts of this interpreter")
        tell(os, ("umask",), "umask", "the umask is one for all scripts of this interpreter")
    imports.patches.update(
        {"locale": patch_locale, "resource": patch_resource, "socket": patch_socket, "faulthandler": patch_faulthandler})


def install():
    for name in STREAMS:
        sys.__dict__[name] = Stream(name, sys.__dict__[name])
    sys.__class__ = Sys
    os.environ = routed_environ(os.environ)
    os.environb = routed_environ(os.environb)
    os.putenv = putenv
    os.unsetenv = unsetenv
    install_settings()
