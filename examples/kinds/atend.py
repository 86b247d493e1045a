"""atexit: functions that are called at the end, the last first, also after sys.exit.

    python3 atend.py [STATUS]
"""

import atexit
import sys


@atexit.register
def last():
    print("last of all")


atexit.register(print, "bye", sys.argv[1:], sep=" ")
atexit.register(print, "never")
atexit.unregister(last)
atexit.register(last)
atexit.unregister(print)
atexit.register(print, "bye", sys.argv[1:])
sys.exit(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
