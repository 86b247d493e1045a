"""ProcessPoolExecutor, with the start method that Python chooses.

    python3 executors.py [NUMBER]
"""

import sys
from concurrent.futures import ProcessPoolExecutor


def cube(n):
    return n**3


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with ProcessPoolExecutor(1) as pool:
        print(list(pool.map(cube, range(number))))
        print(pool.submit(pow, 2, number).result())
