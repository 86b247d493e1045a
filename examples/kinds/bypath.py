"""PYTHONPATH: a script that finds a module by it.

    PYTHONPATH=report python3 bypath.py [NUMBER]
"""

import sys

from figures import figures

print(figures([1, 2, int(sys.argv[1]) if len(sys.argv) > 1 else 3]))
