"""ctypes: what C code prints past Python, and what it computes.

    python3 ccode.py [WORD]
"""

import ctypes
import sys

c = ctypes.CDLL(None)
print("by Python", c.abs(-5), c.strlen(b"four"), flush=True)
c.printf(b"by C, %s\n", (sys.argv[1] if len(sys.argv) > 1 else "word").encode())
c.fflush(None)
