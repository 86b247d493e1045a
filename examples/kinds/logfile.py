"""logging: a logger with a handler of the script's own, which writes into a file.

    python3 logfile.py [NAME]
"""

import logging
import sys

from meeting import meet

name = sys.argv[1] if len(sys.argv) > 1 else "app"
logger = logging.getLogger("app." + name)
logger.setLevel("INFO")
logger.propagate = False
handler = logging.FileHandler("app.log", mode="w")
handler.setFormatter(logging.Formatter(name + ": %(message)s"))
logger.addHandler(handler)
meet()
logger.info("to the file")
handler.close()
with open("app.log") as f:
    print(f.read(), end="")
