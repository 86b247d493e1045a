"""CPU-bound, pure Python: the ways to put queens on a board so that none takes another.

    python3 pure.py [SIZE]
"""

import sys


def ways(size, row=0, columns=0, left=0, right=0):
    if row == size:
        return 1
    found = 0
    free = ~(columns | left | right) & ((1 << size) - 1)
    while free:
        place = free & -free
        free ^= place
        found += ways(size, row + 1, columns | place, (left | place) << 1, (right | place) >> 1)
    return found


size = int(sys.argv[1]) if len(sys.argv) > 1 else 7
for n in range(4, size + 1):
    print(f"{n} queens: {ways(n)} ways", flush=True)
