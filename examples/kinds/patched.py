"""A script that replaces a function of a library, to make it do something else.

    python3 patched.py [NAME]
"""

import platform
import sys

from meeting import meet

name = sys.argv[1] if len(sys.argv) > 1 else "nowhere"
platform.node = lambda: name
meet()
print(platform.node())
