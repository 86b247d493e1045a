"""threading.active_count: how many threads there are.

    python3 counted.py [THREADS]
"""

import sys
import threading

from meeting import meet

stop = threading.Event()
threads = [threading.Thread(target=stop.wait) for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 2)]
for thread in threads:
    thread.start()
meet()
print(threading.active_count(), len(threading.enumerate()))
meet("counted")
stop.set()
