"""cProfile: a script that measures itself.

    python3 profiled.py [CALLS]
"""

import cProfile
import pstats
import sys

from meeting import meet


def work(n):
    return sum(map(abs, range(n)))


profile = cProfile.Profile()
try:
    profile.enable()
except ValueError as fault:
    print(fault)
meet("profiling")
for n in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
    work(n)
meet("profiled")
profile.disable()
calls = {name[2]: value[0] for name, value in pstats.Stats(profile).stats.items()}
print("work was called", calls.get("work"), "times")
