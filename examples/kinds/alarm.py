"""signal.alarm: an interruption after a while, the usual way to bound a call that may hang.

    python3 alarm.py [SECONDS]
"""

import signal
import sys
import time


class TooLong(Exception):
    pass


def ring(number, frame):
    raise TooLong


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[1]) if len(sys.argv) > 1 else 0.02)
try:
    time.sleep(60)
    print("nobody came")
except TooLong:
    print("that took too long")
