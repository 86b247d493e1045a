"""A script that is also a module: what it does stands below the usual line.

    python3 guarded.py [WORD...]
"""

import os
import sys


def main(words):
    """Say what a script knows of itself."""
    print(len(words), words, os.path.basename(sys.argv[0]), os.path.basename(__file__))
    print(__name__, __package__, __spec__, __doc__.splitlines()[0])
    print(main.__module__, sys.modules["__main__"].main is main, sys.path[0] == os.path.dirname(__file__))
    return len(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
