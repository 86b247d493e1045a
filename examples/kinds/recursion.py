"""sys.setrecursionlimit, and a recursion without end that is caught.

    python3 recursion.py [LIMIT]
"""

import sys

from meeting import meet

sys.setrecursionlimit(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
meet()


depth = 0


def down():
    global depth
    depth += 1
    down()


try:
    down()
except RecursionError:
    print("asked for", sys.getrecursionlimit(), "and got", depth // 100, "hundreds")
meet("end")
