# Runs as `python -c`, so it may hold no double surprises: the rest of the host comes through the
# socket, and no module of it is ever a file that an import could find. The first entry of sys.path, which -c adds, is not a
# script's and goes before anything but built-in modules is imported.
import sys
if not getattr(sys.flags, "safe_path", False) and sys.path and sys.path[0] == "":
    del sys.path[0]
plain_modules = frozenset(sys.modules)
import _frozen_importlib_external, _thread, json, marshal, posix, socket, types
inherited = globals().get("descriptor", 3)  # a subinterpreter is told which one is its own
link = socket.socket(fileno=inherited)
def whole(n):
    parts = b""
    while len(parts) < n:
        part = link.recv(n - len(parts))
        if not part:
            raise SystemExit("parallax: the connection ended before the host had come through it")
        parts += part
    return parts
package = types.ModuleType("_parallax")
package.plain_modules = plain_modules
package.link = link
package.inside = inherited != 3
package.taken = globals().get("taken", 0)  # where the first interpreter notes the host's descriptors
sys.modules["_parallax"] = package
kept, modules = json.loads(whole(int(whole(8))))


def compiled():
    """The code of the modules. Compiling them takes 50 ms and more, so it is kept in a file, like that of any
    module: kept is the beginning of its name, which tells what was compiled, or "". A file that is damaged or
    cannot be written costs the time only."""
    path = "%s-%s-%s-%d" % (
        kept, sys.implementation.cache_tag, _frozen_importlib_external.MAGIC_NUMBER.hex(), sys.flags.optimize)
    try:
        with open(path, "rb") as file:
            codes = marshal.loads(file.read())
        if len(codes) == len(modules) and all(isinstance(code, types.CodeType) for code in codes):
            return codes
    except Exception:
        pass
    codes = [compile(text, "<parallax " + name + ">", "exec") for name, text in modules]
    if kept:  # whatever is said of bytecode beside sources: this is not there
        draft = "%s.%d.%d" % (path, posix.getpid(), _thread.get_ident())
        try:
            with open(draft, "xb") as file:
                file.write(marshal.dumps(codes))
            posix.replace(draft, path)
        except OSError:
            pass
    return codes


for (name, text), code in zip(modules, compiled()):
    module = types.ModuleType("_parallax." + name)
    module.__package__ = "_parallax"
    sys.modules[module.__name__] = module
    setattr(package, name, module)
    exec(code, module.__dict__)
package.main.serve()
