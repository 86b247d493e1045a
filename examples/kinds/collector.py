"""gc: switched off for speed.

    python3 collector.py [on|off]
"""

import gc
import sys

from meeting import meet

if sys.argv[1:] == ["off"]:
    gc.disable()
meet()
print(gc.isenabled())
meet("end")
