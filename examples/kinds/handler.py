"""A handler for a signal that the script sends to itself.

    python3 handler.py [TIMES]
"""

import os
import signal
import sys

seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(signal.Signals(number).name))
for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 2):
    os.kill(os.getpid(), signal.SIGUSR1)
print(seen, callable(signal.getsignal(signal.SIGUSR1)))
