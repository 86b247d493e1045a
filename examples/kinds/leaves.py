"""os._exit: the end at once, without finally, atexit or flushing.

    python3 leaves.py [STATUS]
"""

import atexit
import os
import sys

atexit.register(print, "at exit", flush=True)
try:
    print("before", flush=True)
    os._exit(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
finally:
    print("finally", flush=True)
