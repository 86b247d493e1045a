"""os.exec: the script becomes another program.

    python3 becomes.py [STATUS]
"""

import os
import sys

os.environ["FROM"] = "a script"
print("before", flush=True)
os.execvp("sh", ["sh", "-c", 'echo "now a shell, from $FROM"; exit $0', sys.argv[1] if len(sys.argv) > 1 else "6"])
