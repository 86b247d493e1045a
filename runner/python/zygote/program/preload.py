# What is imported before scripts begin, and how it is found out whether forking is safe afterwards.
#
# The three files of this folder are run as one text, in this order: preload, child, main.

import sys

# What a plain interpreter has loaded before it runs a script.
PLAIN = frozenset(sys.modules)

import os

# The places where scripts get descriptors. What modules open while they are imported goes elsewhere.
places = [os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)]
while places[-1] < 15:
    places.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

import importlib
import importlib.machinery
import importlib.util


class Unfit(Exception):
    """Why scripts cannot be forked from an interpreter that has imported a module."""

    def __init__(self, module, why, auto):
        super().__init__(why)
        self.module, self.why, self.auto = module, why, auto


def threads():
    """How many threads this process has, whoever started them."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        known = sys.modules.get("threading")
        return known.active_count() if known else 1


def preload(names, scripts, skip, tell):
    """Imports modules one by one and returns the names of those that are asked for by name, or found.

    Unfit is raised at the first that cannot be imported or starts a thread.
    """
    loaded = []
    for name in names:
        if name != "auto":
            load(name, False, tell)
            loaded.append(name)
    if "auto" in names:
        for name, maybe in shared(scripts):
            if name not in skip and name not in loaded and installed(name, maybe):
                load(name, True, tell)
                loaded.append(name)
    return loaded


def load(name, auto, tell):
    before = threads()
    tell(name)
    try:
        importlib.import_module(name)
    except BaseException as e:  # a module may end the program, too
        raise Unfit(name, "cannot be imported: %s: %s" % (type(e).__name__, e), auto)
    started = threads() - before
    if started > 0:
        raise Unfit(name, "starts %d thread%s when it is imported, and a process with threads cannot be forked safely"
                    % (started, "" if started == 1 else "s"), auto)


def installed(name, maybe):
    """Whether a module is there. Parents of a dotted name are imported already, if they are there.

    maybe says that the name may be that of something else than a module in its parent.
    """
    parent, _, last = name.rpartition(".")
    if parent:
        package = sys.modules.get(parent)
        if package is None or not hasattr(package, "__path__") or maybe and hasattr(package, last):
            return False
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:  # a finder's, of a third party
        return False


def shared(scripts):
    """The modules that at least two of the jobs import at the top of their scripts, or the only job
    does, in the order in which they are first met, parents first. With each, whether it may be none.

    What is found beside any of the scripts is left out: it would hide the others' module of that name.
    """
    import ast
    of, count, maybe, beside = {}, {}, {}, set()
    for path in scripts:
        if path not in of:
            beside |= locals_of(os.path.dirname(os.path.realpath(path)))
            of[path] = found = {}
            try:
                with open(path, "rb") as f:
                    imports(ast, ast.parse(f.read()).body, found)
            except Exception:  # unreadable, no Python: it fails when it runs, and says why
                pass
        for name, doubtful in of[path].items():
            count[name] = count.get(name, 0) + 1
            maybe[name] = maybe.get(name, True) and doubtful
    least = min(2, len(scripts))
    return [(name, maybe[name]) for name in count
            if count[name] >= least and name.partition(".")[0] not in beside]


def imports(ast, body, found):
    """Adds to found the modules that statements of a module import when they are run."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                add(found, alias.name, False)
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module != "__future__":
                add(found, node.module, False)
                for alias in node.names:
                    if alias.name != "*":
                        add(found, node.module + "." + alias.name, True)
        elif isinstance(node, ast.If):
            if getattr(node.test, "id", getattr(node.test, "attr", "")) != "TYPE_CHECKING":
                imports(ast, node.body, found)
            imports(ast, node.orelse, found)
        elif isinstance(node, (ast.Try, ast.With)):
            imports(ast, node.body, found)
            imports(ast, getattr(node, "orelse", []), found)
            imports(ast, getattr(node, "finalbody", []), found)


def add(found, name, maybe):
    parts = name.split(".")
    for i in range(1, len(parts)):
        found[".".join(parts[:i])] = False
    found[name] = found.get(name, True) and maybe


def locals_of(folder):
    """The names of the modules and packages in a script's folder."""
    suffixes = importlib.machinery.all_suffixes()
    names = set()
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return names
    for entry in entries:
        for suffix in suffixes:
            if entry.name.endswith(suffix):
                names.add(entry.name[:-len(suffix)])
        if any(os.path.exists(os.path.join(entry.path, "__init__" + suffix)) for suffix in suffixes):
            names.add(entry.name)
    return names
