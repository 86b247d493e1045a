"""warnings: a filter of the script's own.

    python3 filters.py [error|ignore|always]
"""

import sys
import warnings

from meeting import meet

how = sys.argv[1] if len(sys.argv) > 1 else "always"
warnings.simplefilter(how)
meet()
try:
    warnings.warn("watch out")
    print("warned, or not")
except UserWarning as warning:
    print("raised", warning)
