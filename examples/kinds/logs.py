"""logging: a format of the script's own.

    python3 logs.py [PREFIX]
"""

import logging
import sys

from meeting import meet

prefix = sys.argv[1] if len(sys.argv) > 1 else "log"
logging.basicConfig(level=logging.INFO, format=prefix + " %(levelname)s %(name)s: %(message)s")
meet()
logging.getLogger("crunch").info("%d things done", 3)
logging.warning("careful")
logging.debug("not seen")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger().error("it failed: %s", sys.exc_info()[1])
