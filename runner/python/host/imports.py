"""Modules beside a script are its own, though all scripts share one table of modules; and so is what it
tells logging to do.

Code of a script gets them through __import__. For those who look into sys.modules (pickle,
dataclasses, unittest) a stand-in is there that shows each thread its own script's module.
"""
import builtins
import importlib
import importlib.util
import sys
import threading
import types
import warnings
from importlib.machinery import ExtensionFileLoader, PathFinder, SourceFileLoader, SourcelessFileLoader

from _parallax import local, plain_modules

current = local.current
real_import = builtins.__import__
real_import_module = importlib.import_module
BASE = frozenset(local.BASE_PATH)
patches = {}  # module name to what is done to it once it is there
seen = 0  # modules that were there when it was last looked for those


class StandIn(types.ModuleType):
    """Stands in sys.modules for a module that each script has for itself."""

    def __init__(self, name, otherwise=None):
        super().__init__(name)
        object.__setattr__(self, "_otherwise", otherwise)

    def __getattribute__(self, name):
        return getattr(behind(self, name), name)

    def __setattr__(self, name, value):
        setattr(behind(self, name), name, value)

    def __delattr__(self, name):
        delattr(behind(self, name), name)

    def __dir__(self):
        return dir(behind(self, "__dict__"))


def behind(stand_in, wanted):
    """Returns the module of the calling thread's script."""
    raw = types.ModuleType.__getattribute__
    name = raw(stand_in, "__dict__")["__name__"]
    slot = current.slot
    module = slot.modules.get(name) if slot is not None else None
    if module is None:
        module = raw(stand_in, "__dict__")["_otherwise"]
    if module is None:
        raise AttributeError("module %r has no attribute %r" % (name, wanted))
    return module


sys.modules["__main__"] = StandIn("__main__", sys.modules.get("__main__"))


def is_stand_in(name):
    return type(sys.modules.get(name)) is StandIn


def private(slot, top, by_script):
    """Reports whether a top-level name means, for this script, a module of its own."""
    if top in slot.modules:
        return True
    if top in slot.shared:
        return False
    if top == "random" and by_script:
        own_random(slot)
        return True
    there = sys.modules.get(top)
    if there is not None and type(there) is not StandIn:
        if top in plain_modules or not by_script:
            return False
    if top in sys.builtin_module_names:
        found = None
    else:
        found = find(slot, top, by_script)
    if found is None and type(there) is not StandIn:
        slot.shared.add(top)
        return False
    return True


def find(slot, top, by_script):
    """Looks for a module in the folders that this script has beyond those of all."""
    folders = [p for p in slot.sys["path"] if isinstance(p, str) and p not in BASE]
    if not folders:
        return None
    spec = PathFinder.find_spec(top, folders)
    if spec is None or isinstance(spec.loader, ExtensionFileLoader):
        return None
    if (spec.loader is None or not by_script) and PathFinder.find_spec(top, local.BASE_PATH) is not None:
        return None  # a folder without __init__ yields to any module
    return spec


def own_random(slot):
    """Gives a script a random module with a generator of its own, so that seeds hold."""
    shared = real_import("random")
    module = types.ModuleType("random")
    module.__dict__.update(shared.__dict__)
    own = shared.Random()
    module._inst = own
    for name, value in list(module.__dict__.items()):
        if getattr(value, "__self__", None) is shared._inst:
            setattr(module, name, getattr(own, name))
    slot.modules["random"] = module


def load(slot, name):
    """Returns a script's own module, loading it and the packages above it."""
    module = slot.modules.get(name)
    if module is not None and name not in slot.loading:
        return module
    with slot.loading.setdefault(name, threading.RLock()):
        module = slot.modules.get(name)
        if module is None:
            module = load_now(slot, name)
            slot.loading.pop(name, None)
    return module


def load_now(slot, name):
    above, _, child = name.rpartition(".")
    folders = slot.sys["path"]
    if above:
        parent = load(slot, above)
        if name in slot.modules:
            return slot.modules[name]
        folders = getattr(parent, "__path__", None)
        if folders is None:
            raise ModuleNotFoundError("No module named %r; %r is not a package" % (name, above), name=name)
    spec = PathFinder.find_spec(name, folders)
    if spec is None:
        raise ModuleNotFoundError("No module named %r" % name, name=name)
    module = importlib.util.module_from_spec(spec)
    slot.modules[name] = module
    slot.own.add(id(module.__dict__))
    if name not in sys.modules:
        sys.modules[name] = StandIn(name)
    try:
        if spec.loader is not None:
            run_module(slot, spec.loader, module)
    except BaseException:
        slot.loading.pop(name, None)
        slot.modules.pop(name, None)
        slot.own.discard(id(module.__dict__))
        raise
    if above:
        setattr(parent, child, module)
    return module


def run_module(slot, loader, module):
    """Lets a loader run a module's code, and shows that first to who pauses or ends the script: what has
    been asked while it was compiled concerns it, too."""
    if type(loader) not in (SourceFileLoader, SourcelessFileLoader):  # those are made for each module
        loader.exec_module(module)
        return
    plain, shown = loader.get_code, []

    def get_code(name):
        code = plain(name)
        if code is not None and not shown:
            shown.append(code)
            slot.coming.append(code)
            slot.look_at(code)
        return code

    loader.get_code = get_code
    try:
        loader.exec_module(module)
    finally:
        del loader.get_code
        if shown:
            slot.coming.remove(shown[0])


