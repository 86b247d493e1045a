"""A lock file with the script's process number in its name.

    python3 lockfile.py
"""

import os
import sys
import tempfile

from meeting import meet

path = os.path.join(os.environ.get("KINDS_MEET", tempfile.gettempdir()), f"lock-{os.getpid()}")
try:
    with open(path, "x") as f:
        f.write(str(os.getpid()))
except FileExistsError:
    meet()
    sys.exit("it runs already")
meet()
print("alone")
os.remove(path)
