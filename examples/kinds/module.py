"""runpy: a script that runs a package, as python3 -m would.

    python3 module.py [late] [NUMBER...]
"""

import runpy
import sys

from meeting import meet

late = sys.argv[1:2] == ["late"]
if late:
    del sys.argv[1]
    meet()
runpy.run_module("report", run_name="__main__", alter_sys=True)
if not late:
    meet()
