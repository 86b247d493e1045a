"""ExitStack, context managers and finally: what happens when the script is told to end.

    python3 cleanup.py [SECONDS]

It waits to be told, for ten minutes at most.
"""

import contextlib
import sys
import time

from meeting import meet


@contextlib.contextmanager
def held(what):
    print("take", what)
    try:
        yield
    finally:
        print("give back", what)


with contextlib.ExitStack() as stack:
    for what in "lock", "file":
        stack.enter_context(held(what))
    stack.callback(print, "called back")
    try:
        print("ready", flush=True)
        meet("ready")
        time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
    finally:
        print("finally")
