"""sys.setrecursionlimit, and a recursion without end that is caught.

    python3 recursion.py [LIMIT]
"""

import sys

from meeting import meet

sys.setrecursionlimit(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
meet()


def down(n):
    return down(n + 1)


try:
    down(0)
except RecursionError:
    print("caught at", sys.getrecursionlimit())
