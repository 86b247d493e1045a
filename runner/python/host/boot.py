# Runs as `python -c`, so it may hold no double surprises: the rest of the host comes through the
# socket, and nothing of it is ever a file. The first entry of sys.path, which -c adds, is not a
# script's and goes before anything but built-in modules is imported.
import sys
if not getattr(sys.flags, "safe_path", False) and sys.path and sys.path[0] == "":
    del sys.path[0]
plain_modules = frozenset(sys.modules)
import socket, json, types
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
for name, text in json.loads(whole(int(whole(8)))):
    module = types.ModuleType("_parallax." + name)
    module.__package__ = "_parallax"
    sys.modules[module.__name__] = module
    setattr(package, name, module)
    exec(compile(text, "<parallax " + name + ">", "exec"), module.__dict__)
package.main.serve()
