"""A daemon thread that is still at work when the script ends.

    python3 daemon.py [SECONDS]
"""

import sys
import threading
import time

ticks = 0


def tick():
    global ticks
    while True:
        ticks += 1
        time.sleep(0.001)


threading.Thread(target=tick, daemon=True).start()
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0.02)
print("end", ticks > 0)
