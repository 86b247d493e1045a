"""An exception that nobody catches, with another as its cause, from a neighbour's frames on.

    python3 uncaught.py [KEY]
"""

import json
import sys


def lookup(key):
    try:
        return json.loads("{}")[key]
    except KeyError as missing:
        raise RuntimeError(f"no {key} in the settings") from missing


print("begin")
lookup(sys.argv[1] if len(sys.argv) > 1 else "size")
