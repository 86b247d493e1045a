"""Says which code and which frames are a script's own."""
import sys
import types

from _parallax.frames import ours


def codes_of(slot):
    """Returns the code objects that are the script's own (true), and those of libraries that its threads
    are in (false), if something is to be raised there."""
    found = {}
    code = slot.code_object
    for code in ([] if code is None else [code]) + slot.coming:
        collect(code, found)
    for module in list(slot.modules.values()):
        for value in list(vars(module).values()):
            collect_value(value, found, module.__name__, 0)
    for frame in frames_of(slot):
        if id(frame.f_globals) in slot.own:
            collect(frame.f_code, found)
        elif (slot.killing or slot.signals or slot.due) and not starts_threads(frame):
            found.setdefault(frame.f_code, False)
    return found


def starts_threads(frame):
    """Reports whether a frame is the start of a thread, which must run to its end: what it notes is
    everybody's."""
    return frame.f_globals.get("__name__") == "threading" and frame.f_code.co_name in ("_bootstrap", "_bootstrap_inner")


def collect(code, found):
    if code in found or ours(code):
        return
    found[code] = True
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            collect(constant, found)


def collect_value(value, found, name, depth):
    function = getattr(value, "__func__", value)
    function = getattr(function, "__wrapped__", function) if isinstance(function, types.FunctionType) else function
    if isinstance(function, types.FunctionType) and function.__module__ == name:
        collect(function.__code__, found)
    elif isinstance(value, type) and value.__module__ == name and depth < 4:
        for inner in list(vars(value).values()):
            for part in (inner, getattr(inner, "fget", None)):
                if part is not None:
                    collect_value(part, found, name, depth + 1)


def frames_of(slot):
    """Yields the frames of the script's threads, without the host's."""
    now = sys._current_frames()
    for ident in list(slot.idents):
        frame = now.get(ident)
        while frame is not None:
            code = frame.f_code
            if ours(code) and code.co_name == "script_body":
                break
            if not ours(code):
                yield frame
            frame = frame.f_back
