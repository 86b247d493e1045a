"""runpy: a script that runs a package, as python3 -m would.

    python3 module.py [NUMBER...]
"""

import runpy

from meeting import meet

meet()
runpy.run_module("report", run_name="__main__", alter_sys=True)