def absolute(name, scope, level):
    """Resolves a relative name, or returns None where that is an error which python words best."""
    package = scope.get("__package__")
    if package is None:
        spec = scope.get("__spec__")
        package = spec.parent if spec is not None else None
    if not package or package.count(".") < level - 1:
        return None
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return base + "." + name if name else base


def routed_import(name, globals=None, locals=None, fromlist=(), level=0):
    """Stands for builtins.__import__."""
    slot = current.slot
    if slot is not None:
        by_script = globals is not None and id(globals) in slot.own
        full = name if level == 0 or globals is None else absolute(name, globals, level)
        if full:
            top = full.partition(".")[0]
            if by_script and top in slot.shared:
                pass
            elif (by_script or top not in sys.modules or is_stand_in(top)) and private(slot, top, by_script):
                return own_import(slot, name, full, fromlist, level)
    module = real_import(name, globals, locals, fromlist, level)
    if len(sys.modules) != seen:
        apply_patches()
    return module


def own_import(slot, name, full, fromlist, level):
    """Does what an import statement does, for a module of the script's own."""
    module = load(slot, full)
    if not fromlist:
        if level == 0:
            return slot.modules[full.partition(".")[0]]
        return module
    if not hasattr(module, "__path__"):
        return module
    wanted = list(fromlist)
    if "*" in wanted:
        wanted = list(getattr(module, "__all__", ()))
    for item in wanted:
        if not hasattr(module, item):
            inner = full + "." + item
            try:
                load(slot, inner)
            except ModuleNotFoundError as missing:
                if missing.name != inner:
                    raise
    return module


def routed_import_module(name, package=None):
    """Stands for importlib.import_module."""
    slot = current.slot
    if slot is not None and isinstance(name, str):
        full = importlib.util.resolve_name(name, package) if name.startswith(".") and package else name
        scope = sys._getframe(1).f_globals
        top = full.partition(".")[0]
        by_script = id(scope) in slot.own
        if full and not full.startswith(".") and (by_script or top not in sys.modules or is_stand_in(top)):
            if private(slot, top, by_script):
                return load(slot, full)
    module = real_import_module(name, package)
    apply_patches()
    return module


# logging. Loggers are shared, as libraries keep theirs; what a script sets of one is its own.


class OfScript:
    """An attribute of loggers, or of their manager, that each script has for itself."""

    def __init__(self, name, first):
        self.name = name
        self.first = first

    def __get__(self, logger, kind=None):
        if logger is None:
            return self
        slot = current.slot
        try:
            return (logger.__dict__ if slot is None else slot.logs[logger])[self.name]
        except KeyError:
            value = self.first(logger.__dict__.get(self.name))
            self.__set__(logger, value)
            return value

    def __set__(self, logger, value):
        slot = current.slot
        if slot is None:
            logger.__dict__[self.name] = value
        elif value is True and self.name == "disabled" and logger not in slot.logs:
            pass  # logging.config disables all that it finds, also what is another script's
        else:
            slot.logs.setdefault(logger, {})[self.name] = value


def patch_logging(logging):
    for name, first in (("level", lambda level: level or 0), ("disabled", bool), ("filters", lambda f: list(f or ())),
                        ("propagate", lambda p: p is None or p), ("handlers", lambda h: list(h or ())), ("_cache", lambda _: {})):
        setattr(logging.Logger, name, OfScript(name, first))
    logging.Manager._disable = OfScript("_disable", lambda level: level or 0)
    add, note = logging.Logger.addHandler, logging._addHandlerRef

    def addHandler(self, handler):
        add(self, handler)
        # A library does this when it is loaded, for whoever uses it.
        if current.slot is not None and isinstance(handler, logging.NullHandler):
            self.__dict__.setdefault("handlers", []).append(handler)

    def _addHandlerRef(handler):
        slot = current.slot
        if slot is None:
            note(handler)
        else:
            slot.log_handlers.append(logging.weakref.ref(handler))

    logging.Logger.addHandler, logging._addHandlerRef = addHandler, _addHandlerRef
    get = logging.Manager.getLogger

    def getLogger(self, name):
        logger = get(self, name)
        if current.slot is not None:
            current.slot.logs.setdefault(logger, {})
        return logger

    logging.Manager.getLogger = getLogger


def shut_logging(slot):
    """Does what logging does at exit, for what a script has opened."""
    if slot.log_handlers:
        sys.modules["logging"].shutdown(slot.log_handlers)


patches["logging"] = patch_logging

first_filters, first_show = list(warnings.filters), warnings.showwarning


def reset_warnings():
    """Takes back what scripts have set of warnings. Called when none of them is left."""
    warnings.showwarning = first_show
    if warnings.filters != first_filters:
        warnings.resetwarnings()  # makes those that were kept of no effect, too
        warnings.filters[:] = first_filters



def apply_patches():
    """Does to modules what must be done once they are there."""
    global seen
    seen = len(sys.modules)
    for name in list(patches):
        module = sys.modules.get(name)
        if module is None:
            continue
        if getattr(getattr(module, "__spec__", None), "_initializing", False):
            seen = -1  # look again
            continue
        change = patches.pop(name, None)
        if change is not None:
            change(module)


def forget(slot):
    """Lets go of a script's modules."""
    for module in list(slot.modules.values()):
        values = module.__dict__
        for underscored in (True, False):  # the order of python's own end
            for name in list(values):
                if name != "__builtins__" and (name[0] == "_" and name[1:2] != "_") == underscored:
                    values[name] = None
    slot.modules.clear()
    slot.own.clear()


def install():
    builtins.__import__ = routed_import
    importlib.import_module = routed_import_module
