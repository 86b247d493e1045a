"""resource: a limit that the script sets to itself.

    python3 limits.py [FILES]
"""

import resource
import sys

from meeting import meet

files = int(sys.argv[1]) if len(sys.argv) > 1 else 500
resource.setrlimit(resource.RLIMIT_NOFILE, (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
meet()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
