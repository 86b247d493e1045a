"""sys.excepthook: a script that reports its own end.

    python3 hook.py [NAME]
"""

import sys

from meeting import meet

name = sys.argv[1] if len(sys.argv) > 1 else "hook"
sys.excepthook = lambda kind, error, trace: print(f"{name}: {kind.__name__}: {error}", file=sys.stderr)
meet()
raise ValueError("on purpose")
