"""A handler for SIGTERM: a script that tidies up when it is told to end.

    python3 asked.py [SECONDS]

It waits to be told, for ten minutes at most.
"""

import signal
import sys
import time

from meeting import meet

asked = []
signal.signal(signal.SIGTERM, lambda number, frame: asked.append(signal.Signals(number).name))
print("ready", flush=True)
meet("ready")
deadline = time.monotonic() + (float(sys.argv[1]) if len(sys.argv) > 1 else 600)
while not asked and time.monotonic() < deadline:
    time.sleep(0.01)
print("tidied up after", *asked)
sys.exit(5)
