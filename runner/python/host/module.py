"""Runs what python -m would: a module, or a package's __main__, found where the script stands."""
import importlib.util
import sys
from importlib.machinery import PathFinder

from _parallax import imports


class Absent(Exception):
    """There is nothing to run, for a reason that python words so."""


def code_of(slot):
    """Returns the code to run, and makes __main__ and sys.argv what they are for it."""
    try:
        spec, code = found(slot, slot.module)
    except Absent as why:
        sys.exit("%s: %s" % (sys.executable, why))
    slot.main.__dict__.update(__file__=spec.origin, __cached__=spec.cached, __loader__=spec.loader, __spec__=spec,
                              __package__=spec.parent)
    slot.sys["argv"][0] = spec.origin
    return code


def found(slot, name):
    if name.startswith("."):
        raise Absent("Relative module names not supported")
    above, _, _ = name.rpartition(".")
    if above:
        package(slot, above)
    try:
        spec = find(slot, name, above)
    except (ImportError, AttributeError, TypeError, ValueError) as fault:
        hint = ""
        if name.endswith(".py") and sys.version_info >= (3, 9):
            hint = ". Try using '%s' instead of '%s' as the module name." % (name[:-3], name)
        raise Absent("Error while finding module specification for %r (%s: %s)%s"
                     % (name, type(fault).__name__, fault, hint)) from fault
    if spec is None:
        raise Absent("No module named %s" % name)
    if spec.submodule_search_locations is not None:
        return found_in_package(slot, name)
    if spec.loader is None:
        raise Absent("%r is a namespace package and cannot be executed" % name)
    try:
        code = spec.loader.get_code(name)
    except ImportError as fault:
        raise Absent(str(fault)) from fault
    if code is None:
        raise Absent("No code object available for %s" % name)
    return spec, code


def found_in_package(slot, name):
    if name == "__main__" or name.endswith(".__main__"):
        raise Absent("Cannot use package as __main__ module")
    try:
        return found(slot, name + ".__main__")
    except Absent as why:
        if name not in slot.modules and name not in sys.modules:
            raise
        raise Absent("%s; %r is a package and cannot be directly executed" % (why, name)) from None


def package(slot, name):
    """Imports the package that a module is in. What goes wrong in it is for the script to show; that it
    is not there is found out, and worded, later."""
    try:
        imported(slot, name)
    except ImportError as fault:
        if fault.name is None or fault.name != name and not name.startswith(fault.name + "."):
            raise


def imported(slot, name):
    return imports.routed_import(name, slot.main.__dict__, None, ("__path__",), 0)


def find(slot, name, above):
    """Finds a module where an import statement of the script's would."""
    if above:
        folders = getattr(imported(slot, above), "__path__", None)
        if folders is None:
            raise ModuleNotFoundError("__path__ attribute not found on %r while trying to find %r" % (above, name), name=name)
        return PathFinder.find_spec(name, folders)
    if imports.private(slot, name, True):
        return PathFinder.find_spec(name, slot.sys["path"])
    return importlib.util.find_spec(name)
