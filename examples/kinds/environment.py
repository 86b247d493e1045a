"""os.environ: read, set, and given to a child.

    python3 environment.py [VALUE]
"""

import os
import subprocess
import sys

from meeting import meet

value = sys.argv[1] if len(sys.argv) > 1 else "value"
os.environ["MY_VALUE"] = value
os.putenv("PUT", value)
meet()
print(os.environ["MY_VALUE"], os.getenv("MY_VALUE"), dict(os.environ)["MY_VALUE"], os.path.expandvars("$MY_VALUE"))
print(subprocess.check_output("echo $MY_VALUE $PUT", shell=True, text=True).strip())
del os.environ["MY_VALUE"]
print("MY_VALUE" in os.environ, os.environ.get("MY_VALUE", "gone"))
