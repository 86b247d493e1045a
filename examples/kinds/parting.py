"""sys.exit with a text: it goes to standard error, and the exit status is 1.

    python3 parting.py [TEXT]
"""

import sys

try:
    print("one")
    sys.exit(" ".join(sys.argv[1:]) or "no input")
finally:
    print("two")
