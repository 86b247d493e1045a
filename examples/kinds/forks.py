"""os.fork: a child that ends with a status of its own, and the parent that waits for it.

    python3 forks.py [STATUS]
"""

import os
import sys

status = int(sys.argv[1]) if len(sys.argv) > 1 else 3
sys.stdout.flush()
child = os.fork()
if child == 0:
    os.write(1, b"in the child\n")
    os._exit(status)
ended, how = os.waitpid(child, 0)
print(ended == child, os.WIFEXITED(how), os.WEXITSTATUS(how), os.getppid() != child)
