"""warnings: one of each sort, each line once, as Python says by itself.

    python3 warns.py [TIMES]
"""

import sys
import warnings

for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    warnings.warn("this is a warning")
    warnings.warn("this is old", DeprecationWarning)
print("on")
