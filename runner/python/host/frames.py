"""Keeps the host out of tracebacks and stacks: what a script shows is what plain python shows."""
import sys

from _parallax import local

HOST = "<parallax "
IMPORTLIB = "<frozen importlib"


def ours(code):
    """Reports whether code is the host's."""
    return code.co_filename.startswith(HOST)


def hidden(code, after):
    """Reports whether a frame is none of the script's; after: the one before it was hidden."""
    name = code.co_filename
    return name.startswith(HOST) or after and name.startswith(IMPORTLIB)


def finalizes(frame):
    """Reports whether a frame is in a finalizer, out of which nothing comes."""
    while frame is not None and frame.f_code.co_name != "script_body":
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


def visible(tb):
    """Unlinks the host's entries from a traceback and returns its first that is left, or None."""
    first = last = None
    after = False
    while tb is not None:
        after = hidden(tb.tb_frame.f_code, after)
        if not after:
            if first is None:
                first = tb
            else:
                last.tb_next = tb
            last = tb
        tb = tb.tb_next
    if last is not None:
        last.tb_next = None
    return first


def clean(error, seen=None):
    """Takes the host's frames out of an exception and of those it came from."""
    seen = set() if seen is None else seen
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = visible(error.__traceback__)
        for inner in getattr(error, "exceptions", None) or ():
            if isinstance(inner, BaseException):
                clean(inner, seen)
        clean(error.__cause__, seen)
        error = error.__context__


def quiet(plain):
    """Makes the hook for what threads raise say nothing of the end of a script."""

    def hook(args):
        if not issubclass(args.exc_type, local.End):
            clean(args.exc_value)
            args = type(args)((args.exc_type, args.exc_value, args.exc_value.__traceback__, args.thread))
            plain(args)

    return hook


def patch_traceback(traceback):
    """Makes the traceback module, and so logging, leave out the host's frames."""

    def filtered(walk, code_of):
        def walked(*args, **named):
            after = False
            for item in walk(*args, **named):
                after = hidden(code_of(item), after)
                if not after:
                    yield item

        return walked

    def stack_filtered(walk):
        def walked(f):
            if f is None:
                f = sys._getframe(1)
                while f is not None and f.f_globals.get("__name__") in ("traceback", "_parallax.frames"):
                    f = f.f_back
            for item in walk(f):
                if ours(item[0].f_code):
                    if item[0].f_code.co_name == "script_body":
                        return  # what is below is the thread's start
                    continue
                yield item

        return walked

    traceback.walk_tb = filtered(traceback.walk_tb, lambda item: item[0].f_code)
    traceback.walk_stack = stack_filtered(traceback.walk_stack)
    full = getattr(traceback, "_walk_tb_with_full_positions", None)
    if full is not None:
        traceback._walk_tb_with_full_positions = filtered(full, lambda item: item[0].f_code)
